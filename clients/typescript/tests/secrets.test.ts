// The token is in nothing that a program can print.
import { ApiError, Client, type ClientOptions, QueuedError, type Transport, UsageError, Unsent, fetchTransport, nodeTransport } from "@example/contacts/node";
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { created, input, listen, rejection, response, serve } from "./server.js";

const token = "secret-tökén";
const basic = Buffer.from(`IRtest:${token}`).toString("base64");

/** All that can be printed of a value, with its causes and all that is hidden. */
function printed(value: unknown): string {
  const texts = [inspect(value, { depth: null, showHidden: true, getters: true }), JSON.stringify(value) as string | undefined, String(value)];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(String(error), String(error.stack), JSON.stringify(error), inspect(error, { depth: null, showHidden: true, getters: true }));
    texts.push(JSON.stringify(Object.fromEntries(Object.getOwnPropertyNames(error).map((name) => [name, (error as unknown as Record<string, unknown>)[name]]))));
  }
  return texts.join("\n");
}

function assertClean(value: unknown): void {
  const text = printed(value);
  assert.ok(!text.includes(token) && !text.includes(basic) && !text.includes("secret-t"), text);
}

const latin = Buffer.from(token, "utf8").toString("latin1");

for (const [name, head] of Object.entries({
  reason: `HTTP/1.1 400 ${latin}`,
  "no status": `HTTP/1.1 ${latin}`,
  "no response": `${latin} ${basic}`,
  "a length": `HTTP/1.1 200 OK\r\nContent-Length: ${latin}`,
  "a header's name": `HTTP/1.1 200 OK\r\n${basic} x: ${latin}`,
  "an encoding": `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${latin}`,
  "a chunk": `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${latin}`,
  "a place": `HTTP/1.1 302 Found\r\nLocation: https://IRtest:${latin}@example.com/${basic}`,
})) {
  for (const transport of [nodeTransport, fetchTransport] as (() => Transport)[]) {
    test(`${transport.name}: an error does not hold a token that the server sent as ${name}`, async (t) => {
      const baseUrl = await listen(t, (socket) => {
        socket.once("data", () => socket.end(Buffer.from(`${head}\r\n\r\n${latin}`, "latin1")));
      });
      const error = await rejection(new Client("IRtest", token, { baseUrl, retries: 0, transport: transport() }).createContact(1000, input));
      assert.ok(error instanceof ApiError);
      assertClean(error);
    });
  }
}

for (const status of [200, 202, 400, 404, 409, 429, 500]) {
  for (const Status of ["OK", "ERROR", "QUEUED"]) {
    test(`an error of ${status.toString()} with ${Status} does not hold a token that is in all members of the response`, async (t) => {
      const text = `${token} Basic ${basic} /${token}`;
      const body = { Status, Uri: 5, QueuedUri: `https://IRtest:${token}@example.com/${basic}`, Message: text, Errors: [{ Field: token, Message: text }] };
      const baseUrl = await serve(t, (_, answer) => answer.writeHead(status, { "X-Echo": basic }).end(JSON.stringify(Status === "QUEUED" ? { ...body, Uri: undefined } : body)));
      const error = await rejection(new Client("IRtest", token, { baseUrl, retries: 0 }).createContact(1000, input));
      assert.ok(error instanceof ApiError);
      assertClean(error);
      if (status < 300 && Status === "QUEUED") {
        assert.ok(error instanceof QueuedError);
        assert.equal(error.result()["queuedUri"], body.QueuedUri, "the response itself is given as it came");
      }
    });
  }
}

test("the client, its options and what hooks are told do not hold the token", async (t) => {
  const baseUrl = await serve(t, (_, answer) => answer.writeHead(200, { "X-Echo": basic }).end(created));
  const client = new Client("IRtest", token, { baseUrl });
  const told: unknown[] = [];
  await client.createContact(1000, input, { onAttempt: (x) => told.push(x), onOutcome: (x) => told.push(x), onResponse: (x) => told.push(x) });
  assert.equal(told.length, 3);
  assertClean(client);
  for (const value of told) {
    assertClean(value);
    assert.doesNotMatch(printed(value), /Wile|wile@example/u, "nor a value");
  }
});

test("what a transport, a signal or an agent throws is printed without the token, with its causes", async (t) => {
  const deep = new Error(`no ${token}`, { cause: new AggregateError([new Error(basic)], basic, { cause: { token } }) });
  Object.assign(deep, { code: `E_${token}`, rawPacket: Buffer.from(token), config: { auth: basic } });
  const options: ClientOptions[] = [
    { transport: () => Promise.reject(deep) },
    { transport: () => Promise.reject(new Unsent(deep)) },
    { transport: fetchTransport(() => Promise.reject(deep)) },
  ];
  for (const one of options) {
    const client = new Client("IRtest", token, { baseUrl: "http://localhost", retries: 0, ...one });
    assertClean(await rejection(client.createContact(1000, input)));
  }
  const baseUrl = await listen(t, () => undefined);
  const client = new Client("IRtest", token, { baseUrl, retries: 0 });
  const controller = new AbortController();
  setTimeout(() => { controller.abort(deep); }, 50);
  assertClean(await rejection(client.createContact(1000, input, { signal: controller.signal })));
  assertClean(await rejection(client.createContact(1000, input, { signal: controller.signal })));
});

test("the reason of a connection that failed is told", async () => {
  for (const transport of [nodeTransport(), fetchTransport()]) {
    const client = new Client("IRtest", token, { baseUrl: "http://127.0.0.1:9", retries: 0, transport });
    assert.match(String(await rejection(client.createContact(1000, input))), /ECONNREFUSED|bad port/u);
  }
});

test("a token of fewer than 8 characters is looked for as credentials only, and words stay whole", async (t) => {
  const short = "wrong";
  const credentials = Buffer.from(`IRtest:${short}`).toString("base64");
  const baseUrl = await serve(t, (_, answer) => answer.writeHead(400).end(JSON.stringify({ Status: "ERROR", Message: `what is wrong: Basic ${credentials}` })));
  const error = await rejection(new Client("IRtest", short, { baseUrl }).createContact(1000, input));
  assert.match(String(error), /what is wrong: Basic \[redacted\]/u);
});

test("a usage error does not quote what it refuses", () => {
  const make = [
    () => new Client("IRtest", token, { baseUrl: `https://IRtest:${token}@example.com` }),
    () => new Client(`IR:${token}`, token),
    () => new Client("IRtest", `${token}\n`),
    () => new Client("IRtest", token, { rules: token as "off" }),
  ];
  for (const one of make) {
    assert.throws(one, (error) => {
      assertClean(error);
      return error instanceof UsageError;
    });
  }
});

test("unasked responses are not printed by the process", async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  const baseUrl = await listen(t, (socket) => {
    socket.on("data", () => {
      socket.write(response());
      setTimeout(() => socket.write(`HTTP/1.1 500 ${basic}\r\n\r\n`), 10);
    });
  });
  await new Client("IRtest", token, { baseUrl }).createContact(1000, input);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(lines.join(""), "");
});
