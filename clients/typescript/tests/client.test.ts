import {
  type Attempt,
  Client,
  InDoubtError,
  InvalidError,
  NotSentError,
  type ResponseInfo,
  UsageError,
  fetchTransport,
  operations,
  validate,
  validateDraft,
} from "@example/contacts/node";
import assert from "node:assert/strict";
import { test } from "node:test";
import { created, listen, serve } from "./server.js";

const input = { firstName: "Wile", lastName: "Coyote", emailAddress: "wile@example.com", accounts: ["10000"] };

test("an argument that cannot be used is named, and nothing is sent", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, (_, response) => {
    requests++;
    response.end(created);
  });
  const make = (options: object) => () => new Client("IRtest", "secret-token", { baseUrl, ...options });
  for (const [name, options] of Object.entries({
    timeoutMs: { timeoutMs: NaN },
    retries: { retries: 1.5 },
    rules: { rules: "strict" },
    baseUrl: { baseUrl: "http://example.com" },
    transport: { transport: 5 },
    onAttempt: { onAttempt: "log" },
  })) {
    assert.throws(make(options), (error) => error instanceof UsageError && error.argument === name, name);
  }
  assert.throws(() => new Client(undefined as unknown as string, "x"), UsageError);
  assert.throws(() => new Client("IRtest", undefined as unknown as string), UsageError);
  assert.throws(() => Client.fromEnv({ CONTACTS_ACCOUNT: "IRtest" }), /CONTACTS_TOKEN is not set/u);

  const client = make({})();
  const wrong = (value: unknown) => () => client.createContact(value as number, input);
  for (const campaign of [undefined, null, true, "1000", 1.5, 2 ** 70, 2n ** 63n, NaN]) {
    await assert.rejects(wrong(campaign), (error) => error instanceof InvalidError && error.violations[0]?.Field === "CampaignId");
  }
  await assert.rejects(client.createContact(1000, input, { signal: "stop" as unknown as AbortSignal }), UsageError);
  await assert.rejects(client.createContact(1000, null as unknown as typeof input), UsageError);
  assert.equal(requests, 0);
});

test("hooks and the response are told, without a value", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, (_, response) => {
    requests++;
    response.writeHead(requests === 1 ? 429 : 200, { "Retry-After": "1", "X-RateLimit-Remaining": "7" });
    response.end(requests === 1 ? "{}" : created);
  });
  const attempts: Attempt[] = [];
  const outcomes: string[] = [];
  let info: ResponseInfo | undefined;
  const client = new Client("IRtest", "secret-token", {
    baseUrl,
    onAttempt: (attempt) => attempts.push(attempt),
    onOutcome: ({ outcome, attempts: n }) => outcomes.push(`${outcome} ${n.toString()}`),
  });
  const { contactId } = await client.createContact(1000, input, { onResponse: (response) => (info = response) });
  assert.equal(contactId, "2750");
  assert.deepEqual(attempts.map(({ outcome, status }) => [outcome, status]), [["refused", 429], ["created", 200]]);
  assert.deepEqual(outcomes, ["created 2"]);
  assert.equal(info?.rateLimit.remaining, 7);
  assert.doesNotMatch(JSON.stringify(attempts), /Wile|secret/u);
});

test("warn reports what it lets pass", async (t) => {
  const baseUrl = await serve(t, (_, response) => response.end(created));
  const seen: string[] = [];
  const client = new Client("IRtest", "secret-token", { baseUrl, rules: "warn", onViolations: (_, list) => seen.push(...list.map((v) => v.Message)) });
  await client.createContact(1000, { ...input, lastName: "" });
  assert.deepEqual(seen, ["LastName is required."]);
});

test("drafts from outside are violations, never a TypeError", async () => {
  for (const draft of [{ Accounts: "10000" }, { FirstName: 5 }, { Labels: {} }, { ProfileImageFile: "a.png" }, { Accounts: [1, 2] }]) {
    const [name] = Object.keys(draft);
    const violations = await validateDraft(operations.createContact, draft);
    assert.deepEqual(violations.filter(({ Field }) => Field === name).map(({ Rule }) => Rule), ["type"]);
  }
  assert.equal((await validateDraft(operations.createContact, { Titel: "x" })).at(-1)?.Rule, "unknown");
  assert.deepEqual(await validate(operations.createContact, input), []);
});

test("101 Switching Protocols settles, and is in doubt", async (t) => {
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"));
  });
  await assert.rejects(new Client("IRtest", "secret-token", { baseUrl, timeoutMs: 5000 }).createContact(1000, input), InDoubtError);
});

test("headers of more than 64 KiB are in doubt", async (t) => {
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}\r\nContent-Length: ${created.length.toString()}\r\n\r\n${created}`));
  });
  await assert.rejects(new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input), InDoubtError);
});

test("a cause holds neither token nor what the server sent", async (t) => {
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 200 OK secret-token\r\nContent-Length: secret-token\r\n\r\n"));
  });
  await assert.rejects(new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input), (error: Error) => {
    assert.ok(error instanceof InDoubtError);
    assert.doesNotMatch(`${error.stack ?? ""}${JSON.stringify(error)}${String((error.cause as Error | undefined)?.stack)}`, /secret-token/u);
    return true;
  });
});

test("the time for all attempts ends a call, and a signal gives it up", async (t) => {
  const silent = await listen(t, () => undefined);
  const client = new Client("IRtest", "secret-token", { baseUrl: silent });
  await assert.rejects(client.createContact(1000, input, { deadline: new Date(Date.now() + 50) }), InDoubtError);
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new Error("enough"));
  }, 50);
  await assert.rejects(client.createContact(1000, input, { signal: controller.signal }), InDoubtError);
  await assert.rejects(client.createContact(1000, input, { signal: AbortSignal.abort() }), NotSentError);
});

test("an iteration over pages asks for no page that nobody reads", async (t) => {
  const urls: string[] = [];
  const baseUrl = await serve(t, (request, response) => {
    urls.push(request.url ?? "");
    response.end('{"@numpages":"9","Contacts":[{"Id":"1"},{"Id":"2"}]}');
  });
  for await (const { id } of new Client("IRtest", "secret-token", { baseUrl }).listContacts(1000, { title: "x" })) {
    if (id === "2") break;
  }
  assert.deepEqual(urls, ["/Advertisers/IRtest/Campaigns/1000/Contacts?Title=x&Page=1"]);
});

test("fetch works without AbortSignal.any, and sends the same", async (t) => {
  const bodies: string[] = [];
  const baseUrl = await serve(t, (request, response) => {
    request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
    request.on("end", () => response.end(created));
  });
  const any = AbortSignal.any;
  Object.assign(AbortSignal, { any: undefined });
  t.after(() => Object.assign(AbortSignal, { any }));
  await new Client("IRtest", "secret-token", { baseUrl, transport: fetchTransport() }).createContact(1000, input, { signal: new AbortController().signal });
  await new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input);
  assert.equal(bodies[0], bodies[1]);
});
