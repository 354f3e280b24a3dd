// The adapter of the conformance runner: one JSON object a line in, one out.
import {
  ApiError,
  type ByteStream,
  Client,
  InDoubtError,
  InvalidError,
  type OperationId,
  QueuedError,
  RefusedError,
  type ResponseInfo,
  type RulesMode,
  UsageError,
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
  readonly call: OperationId;
  readonly validate?: boolean;
  readonly pages?: boolean;
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
function prepared({ call, path = {}, input = {} }: Command): { path: Record<string, unknown>; input: unknown } {
  const fields = operations[call].fields as readonly { name: string; in: string; kind: string }[];
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

async function answer(command: Command): Promise<object> {
  const { call } = command;
  const { path, input } = prepared(command);
  const printed: unknown[] = [input];
  let info: ResponseInfo | undefined;
  try {
    if (command.validate === true) {
      const violations = await validateDraft(call, input);
      return { outcome: violations.length === 0 ? "valid" : "invalid", violations, printed: print(...printed) };
    }
    const client = clientOf(command);
    printed.push(client);
    const { done, bytes } = operations[call] as { done: string; bytes?: boolean };
    const onResponse = (response: ResponseInfo) => (info = response);
    if (command.pages === true) {
      const items: unknown[] = [];
      for await (const item of client.items(call, path, input, { onResponse })) items.push(itemToWire(operations[call], item));
      return { outcome: done, items, info: infoOf(info), printed: print(...printed) };
    }
    const result = await client.call(call, path, input, { onResponse });
    const content = bytes === true ? { bytes: await bytesOf(result as ByteStream) } : { response: toWire(operations[call], result) };
    return { outcome: done, ...content, info: infoOf(info), printed: print(...printed) };
  } catch (error) {
    return { ...failed(command, error), printed: print(...printed, error) };
  }
}

async function bytesOf(content: ByteStream): Promise<object> {
  const bytes = await content.bytes();
  return { sha256: createHash("sha256").update(bytes).digest("hex"), length: bytes.length, contentType: content.contentType };
}

function infoOf(info: ResponseInfo | undefined): object | undefined {
  return info === undefined ? undefined : { status: info.status, ...info.rateLimit };
}

function failed({ call }: Command, error: unknown): object {
  if (error instanceof UsageError) return { outcome: "misconfigured" };
  if (!(error instanceof ApiError)) throw error;
  const { outcome } = error;
  if (error instanceof InvalidError) return { outcome, violations: error.violations };
  if (error instanceof QueuedError) return { outcome, response: toWire(operations[call], error.result) };
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
  const text = JSON.stringify({ ...(await answer(command)), id: command.id }, (_, value: unknown) =>
    typeof value === "bigint" ? { $integer: value.toString() } : value,
  );
  console.log(text.replaceAll(/\{"\$integer":"(-?\d+)"\}/gu, "$1"));
}
