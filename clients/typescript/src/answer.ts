import {
  type Created,
  type FieldError,
  InDoubtError,
  QueuedError,
  RefusedError,
  type Reply,
  UnavailableError,
} from "./errors.js";
import type { components } from "./generated/schema.js";
import type { Answer } from "./transport.js";
import { retryAfter } from "./wait.js";

/** Takes the credentials out of text. */
export type Redact = (text: string) => string;

/** A contact as the API stores it (FACTS F8). */
export type StoredContact = components["schemas"]["Contact"];

type Envelope = components["schemas"]["CreateContactAnswer"];
type Decoded = { [Name in keyof Envelope]?: Envelope[Name] | null };

/** Tells from an answer what became of a create; throws if it is not known to be created. */
export function judgeCreate(answer: Answer, redact: Redact): Created {
  const decoded = decode(answer.body);
  const success = answer.status >= 200 && answer.status < 300;
  const uri = decoded.Uri ?? "";
  const id = /\/([A-Za-z0-9_-]+)$/u.exec(uri)?.[1];
  if (success && decoded.Status === "OK" && id !== undefined) return { uri, id };
  if (success && decoded.Status === "QUEUED") throw new QueuedError(decoded.QueuedUri ?? "");

  const reply = replyOf(answer, decoded, redact);
  // 402 does not say that nothing was created (FACTS D9), and 408 may come from a gateway that has passed
  // the request on.
  const refusal = isClientError(answer) && answer.status !== 402 && answer.status !== 408;
  if (refusal || (success && decoded.Status === "ERROR")) throw refused(answer, reply);
  throw new InDoubtError(reply);
}

/** The contact that an answer holds, with `uri` if it names none; throws if there is none. */
export function judgeGet(answer: Answer, uri: string, redact: Redact): StoredContact {
  const object = answer.status === 200 ? parse(answer.body) : undefined;
  if (isContact(object)) {
    const contact = object as unknown as StoredContact;
    const ids = [contact.Id, ...(contact.Accounts ?? []).map(({ Id }) => Id)];
    if (ids.every(Boolean)) return { ...contact, Uri: contact.Uri || uri };
  }
  const reply = replyOf(answer, decode(answer.body), redact);
  throw isClientError(answer) ? refused(answer, reply) : new UnavailableError(reply);
}

function isClientError({ status }: Answer): boolean {
  return status >= 400 && status < 500;
}

function refused(answer: Answer, reply: Reply): RefusedError {
  return new RefusedError(
    { ...reply, status: answer.status },
    answer.status === 429 ? retryAfter((name) => answer.header(name)) : undefined,
  );
}

function replyOf(answer: Answer, decoded: Decoded, redact: Redact): Reply {
  const errors = (decoded.Errors ?? []).map(
    ({ Field, Message }: Partial<FieldError>): FieldError => ({
      Field: redact(Field ?? ""),
      Message: redact(Message ?? ""),
    }),
  );
  return { status: answer.status, serverMessage: redact(decoded.Message ?? ""), errors };
}

/** Reads the envelope of every answer. A body that does not have its shape counts as an empty one. */
function decode(body: Uint8Array | undefined): Decoded {
  const object = parse(body);
  return isEnvelope(object) ? (object as Decoded) : {};
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";

function isListOf(isItem: Check): Check {
  return (value) => Array.isArray(value) && value.every(isItem);
}

/** Checks the members of an object that are not null or absent. The compiler sees that none is forgotten. */
function isObjectOf<Shape>(members: Record<keyof Shape & string, Check>): Check {
  const checks: [string, Check][] = Object.entries(members);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]) || isNothing(value[name]));
}

const isEnvelope = isObjectOf<Envelope>({
  Status: isText,
  Uri: isText,
  QueuedUri: isText,
  Message: isText,
  Errors: isListOf(isObjectOf<FieldError>({ Field: isText, Message: isText })),
});

const isContact = isObjectOf<StoredContact>({
  Id: isText,
  FirstName: isText,
  LastName: isText,
  EmailAddress: isText,
  Title: isText,
  ProfileImage: isText,
  WorkPhoneNumberCountry: isText,
  WorkPhoneNumber: isText,
  CellphoneNumberCountry: isText,
  CellphoneNumber: isText,
  Editable: isBoolean,
  Labels: isListOf(isText),
  Accounts: isListOf(isObjectOf<components["schemas"]["Account"]>({ Id: isText, Name: isText })),
  Uri: isText,
});

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parse(body: Uint8Array | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
