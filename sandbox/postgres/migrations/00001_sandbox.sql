-- +goose Up
CREATE SEQUENCE contact_id START 2750;

CREATE TABLE contact (
	id          bigint PRIMARY KEY,
	account     text COLLATE "C" NOT NULL,
	campaign    bigint NOT NULL,
	system      boolean NOT NULL,
	contact     text NOT NULL, -- JSON, as Record.Contact
	image       bytea,
	listed_from timestamptz
);
ALTER TABLE contact ALTER COLUMN image SET STORAGE EXTERNAL; -- it is compressed already
CREATE INDEX contact_of_campaign ON contact (account, campaign, id);

CREATE TABLE account (
	sid   text COLLATE "C" PRIMARY KEY,
	token bytea NOT NULL CONSTRAINT account_token UNIQUE, -- the SHA-256 of it
	added timestamptz NOT NULL
);

CREATE TABLE fault_set (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account text COLLATE "C" NOT NULL UNIQUE, -- '': all that have no set of their own
	faults  text[] NOT NULL
);

CREATE TABLE fault_count (
	fault_set bigint REFERENCES fault_set ON DELETE CASCADE,
	fault     integer,
	account   text COLLATE "C",
	drawn     bigint NOT NULL DEFAULT 0,
	happened  bigint NOT NULL DEFAULT 0,
	began     timestamptz, -- of the window
	used      bigint NOT NULL DEFAULT 0,
	within    boolean, -- the last request was
	PRIMARY KEY (fault_set, fault, account)
);

-- The requests of an hour that begins with the first.
CREATE TABLE request_count (
	account text COLLATE "C" PRIMARY KEY,
	began   timestamptz NOT NULL,
	used    bigint NOT NULL
);

-- The id of the last request. Whoever gives ids holds this row until they are committed, so that none appears below one that
-- somebody has seen.
CREATE TABLE request_last (id bigint NOT NULL);
INSERT INTO request_last VALUES (0);

CREATE TABLE request (
	id      bigint PRIMARY KEY,
	account text COLLATE "C" NOT NULL,
	status  integer NOT NULL,
	pinned  boolean NOT NULL DEFAULT false,
	json    text NOT NULL -- as RequestRecord.JSON
);
CREATE INDEX request_of_account ON request (account, id);

CREATE TABLE request_part (
	request bigint REFERENCES request ON DELETE CASCADE,
	n       integer,
	bytes   bytea NOT NULL,
	PRIMARY KEY (request, n)
);
ALTER TABLE request_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
