import { Credentials, checkBaseUrl } from "./credentials.js";
import { type Draft, readDraft } from "./draft.js";
import { encodeBody, encodeHeaders, encodeTarget } from "./encode.js";
import { ApiError, InDoubtError, InvalidError, NotSentError, QueuedError, RefusedError, UsageError } from "./errors.js";
import { type CallOptions, type ClientOptions, type Settings, defaults, settingsOf } from "./options.js";
import { type ByteStream, type Json, byteStreamOf, infoOf, parseObject, readShape, readText, wordsOf } from "./response.js";
import { check } from "./rules.js";
import type { Api, Field, Operation, Outcome, Violation } from "./table.js";
import { type Incoming, type Outgoing, type Transport, Unsent, maxTimerMs } from "./transport.js";
import { type Values, valuesOf } from "./values.js";
import { backOffMs, retryAfterMs, sleep } from "./wait.js";

/** The values of the path of an operation, in its order. */
export type Path = readonly unknown[];

/** An input by the keys of its fields. */
export type Input = object;

/** Calls operations for one account. One client serves any number of calls at once. */
export class Core {
  readonly #api: Api;
  readonly #credentials: Credentials;
  readonly #baseUrl: string;
  readonly #transport: Transport;
  readonly #settings: Settings;
  readonly #options: ClientOptions;

  constructor(api: Api, account: string, token: string, options: ClientOptions, transport: () => Transport) {
    this.#settings = settingsOf(defaults, options);
    this.#api = api;
    this.#credentials = new Credentials(account, token);
    this.#baseUrl = checkBaseUrl(options.baseUrl ?? api.baseUrl);
    if (options.transport !== undefined && typeof (options.transport as unknown) !== "function") {
      throw new UsageError("transport", "must be a function");
    }
    this.#transport = options.transport ?? transport();
    this.#options = options;
  }

  /** Calls an operation with an input, and returns its result. */
  async call(operation: Operation, path: Path, input: Input = {}, options: CallOptions = {}): Promise<unknown> {
    const settings = settingsOf(this.#settings, options);
    checkSignal(options.signal);
    const { values, wrong } = allValues(operation, path, input);
    const { violations, unsendable, files } = await check(operation, values, wrong);
    const refused = settings.rules === "enforce" ? violations : unsendable;
    const began = performance.now();
    const onOutcome = options.onOutcome ?? this.#options.onOutcome;
    const end = (outcome: Outcome, status: number | undefined, attempts: number) => {
      onOutcome?.({ operation: operation.id, outcome, status, attempts, durationMs: performance.now() - began });
    };
    if (refused.length > 0) {
      end("invalid", undefined, 0);
      throw new InvalidError(operation.id, refused);
    }
    if (settings.rules === "warn" && violations.length > 0) {
      (options.onViolations ?? this.#options.onViolations)?.(operation.id, violations);
    }
    const body = await encodeBody(operation, values, files);
    const headers: [string, string][] = [
      ["Accept", operation.accept],
      ["Authorization", this.#credentials.authorization],
      ["User-Agent", `${this.#api.name}-typescript/${this.#api.version}`],
      ...encodeHeaders(operation, values),
    ];
    if (body !== undefined) headers.push(["Content-Type", body.contentType]);
    const request = { method: operation.method, url: this.#baseUrl + encodeTarget(operation, this.#credentials.account, values), headers, body };
    const uploadMs = Math.floor((body?.size ?? 0) / (128 * 1024)) * 1000;
    const endsAt = began + settings.totalTimeoutMs;

    let doubt: InDoubtError | undefined;
    for (let attempt = 0; ; attempt++) {
      const begin = performance.now();
      const timeoutMs = Math.min(settings.timeoutMs + uploadMs, endsAt - begin, maxTimerMs);
      const { status, result, error } = await this.#attempt(operation, { ...request, timeoutMs, signal: options.signal }, options, doubt !== undefined);
      const outcome = error?.outcome ?? operation.done;
      const wait = error === undefined || attempt >= settings.retries ? undefined : waitAfter(operation, error, attempt);
      const waitMs = wait !== undefined && performance.now() + wait < endsAt ? wait : undefined;
      (options.onAttempt ?? this.#options.onAttempt)?.({
        operation: operation.id, method: operation.method, path: operation.path, attempt: attempt + 1, status, outcome,
        durationMs: performance.now() - begin, waitMs,
      });
      if (error instanceof InDoubtError) doubt = error;
      if (waitMs !== undefined && (await sleep(waitMs, options.signal))) continue;
      // That the last attempt was not sent says nothing of one before.
      const last = error instanceof NotSentError ? (doubt ?? error) : error;
      end(last?.outcome ?? outcome, status, attempt + 1);
      if (last !== undefined) throw last;
      return result;
    }
  }

  /** Goes through the items of all pages, by the number of the page. */
  async *items(operation: Operation, path: Path, input: Input = {}, options: CallOptions = {}): AsyncGenerator<unknown, void, undefined> {
    const { pages, shape } = operation;
    const keyOf = (name: string | undefined) => shape?.find((member) => member.name === name)?.key ?? "";
    const pageKey = operation.fields.find((field) => field.name === pages?.page)?.key ?? "";
    const [itemsKey, totalKey] = [keyOf(pages?.items), keyOf(pages?.totalPages)];
    const first = (input as Record<string, unknown>)[pageKey] ?? 1;
    for (let page = Number(first); ; page++) {
      const result = (await this.call(operation, path, { ...input, [pageKey]: page }, options)) as Json;
      const items = (result[itemsKey] ?? []) as unknown[];
      yield* items;
      const total = result[totalKey];
      const isLast = total !== undefined && /^\d{1,15}$/u.test(String(total)) ? page >= Number(total) : items.length === 0;
      if (isLast) return;
    }
  }

  /** Makes one attempt. It does not throw: whatever happens is an outcome. */
  async #attempt(
    operation: Operation,
    request: Outgoing,
    options: CallOptions,
    wasInDoubt: boolean,
  ): Promise<{ status?: number; result?: unknown; error?: ApiError }> {
    const { id } = operation;
    if (request.signal?.aborted === true) return { error: new NotSentError(id, this.#credentials.clean(request.signal.reason)) };
    if (!(request.timeoutMs > 0)) return { error: new NotSentError(id, new Error("the time is up")) };
    let incoming: Incoming | undefined;
    try {
      incoming = await this.#transport(request);
      return { status: incoming.status, ...(await this.#outcome(operation, incoming, options, wasInDoubt)) };
    } catch (error) {
      if (error instanceof ApiError) return { ...(incoming === undefined ? {} : { status: incoming.status }), error };
      if (error instanceof Unsent) return { error: new NotSentError(id, this.#credentials.clean(error.cause)) };
      return { error: new InDoubtError(id, undefined, { message: "", errors: [] }, this.#credentials.clean(error)) };
    }
  }

  /** Tells from a response what became of a request. */
  async #outcome(operation: Operation, incoming: Incoming, options: CallOptions, wasInDoubt: boolean): Promise<{ result: unknown }> {
    const { id, shape } = operation;
    const { status } = incoming;
    const isSuccess = status >= 200 && status < 300;
    if (isSuccess && operation.bytes === true) {
      options.onResponse?.(infoOf(incoming));
      const cut = (error: unknown) => new InDoubtError(id, infoOf(incoming), { message: "", errors: [] }, this.#credentials.clean(error));
      return { result: byteStreamOf(incoming, cut) satisfies ByteStream };
    }
    const body = await readText(incoming.body);
    const info = infoOf(incoming, body);
    const object = parseObject(body);
    const words = wordsOf(this.#api.errorFormat, object, this.#credentials.redact);
    const isDone = operation.method === "DELETE" && status === 404 && wasInDoubt;
    if (isSuccess || isDone) {
      const result = shape === undefined || object === undefined ? undefined : readShape(shape, object);
      const outcome = isDone ? "done" : outcomeOf(operation, body, object, result);
      switch (outcome) {
        case "done":
          options.onResponse?.(info);
          return { result };
        case "queued":
          throw new QueuedError(id, info, result ?? {});
        case "refused":
          throw new RefusedError(id, info, words);
        case "in_doubt":
          throw new InDoubtError(id, info, words);
      }
    }
    // 402 does not say that nothing was done, and 408 may come from a gateway that has passed the request on.
    if (status >= 400 && status < 500 && status !== 402 && status !== 408) {
      throw new RefusedError(id, info, words, status === 429 ? retryAfterMs(incoming.headers) : undefined);
    }
    throw new InDoubtError(id, info, words);
  }
}

/** What a response with a status of 2xx says. */
function outcomeOf(
  { shape, outcome }: Operation,
  body: string | undefined,
  object: Json | undefined,
  result: Json | undefined,
): "done" | "queued" | "refused" | "in_doubt" {
  if (shape === undefined) return body === undefined ? "in_doubt" : "done";
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

function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(typeof signal === "object" && signal !== null && "aborted" in signal)) {
    throw new UsageError("signal", "must be an AbortSignal");
  }
}

/** The values of the path and of an input, and the fields that have another type. */
function allValues(operation: Operation, path: Path, input: Input): { values: Values; wrong: readonly Field[] } {
  if (typeof input !== "object" || (input as unknown) === null) throw new UsageError("input", "must be an object");
  const inPath = operation.fields.filter((field) => field.in === "path");
  const keyed = Object.fromEntries(inPath.map((field, i) => [field.key, path[i]]));
  const ofPath = valuesOf(inPath, keyed);
  const others = operation.fields.filter((field) => field.in !== "path");
  const ofInput = valuesOf(others, input as Record<string, unknown>);
  return { values: new Map([...ofPath.values, ...ofInput.values]), wrong: [...ofPath.wrong, ...ofInput.wrong] };
}

/** Checks an input without sending it. The rules of the path are left out. */
export async function validateInput(operation: Operation, input: Input): Promise<readonly Violation[]> {
  const { values, wrong } = allValues(operation, [], input);
  const { violations } = await check(withoutPath(operation), values, wrong);
  return violations;
}

/** Checks a draft without sending it. The rules of the path are left out. */
export async function validateDraft(operation: Operation, draft: Draft): Promise<readonly Violation[]> {
  const { input, wrong, unknown } = readDraft(operation, draft);
  const { values } = allValues(operation, [], input);
  const { violations } = await check(withoutPath(operation), values, wrong);
  return [...violations, ...unknown];
}

function withoutPath(operation: Operation): Operation {
  return { ...operation, fields: operation.fields.filter((field) => field.in !== "path") };
}

/**
 * Checks path and draft of an operation as {@link Core.call} does an input; it throws an InvalidError if a type
 * or a name is wrong, with the rules of the other fields.
 */
export async function checkedInput(operation: Operation, path: Path, draft: Draft): Promise<Input> {
  const { input, wrong, unknown } = readDraft(operation, draft);
  if (wrong.length + unknown.length === 0) return input;
  const { values, wrong: ofPath } = allValues(operation, path, input);
  const { violations } = await check(operation, values, [...ofPath, ...wrong]);
  throw new InvalidError(operation.id, [...violations, ...unknown]);
}

/** A result under the names of the wire. */
export function toWire(operation: Operation, result: unknown): unknown {
  return operation.shape === undefined ? undefined : renamed({ object: () => operation.shape ?? [] }, result);
}

/** Items of pages under the names of the wire. */
export function itemToWire({ shape, pages }: Operation, item: unknown): unknown {
  const list = shape?.find((member) => member.name === pages?.items)?.type;
  return typeof list === "object" && "list" in list ? renamed(list.list, item) : item;
}

function renamed(type: NonNullable<Operation["shape"]>[number]["type"], value: unknown): unknown {
  if (typeof type !== "object" || value === undefined) return value;
  if ("list" in type) return (value as unknown[]).map((item) => renamed(type.list, item));
  const members = type.object().flatMap((member) => {
    const own = (value as Json)[member.key];
    return own === undefined ? [] : [[member.name, renamed(member.type, own)] as const];
  });
  return Object.fromEntries(members);
}
