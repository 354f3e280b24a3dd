import { ContactsClient, InDoubtError, NotSentError, RefusedError, fetchTransport, imageFromBlob } from "@example/contacts";
import { ContactsClient as NodeClient, type Contact, imageFromPath, nodeTransport } from "@example/contacts/node";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import { created, serve } from "./server.js";

const contact: Contact = { FirstName: "Wile", LastName: "Coyote", EmailAddress: "a@b", Accounts: ["1"] };
const token = "s3cr3t-t0k3n";

function clientOf(baseUrl: string, options: { maxRetries?: number; timeoutMs?: number } = {}): NodeClient {
  return new NodeClient("IRtest", token, { baseUrl, maxRetries: 0, ...options });
}

test("what a client cannot be made of is named", () => {
  const make = (accountSid: string, authToken: string, options = {}) => () => new ContactsClient(accountSid, authToken, options);
  for (const [wrong, message] of [
    [make("", token), /AccountSID/],
    [make("IR:x", token), /AccountSID/],
    [make("IRx", ""), /AuthToken/],
    [make("IRx", "a\nb"), /AuthToken/],
    [make("IRx", token, { timeoutMs: 0 }), /timeoutMs/],
    [make("IRx", token, { timeoutMs: NaN }), /timeoutMs/],
    [make("IRx", token, { maxRetries: -1 }), /maxRetries/],
    [make("IRx", token, { maxRetries: 1.5 }), /maxRetries/],
    [make("IRx", token, { baseUrl: "http://127.0.0.1.example.com" }), /https/],
    [make("IRx", token, { baseUrl: "https://user:password@example.com" }), /form/],
    [make("IRx", token, { baseUrl: "https://example.com/?x=1" }), /form/],
    [make("IRx", token, { baseUrl: "example.com" }), /form/],
  ] as const) {
    assert.throws(wrong, (error: Error) => error instanceof TypeError && message.test(error.message) && !error.message.includes("password"));
  }
  for (const baseUrl of ["http://localhost:1", "http://[::1]:1/x", "http://127.9.9.9", "https://example.com/x/"]) {
    assert.doesNotThrow(make("IRx", token, { baseUrl }));
  }
});

test("a campaign's number keeps its digits, or is refused", async (t) => {
  const paths: (string | undefined)[] = [];
  const { url } = await serve(t, (request, response) => {
    paths.push(request.url?.split("/")[4]);
    response.end(created);
  });
  const client = clientOf(url);
  for (const id of [1000, "9223372036854775807", 9007199254740993n]) await client.createContact(id, contact);
  assert.deepEqual(paths, ["1000", "9223372036854775807", "9007199254740993"]);
  for (const id of [2 ** 53, 1.5, "9223372036854775808", "", "1/2"]) {
    await assert.rejects(client.createContact(id, contact), TypeError);
  }
});

test("the token is in nothing that is printed", async (t) => {
  const credentials = btoa(`IRtest:${token}`);
  const { url } = await serve(t, (_, response) => {
    const Message = `${token} and ${credentials}`;
    response.writeHead(400).end(JSON.stringify({ Status: "ERROR", Message, Errors: [{ Field: token, Message }] }));
  });
  const broken = net.createServer((socket) => {
    socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${token}\r\n\r\n`));
  });
  await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
  t.after(() => broken.close());
  const brokenUrl = `http://127.0.0.1:${(broken.address() as AddressInfo).port.toString()}`;
  for (const client of [clientOf(url), clientOf(brokenUrl), clientOf("http://127.0.0.1:1")]) {
    const error: unknown = await client.createContact(1, contact).catch((error: unknown) => error);
    assert(error instanceof Error);
    const inspected = (value: unknown) => inspect(value, { depth: null, showHidden: true, getters: true });
    for (const printed of [inspected(client), inspected(error), String(error), error.stack ?? "", JSON.stringify([client, error])]) {
      assert(!printed.includes(token) && !printed.includes(credentials), printed);
    }
    if (error instanceof RefusedError) assert.equal(error.serverMessage, "[redacted] and [redacted]");
  }
});

test("a request that was given up before it began was not sent", async (t) => {
  const { url, count } = await serve(t, (_, response) => response.end(created));
  for (const client of [clientOf(url), new ContactsClient("IRtest", token, { baseUrl: url })]) {
    await assert.rejects(client.createContact(1, contact, { signal: AbortSignal.abort() }), NotSentError);
    await assert.rejects(client.createContact(1, contact, { deadline: new Date(0) }), NotSentError);
  }
  assert.equal(count(), 0);
});

test("a request that got no connection in time was not sent", async (t) => {
  const { url, count } = await serve(t, () => undefined); // never answers
  const transport = nodeTransport({ http: new http.Agent({ maxSockets: 1 }) });
  const client = new NodeClient("IRtest", token, { baseUrl: url, transport, maxRetries: 0, timeoutMs: 300 });
  const [first, second] = await Promise.allSettled([client.createContact(1, contact), client.createContact(1, contact)]);
  assert(first.status === "rejected" && first.reason instanceof InDoubtError, inspect(first));
  assert(second.status === "rejected" && second.reason instanceof NotSentError, inspect(second));
  assert.equal(count(), 1);
});

test("a server without TLS gets no byte of the request", async (t) => {
  let received = "";
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      socket.end("HTTP/1.1 200 OK\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
  await assert.rejects(clientOf(url).createContact(1, contact), NotSentError);
  assert(received !== "" && !received.includes("POST") && !received.includes("Basic"));
});

test("an https agent of the caller's is used", async () => {
  const agent = new https.Agent();
  let asked = 0;
  agent.createConnection = () => {
    asked++;
    throw new Error("no connection today");
  };
  const client = new NodeClient("IRtest", token, { transport: nodeTransport({ https: agent }), maxRetries: 0 });
  await assert.rejects(client.createContact(1, contact), NotSentError);
  assert.equal(asked, 1);
});

test("what is known of an answer whose body stalls is its status", async (t) => {
  const { url } = await serve(t, (_, response) => {
    response.writeHead(400, { "Content-Length": 100 }).write("{");
  });
  for (const client of [
    clientOf(url, { timeoutMs: 300 }),
    new ContactsClient("IRtest", token, { baseUrl: url, maxRetries: 0, timeoutMs: 300 }),
  ]) {
    await assert.rejects(client.createContact(1, contact), (error) => error instanceof RefusedError && error.status === 400);
  }
});

test("a deadline holds for the waits between attempts too, and a signal ends them", async (t) => {
  const { url, count } = await serve(t, (_, response) => {
    response.writeHead(429, { "Retry-After": "30" }).end();
  });
  const client = clientOf(url, { maxRetries: 5 });
  const refused = (error: unknown) => error instanceof RefusedError && error.retryAfterMs === 30_000;
  await assert.rejects(client.createContact(1, contact, { deadline: new Date(Date.now() + 5000) }), refused);
  assert.equal(count(), 1);
  await assert.rejects(client.createContact(1, contact, { signal: AbortSignal.timeout(300) }), refused);
  assert.equal(count(), 2);
});

test("fetch is never said to have sent nothing", async (t) => {
  const { url, count } = await serve(t, (request, response) => {
    if (request.url?.startsWith("/away") === true) response.writeHead(307, { Location: "/" }).end();
    else response.end(created);
  });
  const client = (baseUrl: string) => new ContactsClient("IRtest", token, { baseUrl, transport: fetchTransport() });
  assert.equal((await client(url).createContact(1, contact)).id, "2750");
  const image = imageFromBlob(new Blob(["GIF89a..."]));
  assert.equal((await client(url).createContact(1, { ...contact, ProfileImageFile: image } as Contact)).id, "2750");
  await assert.rejects(client(`${url}/away`).createContact(1, contact), InDoubtError);
  assert.equal(count(), 3);
  await assert.rejects(client("http://127.0.0.1:1").createContact(1, contact), InDoubtError);
});

test("a file that changes while it is sent leaves the contact in doubt", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "contacts-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "image.png");
  writeFileSync(path, Buffer.alloc(64 << 20));
  const { url } = await serve(t, (request) => {
    request.once("data", () => {
      writeFileSync(path, "short");
      request.resume();
    });
  });
  const upload = { ...contact, ProfileImageFile: imageFromPath(path) } as Contact;
  await assert.rejects(clientOf(url).createContact(1, upload), InDoubtError);
});
