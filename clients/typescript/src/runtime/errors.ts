import { isObject } from "./json.js";
import type { ResponseInfo } from "./response.js";
import type { Outcome, Violation } from "./table.js";

/** An argument cannot be used. Nothing was sent. */
export class UsageError extends TypeError {
  override readonly name = "UsageError";

  /**
   * @param argument - its name
   * @param problem - what is wrong with it
   */
  constructor(
    readonly argument: string,
    problem: string,
  ) {
    super(`${argument} ${problem}`);
  }
}

/** Refuses an argument that is no object. */
export function checkObject(argument: string, value: unknown): void {
  if (!isObject(value)) throw new UsageError(argument, "must be an object");
}

/** What the server says of one parameter. Either may be empty. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What the server said: empty where it said nothing that can be read. */
export interface ServerWords {
  readonly message: string;
  readonly errors: readonly FieldError[];
}

export const noWords: ServerWords = { message: "", errors: [] };

/** The base of all errors that tell what became of a call. */
export abstract class ApiError extends Error {
  /** What is known, and so whether the request may be sent again. */
  abstract readonly outcome: Outcome;

  /** @param operation - the id of the operation that was called */
  constructor(
    readonly operation: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${message}`, options);
  }
}

/** The input breaks rules. Nothing was sent; it may be sent after a change. */
export class InvalidError extends ApiError {
  override readonly name = "InvalidError";
  readonly outcome = "invalid";

  /** @param violations - at least one, in the contract's order, one for each parameter */
  constructor(
    operation: string,
    readonly violations: readonly Violation[],
  ) {
    super(operation, `the input is invalid, nothing was sent: ${violations.map((v) => v.Message).join(" ")}`);
  }
}

/** Not one byte of the request was written; `cause` says why. It may be sent again. */
export class NotSentError extends ApiError {
  override readonly name = "NotSentError";
  readonly outcome = "not_sent";

  constructor(operation: string, cause: Error) {
    super(operation, `not sent, may be sent again: ${cause.message}`, { cause });
  }
}

/** The server refused the request, and nothing changed. */
export class RefusedError extends ApiError {
  override readonly name = "RefusedError";
  readonly outcome = "refused";

  /**
   * @param info - the response
   * @param words - what the server said
   * @param retryAfterMs - how long to wait before the request may be sent again, in milliseconds; only
   * with a status of 429. Otherwise it may be sent after a change.
   */
  constructor(
    operation: string,
    readonly info: ResponseInfo,
    readonly words: ServerWords,
    readonly retryAfterMs?: number,
  ) {
    const wait = retryAfterMs === undefined ? "" : `; may be sent again in ${Math.round(retryAfterMs / 1000).toString()} s`;
    super(operation, `refused with ${said(info, words)}${wait}`);
  }
}

/** The server will do the work later. It is not done yet, and must not be sent again. */
export class QueuedError extends ApiError {
  override readonly name = "QueuedError";
  readonly outcome = "queued";

  readonly #result: Readonly<Record<string, unknown>>;

  /**
   * @param info - the response
   * @param result - the members of the response
   */
  constructor(
    operation: string,
    readonly info: ResponseInfo,
    result: Readonly<Record<string, unknown>>,
  ) {
    super(operation, "queued, must not be sent again: the server will do it later");
    this.#result = result;
  }

  /** The members of the response, as they came: they may hold secrets, and are not printed. */
  result(): Readonly<Record<string, unknown>> {
    return this.#result;
  }
}

/**
 * The request was sent, at least in part, and it is not known whether it took effect: there was no response
 * (`cause` says why), or one that does not tell. Look before you send it again.
 */
export class InDoubtError extends ApiError {
  override readonly name = "InDoubtError";
  readonly outcome = "in_doubt";

  /**
   * @param info - the response; undefined if there was none
   * @param words - what the server said
   */
  constructor(
    operation: string,
    readonly info: ResponseInfo | undefined,
    readonly words: ServerWords,
    cause?: Error,
  ) {
    const reason = info === undefined ? (cause?.message ?? "there was no response") : `the response does not tell, ${said(info, words)}`;
    super(operation, `in doubt, look before you send it again: ${reason}`, cause === undefined ? undefined : { cause });
  }
}

function said(info: ResponseInfo, { message, errors }: ServerWords): string {
  const text = message === "" ? "" : `: ${message}`;
  return `status ${info.status.toString()}${text}${errors.map((e) => ` [${e.field}: ${e.message}]`).join("")}`;
}
