import type { Violation } from "./generated/rules.js";
import type { components } from "./generated/schema.js";

/** A contact that was created. Do not send it again. */
export interface Created {
  /** The contact, as a path without a host (FACTS F2); {@link ContactsClient.getContact} takes it. */
  readonly uri: string;
  /** The last segment of `uri`. */
  readonly id: string;
}

/** What the server says of one parameter (FACTS F3). `Field` may be empty. */
export type FieldError = Required<components["schemas"]["FieldError"]>;

/** What a server said. It is empty where the server said nothing that can be read. */
export interface Reply {
  /** The status of HTTP; undefined if there was none. */
  readonly status: number | undefined;
  /** In the server's words. */
  readonly serverMessage: string;
  /** What is wrong with each parameter, in the server's words. */
  readonly errors: readonly FieldError[];
}

/**
 * The errors of {@link ContactsClient}. `outcome` says what is known, and so whether the contact may be sent
 * again: there is no idempotency key (FACTS F5).
 */
export type ContactsError =
  | InvalidError
  | NotSentError
  | RefusedError
  | QueuedError
  | InDoubtError
  | UnavailableError;

/** The contact breaks rules. Nothing was sent; it may be sent after a change. */
export class InvalidError extends Error {
  override readonly name = "InvalidError";
  readonly outcome = "invalid";

  /** @param violations - at least one, in the contract's order, one for each parameter */
  constructor(
    readonly violations: readonly Violation[],
    options?: ErrorOptions,
  ) {
    super(`the contact is invalid, nothing was sent: ${violations.map((v) => v.Message).join(" ")}`, options);
  }
}

/** Not one byte of the request was written; `cause` says why. It may be sent again. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
  readonly outcome = "not_sent";

  constructor(cause: unknown) {
    super(`not sent, may be sent again: ${reason(cause)}`, { cause });
  }
}

/**
 * The server refused the request and created nothing: 4xx other than 402 and 408, or 2xx with the Status
 * ERROR.
 */
export class RefusedError extends Error implements Reply {
  override readonly name = "RefusedError";
  readonly outcome = "refused";
  readonly status: number;
  readonly serverMessage: string;
  readonly errors: readonly FieldError[];

  /**
   * @param reply - what the server said
   * @param retryAfterMs - how long to wait before it may be sent again, in milliseconds: 1 s to 3,660 s with
   * a 429 (FACTS F4); undefined with any other, which may be sent after a change
   */
  constructor(
    reply: Reply & { readonly status: number },
    readonly retryAfterMs: number | undefined,
  ) {
    const wait =
      retryAfterMs === undefined ? "" : `; may be sent again in ${Math.round(retryAfterMs / 1000).toString()}s`;
    super(`refused with ${words(reply)}${wait}`);
    ({ status: this.status, serverMessage: this.serverMessage, errors: this.errors } = reply);
  }
}

/** The server will create the contact later (FACTS F2). It is not there yet, and must not be sent again. */
export class QueuedError extends Error {
  override readonly name = "QueuedError";
  readonly outcome = "queued";

  /** @param queuedUri - where to ask how the work stands, as a path without a host; may be empty */
  constructor(readonly queuedUri: string) {
    super(`queued, must not be sent again: the server will create the contact later (${queuedUri})`);
  }
}

/**
 * The request was sent, at least in part, and it is not known whether the contact was created: there was no
 * answer (`cause` says why), or one that does not tell (FACTS D9 for 402 and 5xx). Look for the contact
 * before you send it again.
 */
export class InDoubtError extends Error implements Reply {
  override readonly name = "InDoubtError";
  readonly outcome = "in_doubt";
  readonly status: number | undefined;
  readonly serverMessage: string;
  readonly errors: readonly FieldError[];

  constructor(reply: Reply, options?: ErrorOptions) {
    super(`in doubt, look for the contact before you send it again: ${lack(reply, options)}`, options);
    ({ status: this.status, serverMessage: this.serverMessage, errors: this.errors } = reply);
  }
}

/** {@link ContactsClient.getContact} got no answer that tells anything. Nothing changed; it may be asked again. */
export class UnavailableError extends Error implements Reply {
  override readonly name = "UnavailableError";
  readonly outcome = "failed";
  readonly status: number | undefined;
  readonly serverMessage: string;
  readonly errors: readonly FieldError[];

  constructor(reply: Reply, options?: ErrorOptions) {
    super(`no usable answer: ${lack(reply, options)}`, options);
    ({ status: this.status, serverMessage: this.serverMessage, errors: this.errors } = reply);
  }
}

function lack(reply: Reply, options: ErrorOptions | undefined): string {
  return reply.status === undefined ? reason(options?.cause) : `the answer does not tell, ${words(reply)}`;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function words({ status, serverMessage, errors }: Reply): string {
  const message = serverMessage === "" ? "" : `: ${serverMessage}`;
  return `status ${String(status)}${message}${errors.map((e) => ` [${e.Field}: ${e.Message}]`).join("")}`;
}
