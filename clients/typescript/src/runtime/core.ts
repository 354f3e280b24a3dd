import { Credentials, checkBaseUrl } from "./credentials.js";
import { type Body, encodeBody, encodeHeaders, encodeTarget } from "./encode.js";
import { ApiError, InDoubtError, InvalidError, NotSentError, QueuedError, RefusedError, UsageError, noWords } from "./errors.js";
import { type CallOptions, type ClientOptions, type Settings, defaults, noOptions, settingsOf, tell } from "./options.js";
import { type Json, parseObject, readShape } from "./json.js";
import { ResponseInfo, readText, wordsOf } from "./response.js";
import { check } from "./rules.js";
import type { Api, Operation, Outcome } from "./table.js";
import { type Outgoing, type Transport, Unsent, maxTimerMs } from "./transport.js";
import { type Naming, type Values, readGiven } from "./values.js";
import { backOffMs, retryAfterMs, sleep } from "./wait.js";

/** A request, the same in each attempt. */
type Sendable = Omit<Outgoing, "timeoutMs" | "signal">;

/** What is known after one attempt: a result, or an error. */
interface Known {
  readonly status?: number;
  readonly result?: unknown;
  readonly error?: ApiError;
}

/** Calls operations for one account. One client serves any number of calls at once. */
export class Core {
  readonly #api: Api;
  readonly #credentials: Credentials;
  readonly #baseUrl: string;
  readonly #transport: Transport;
  readonly #settings: Settings;
  readonly #options: ClientOptions;
  #isClosed = false;

  constructor(api: Api, account: string, token: string, options: ClientOptions, transport: () => Transport) {
    this.#settings = settingsOf(defaults, options);
    this.#api = api;
    this.#credentials = new Credentials(account, token);
    const { baseUrl = api.baseUrl } = options;
    this.#baseUrl = checkBaseUrl(baseUrl);
    this.#transport = options.transport ?? transport();
    this.#options = options;
  }

  /** Ends the connections, unless the transport is the caller's. No call can be made after it. */
  close(): void {
    this.#isClosed = true;
    if (this.#options.transport === undefined) this.#transport.close?.();
  }

  /**
   * Calls an operation by its table.
   *
   * @param path - the parameters of the path
   * @param input - the other parameters
   * @param naming - the names of both: `key`, those of the input's type; `name`, the API's, for data from outside
   * @returns the result
   */
  async call(operation: Operation, path: unknown, input: unknown, options: CallOptions = noOptions, naming: Naming = "key"): Promise<unknown> {
    if (this.#isClosed) throw new UsageError("client", "is closed");
    const settings = options === noOptions ? this.#settings : settingsOf(this.#settings, options);
    const began = performance.now();
    const endsAt = options.deadline === undefined ? Infinity : began + options.deadline.getTime() - Date.now();
    const given = readGiven(operation, path ?? null, input, naming);
    const { id, method } = operation;
    const { onOutcome = this.#options.onOutcome, onViolations = this.#options.onViolations, onAttempt = this.#options.onAttempt } = options;
    const end = (outcome: Outcome, status: number | undefined, attempts: number) => {
      if (onOutcome !== undefined) tell(onOutcome, { operation: id, outcome, status, attempts, durationMs: performance.now() - began });
    };

    const checked = await check(operation, given);
    const { violations, unsendable } = checked;
    const refused = settings.rules === "enforce" ? violations : unsendable;
    if (refused.length > 0) {
      end("invalid", undefined, 0);
      throw new InvalidError(id, refused);
    }
    if (settings.rules === "warn" && violations.length > 0) tell(onViolations, id, violations);
    const body = encodeBody(operation, given.values, checked);
    const request = this.#request(operation, given.values, body);
    const uploadMs = Math.floor((body?.size ?? 0) / (128 * 1024)) * 1000;

    let doubt: InDoubtError | undefined;
    for (let attempt = 0; ; attempt++) {
      const begin = performance.now();
      const timeoutMs = Math.min(settings.timeoutMs + uploadMs, endsAt - begin, maxTimerMs);
      const { status, result, error } = await this.#attempt(operation, request, timeoutMs, options, doubt !== undefined);
      const outcome = error?.outcome ?? operation.done;
      const wait = error === undefined || attempt >= settings.retries ? undefined : waitAfter(operation, error, attempt);
      const waitMs = wait !== undefined && performance.now() + wait < endsAt ? wait : undefined;
      if (onAttempt !== undefined) {
        const durationMs = performance.now() - begin;
        tell(onAttempt, { operation: id, method, path: operation.path, attempt: attempt + 1, status, outcome, durationMs, waitMs });
      }
      if (error instanceof InDoubtError) doubt = error;
      if (waitMs !== undefined && (await sleep(waitMs, options.signal))) continue;
      // That the last attempt was not sent says nothing of one before.
      const last = error instanceof NotSentError ? (doubt ?? error) : error;
      end(last?.outcome ?? outcome, status, attempt + 1);
      if (last !== undefined) throw last;
      return result;
    }
  }

  #request(operation: Operation, values: Values, body: Body | undefined): Sendable {
    const { account, authorization } = this.#credentials;
    const headers: [string, string][] = [
      ["Accept", operation.accept],
      ["Authorization", authorization],
      ["User-Agent", `${this.#api.name}-typescript/${this.#api.version}`],
      ...encodeHeaders(values),
    ];
    if (body !== undefined) headers.push(["Content-Type", body.contentType]);
    return { method: operation.method, url: this.#baseUrl + encodeTarget(operation, account, values), headers, body };
  }

  /** Makes one attempt. It does not throw: whatever happens is an outcome. */
  async #attempt(
    operation: Operation,
    { url, headers, body }: Sendable,
    timeoutMs: number,
    { signal, onResponse }: CallOptions,
    wasInDoubt: boolean,
  ): Promise<Known> {
    const { id, method } = operation;
    let status: number | undefined;
    try {
      if (this.#isClosed) throw new Unsent("the client was closed");
      if (!(timeoutMs > 0)) throw new Unsent("the deadline has passed");
      if (signal?.aborted === true) throw new Unsent(signal.reason);
      const incoming = await this.#transport({ method, url, headers, body, timeoutMs, signal });
      status = incoming.status;
      const isSuccess = status >= 200 && status < 300;
      if (isSuccess && operation.content !== undefined) {
        const info = new ResponseInfo(status, incoming.headers, undefined);
        const failed = (error: unknown) => new InDoubtError(id, info, noWords, this.#credentials.clean(error));
        const result = operation.content(incoming, failed);
        tell(onResponse, info);
        return { status, result };
      }
      const text = await readText(incoming.body);
      const info = new ResponseInfo(status, incoming.headers, text);
      const object = parseObject(text, operation.parse);
      const result = operation.shape === undefined || object === undefined ? undefined : readShape(operation.shape, object);
      const isGone = method === "DELETE" && status === 404 && wasInDoubt;
      const said = isGone ? "done" : isSuccess ? outcomeOf(operation, text, object, result) : statusSays(status);
      if (said === "done") {
        tell(onResponse, info);
        return { status, result };
      }
      if (said === "queued") return { status, error: new QueuedError(id, info, result ?? {}) };
      const words = wordsOf(this.#api.errorFormat, object, this.#credentials.redact);
      if (said === "in_doubt") return { status, error: new InDoubtError(id, info, words) };
      return { status, error: new RefusedError(id, info, words, status === 429 ? retryAfterMs(incoming) : undefined) };
    } catch (error) {
      if (error instanceof Unsent && status === undefined) return { error: new NotSentError(id, this.#credentials.clean(error.cause)) };
      return { ...(status === undefined ? {} : { status }), error: new InDoubtError(id, undefined, noWords, this.#credentials.clean(error)) };
    }
  }
}

/** What a status says that is no success. */
function statusSays(status: number): "refused" | "in_doubt" {
  // 402 does not say that nothing was done, and 408 may come from a gateway that has passed the request on.
  return status >= 400 && status < 500 && status !== 402 && status !== 408 ? "refused" : "in_doubt";
}

/** What a response with a status of 2xx says. */
function outcomeOf(
  { shape, outcome }: Operation,
  text: string | undefined,
  object: Json | undefined,
  result: Json | undefined,
): "done" | "queued" | "refused" | "in_doubt" {
  if (shape === undefined) return text === undefined ? "in_doubt" : "done";
  if (result === undefined || object === undefined) return "in_doubt";
  const derives = (name: string) => {
    const derived = shape.find((member) => member.lastSegmentOf === name);
    return derived === undefined || result[derived.key] !== undefined;
  };
  const has = (name: string) => object[name] !== undefined && object[name] !== null && object[name] !== "" && derives(name);
  const required = shape.filter((member) => member.required === true && member.lastSegmentOf === undefined);
  if (outcome === undefined) return required.every(({ name }) => derives(name)) ? "done" : "in_doubt";
  const value = object[outcome.member];
  if (typeof value !== "string") return "in_doubt";
  if (outcome.done.includes(value)) return (outcome.requires[value] ?? []).every(has) ? "done" : "in_doubt";
  if (outcome.queued.includes(value)) return "queued";
  return outcome.refused.includes(value) ? "refused" : "in_doubt";
}

/** How long to wait before a request is sent again, in milliseconds; undefined if it must not be. */
function waitAfter(operation: Operation, error: ApiError, attempt: number): number | undefined {
  if (error instanceof NotSentError) return backOffMs(attempt);
  if (error instanceof InDoubtError) return operation.retry === "never" ? undefined : backOffMs(attempt);
  const asked = error instanceof RefusedError ? error.retryAfterMs : undefined;
  // A little later than asked, so that many callers do not come back at once.
  return asked === undefined || asked > 30_000 ? undefined : asked * (1 + 0.1 * Math.random());
}
