// The adapter of the conformance runner: one JSON object a line in, one out.
import {
  type Contact,
  type ContactDraft,
  ContactsClient,
  InDoubtError,
  InvalidError,
  NotSentError,
  QueuedError,
  RefusedError,
  UnavailableError,
  type Violation,
  imageFromPath,
  validate,
} from "@example/contacts/node";
import { createInterface } from "node:readline";
import { inspect } from "node:util";

interface Command {
  readonly id: string;
  readonly call: "create" | "validate" | "get";
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly campaignId: string;
  readonly options: { readonly maxRetries: number; readonly timeoutMs: number };
  readonly contact?: Omit<ContactDraft, "ProfileImageFile"> & {
    readonly ProfileImageFile?: { readonly Path: string; readonly Name?: string };
  };
  readonly uri: string;
}

const clients = new Map<string, ContactsClient>();

function clientOf({ baseUrl, accountSid, authToken, options }: Command): ContactsClient {
  const key = JSON.stringify([baseUrl, accountSid, authToken, options]);
  const client = clients.get(key) ?? new ContactsClient(accountSid, authToken, { baseUrl, ...options });
  clients.set(key, client);
  return client;
}

function draftOf({ contact: { ProfileImageFile: file, ...rest } = {} }: Command): ContactDraft {
  return file === undefined ? rest : { ...rest, ProfileImageFile: imageFromPath(file.Path, file.Name) };
}

async function answer(command: Command): Promise<object> {
  if (command.call === "validate") return verdict(validate(draftOf(command)));
  let client;
  try {
    client = clientOf(command);
  } catch (error) {
    return { outcome: "misconfigured", printed: print(error) };
  }
  try {
    if (command.call === "get") {
      return { outcome: "found", contact: await client.getContact(command.uri), printed: print(client) };
    }
    const { uri, id } = await client.createContact(command.campaignId, draftOf(command) as Contact);
    return { outcome: "created", uri, contactId: id, printed: print(client) };
  } catch (error) {
    return { ...failed(error), printed: print(client, error) };
  }
}

function verdict(violations: readonly Violation[]): object {
  return { outcome: violations.length === 0 ? "valid" : "invalid", violations };
}

function failed(error: unknown): object {
  if (error instanceof InvalidError) return verdict(error.violations);
  if (error instanceof NotSentError) return { outcome: error.outcome };
  if (error instanceof QueuedError) return { outcome: error.outcome, uri: error.queuedUri };
  if (error instanceof RefusedError || error instanceof InDoubtError || error instanceof UnavailableError) {
    const { outcome, status, serverMessage: message, errors } = error;
    return { outcome, status, message, errors, waitMs: error instanceof RefusedError ? error.retryAfterMs : undefined };
  }
  if (error instanceof TypeError) return { outcome: "misconfigured" };
  throw error;
}

/** All that the language can be made to print of these. */
function print(...values: unknown[]): string {
  return values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, getters: true }),
      String(value),
      JSON.stringify(value),
      value instanceof Error ? String(value.stack) : "",
    ])
    .join("\n");
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  console.log(JSON.stringify({ ...(await answer(command)), id: command.id }));
}
