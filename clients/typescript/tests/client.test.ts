import { type Attempt, BaseClient, Client, InDoubtError, type Operation, type ResponseInfo, fetchTransport, nodeTransport, operations } from "@example/contacts/node";
import * as functions from "@example/contacts/functions";
import assert from "node:assert/strict";
import { test } from "node:test";
import { created, input, listen, serve } from "./server.js";

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

test("headers of more than 64 KiB are in doubt", async (t) => {
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}\r\nContent-Length: ${created.length.toString()}\r\n\r\n${created}`));
  });
  for (const transport of [nodeTransport(), fetchTransport()]) {
    await assert.rejects(new Client("IRtest", "secret-token", { baseUrl, transport }).createContact(1000, input), InDoubtError);
  }
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

test("none of many headers is lost, and those of one name are joined", async (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => `a${i.toString(36)}:1\r\n`).join("");
  const baseUrl = await listen(t, (socket) => {
    socket.on("data", () => socket.write(`HTTP/1.1 200 OK\r\n${many}X-RateLimit-Remaining: 7\r\nRetry-After: 1\r\nRetry-After: 2\r\nContent-Length: ${created.length.toString()}\r\n\r\n${created}`));
  });
  let info: ResponseInfo | undefined;
  await new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input, { onResponse: (response) => (info = response) });
  assert.equal(info?.rateLimit.remaining, 7);
  assert.equal(info.header("Retry-After"), "1, 2");
  assert.equal(info.header("constructor"), undefined);
});

test("headers of more than 64 KiB are in doubt, also of a fetch that takes more", async () => {
  const transport = fetchTransport(() => Promise.resolve(new Response(created, { headers: { X: "x".repeat(70_000) } })));
  await assert.rejects(new Client("IRtest", "secret-token", { transport }).createContact(1000, input), InDoubtError);
});

test("each method, and each function, calls its operation with the parameters of the path in their places", async () => {
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const urls: string[] = [];
    const options = {
      transport: ({ method, url }: { method: string; url: string }) => {
        urls.push(`${method} ${decodeURIComponent(new URL(url).pathname)}`);
        return Promise.resolve({ status: 404, headers: new Headers(), body: [] });
      },
      rules: "off",
      retries: 0,
    } as const;
    const fields = operation.fields.filter((field) => field.in === "path");
    const path = fields.map(({ kind, key }, i) => (kind === "integer" ? i + 1 : kind === "boolean" ? true : kind === "number" ? i + 0.5 : key));
    const inputs = fields.length === operation.fields.length ? [] : [{}];
    const expected = operation.path.replace(/\{(\w+)\}/gu, (_, parameter: string) => String(path[fields.findIndex((field) => field.name === parameter)] ?? "IRtest"));
    const client = new Client("IRtest", "secret-token", options);
    type Method = (...args: unknown[]) => Promise<unknown> | AsyncGenerator;
    for (const call of [
      (method: string) => (client as unknown as Record<string, Method>)[method]?.(...path, ...inputs),
      (method: string) => (functions as unknown as Record<string, Method>)[method]?.(new BaseClient("IRtest", "secret-token", options), ...path, ...inputs),
    ]) {
      const called = call(name);
      assert.ok(called !== undefined, name);
      await assert.rejects(Promise.resolve("next" in called ? called.next() : called));
      if (operation.pages !== undefined) await assert.rejects(Promise.resolve(call(`${name}Page`)));
    }
    assert.deepEqual([...new Set(urls)], [`${operation.method} ${expected}`]);
    assert.equal(urls.length, operation.pages === undefined ? 2 : 4);
  }
});

test("the time before a request is sent again grows to 30 seconds at most", async () => {
  const waits: number[] = [];
  const controller = new AbortController();
  const client = new Client("IRtest", "secret-token", {
    baseUrl: "http://127.0.0.1:9",
    retries: 100,
    transport: Object.assign(nodeTransport(), {}),
    onAttempt: ({ waitMs }) => {
      waits.push(waitMs ?? 0);
      controller.abort();
    },
  });
  await assert.rejects(client.createContact(1000, input, { signal: controller.signal }));
  assert.ok(waits.every((ms) => ms >= 125 && ms <= 375), waits.join());
  const { backOffMs } = (await import(new URL("../../dist/runtime/wait.js", import.meta.url).href)) as { backOffMs: (attempt: number) => number };
  for (let attempt = 0; attempt <= 100; attempt++) {
    const middle = Math.min(250 * 2 ** attempt, 30_000);
    assert.ok(backOffMs(attempt) >= middle / 2 && backOffMs(attempt) <= middle * 1.5);
  }
});

test("numbers of a response that a number cannot hold are exact", async () => {
  const { parseExact } = (await import(new URL("../../dist/runtime/json.js", import.meta.url).href)) as { parseExact: (text: string) => unknown };
  const text = '{"a":9007199254740993,"b":-12345678901234567890,"c":5,"d":5.0,"e":[9007199254740991,1234567890123456.5],"f":"9007199254740993","g":"\\"9007199254740993"}';
  assert.deepEqual(parseExact(text), {
    a: 9007199254740993n, b: -12345678901234567890n, c: 5, d: 5, e: [9007199254740991, 1234567890123456.5], f: "9007199254740993", g: '"9007199254740993',
  });
});
