// The adapter of the conformance runner: one JSON object a line in, one out.
import {
  ApiError,
  type ByteStream,
  Client,
  InDoubtError,
  InvalidError,
  type Operation,
  QueuedError,
  RefusedError,
  type ResponseInfo,
  type RulesMode,
  UsageError,
  callPages,
  fileFromPath,
  itemToWire,
  operations,
  toWire,
  validateDraft,
} from "@example/contacts/node";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { inspect } from "node:util";

interface Command {
  readonly id: string;
  readonly call: string;
  readonly validate?: boolean;
  readonly pages?: boolean;
  readonly cancelMs?: number;
  readonly baseUrl: string;
  readonly account: string;
  readonly token: string;
  readonly options: { readonly retries: number; readonly timeoutMs: number; readonly rules: RulesMode };
  readonly path?: Readonly<Record<string, unknown>>;
  readonly input?: Readonly<Record<string, unknown>>;
}

const clients = new Map<string, Client>();

function clientOf({ baseUrl, account, token, options }: Command): Client {
  const key = JSON.stringify([baseUrl, account, token, options]);
  const client = clients.get(key) ?? new Client(account, token, { baseUrl, ...options });
  clients.set(key, client);
  return client;
}

/** Files are told by their paths, and large integers as text. */
function prepared({ fields }: Operation, { path = {}, input = {} }: Command): { path: object; input: unknown } {
  const isOf = (name: string, kind: string) => fields.some((field) => field.name === name && field.kind === kind);
  const integer = (name: string, value: unknown) =>
    typeof value === "string" && isOf(name, "integer") && /^-?\d+$/u.test(value) ? BigInt(value) : value;
  return {
    path: Object.fromEntries(Object.entries(path).map(([name, value]) => [name, integer(name, value)])),
    input: typeof input !== "object" || Array.isArray(input) ? input
      : Object.fromEntries(Object.entries(input).map(([name, value]) => [name, isOf(name, "file") ? fileOf(value) : value])),
  };
}

function fileOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fileOf);
  if (typeof value !== "object" || value === null || !("Path" in value)) return value;
  const { Path, Name } = value as { Path: string; Name?: string };
  return fileFromPath(Path, Name);
}

async function report(command: Command): Promise<object> {
  const operation = Object.values<Operation>(operations).find(({ id }) => id === command.call);
  if (operation === undefined) throw new Error(`there is no operation ${command.call}`);
  const { path, input } = prepared(operation, command);
  const printed: unknown[] = [input];
  let info: ResponseInfo | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    if (command.validate === true) {
      const violations = await validateDraft(operation, input);
      return { outcome: violations.length === 0 ? "valid" : "invalid", violations, printed: print(...printed) };
    }
    const client = clientOf(command);
    printed.push(client);
    const controller = new AbortController();
    if (command.cancelMs !== undefined) {
      timer = setTimeout(() => {
        controller.abort();
      }, command.cancelMs);
    }
    const options = { onResponse: (response: ResponseInfo) => (info = response), signal: controller.signal };
    if (command.pages === true) {
      const items: unknown[] = [];
      for await (const item of callPages(client, operation, path, input as object, options, "name")) items.push(itemToWire(operation, item));
      return { outcome: operation.done, items, info: infoOf(info), printed: print(...printed) };
    }
    const result = await client.call(operation, path, input, options, "name");
    const content =
      operation.content === undefined ? { response: toWire(operation, result) } : { bytes: await bytesOf(result as ByteStream) };
    return { outcome: operation.done, ...content, info: infoOf(info), printed: print(...printed) };
  } catch (error) {
    return { ...failed(operation, error), printed: print(...printed, error) };
  } finally {
    clearTimeout(timer);
  }
}

async function bytesOf(content: ByteStream): Promise<object> {
  const bytes = await content.bytes();
  return { sha256: createHash("sha256").update(bytes).digest("hex"), length: bytes.length, contentType: content.contentType };
}

function infoOf(info: ResponseInfo | undefined): object | undefined {
  return info === undefined ? undefined : { status: info.status, ...info.rateLimit };
}

function failed(operation: Operation, error: unknown): object {
  if (error instanceof UsageError) return { outcome: "misconfigured" };
  if (!(error instanceof ApiError)) throw error;
  const { outcome } = error;
  if (error instanceof InvalidError) return { outcome, violations: error.violations };
  if (error instanceof QueuedError) return { outcome, response: toWire(operation, error.result()) };
  if (!(error instanceof RefusedError || error instanceof InDoubtError)) return { outcome };
  return {
    outcome,
    status: error.info?.status,
    message: error.words.message,
    errors: error.words.errors.map(({ field, message }) => ({ Field: field, Message: message })),
    waitMs: error instanceof RefusedError ? error.retryAfterMs : undefined,
  };
}

/** All that the language can be made to print of these. */
function print(...values: unknown[]): string {
  return values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, getters: true }),
      value instanceof Error || value instanceof Client ? String(value) : "",
      JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? member.toString() : member)),
      value instanceof Error ? String(value.stack) : "",
    ])
    .join("\n");
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  const text = JSON.stringify({ ...(await report(command)), id: command.id }, (_, value: unknown) =>
    typeof value === "bigint" ? { $integer: value.toString() } : value,
  );
  console.log(text.replaceAll(/\{"\$integer":"(-?\d+)"\}/gu, "$1"));
}
