// A mistake of the caller is named at once, before anything is sent, and is no outcome.
import {
  BaseClient,
  Client,
  type ClientOptions,
  InDoubtError,
  InvalidError,
  NotSentError,
  UsageError,
  callPages,
  fetchTransport,
  fileFrom,
  fileFromBlob,
  fileFromBytes,
  nodeTransport,
  operations,
  validate,
  validateDraft,
} from "@example/contacts/node";
import { ClientRequestInterceptor } from "@mswjs/interceptors/ClientRequest";
import assert from "node:assert/strict";
import type { Agent } from "node:https";
import { test } from "node:test";
import { created, input, rejection, serve } from "./server.js";

const nobody = "http://127.0.0.1:9";
const wrongOptions: Record<string, readonly unknown[]> = {
  timeoutMs: [null, NaN, 0, -1, -0, Infinity, 86_400_001, 1e300, "5", 5n, new Date(), [], {}, true],
  retries: [null, NaN, -1, 1.5, 101, 2 ** 53, Infinity, "1", 1n, true, {}],
  rules: [null, "", "strict", "ENFORCE", 1, true, {}],
  onAttempt: [null, "log", 5, {}],
  onOutcome: [null, 5],
  onViolations: [null, []],
};

test("an option that cannot be used is named, of the client and of a call", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, (_, answer) => {
    requests++;
    answer.end(created);
  });
  const client = new Client("IRtest", "secret-token", { baseUrl });
  const ofCall = { ...wrongOptions, deadline: [null, NaN, new Date("garbage"), new Date(NaN), 5, "2030-01-01", {}], signal: [null, "stop", 5, {}, []], onResponse: [null, 5] };
  for (const [name, values] of Object.entries(ofCall)) {
    for (const value of values) {
      const error = await rejection(client.createContact(1000, input, { [name]: value }));
      assert.ok(error instanceof UsageError && error.argument === name, `${name}: ${String(value)}`);
    }
  }
  const ofClient = { ...wrongOptions, transport: [null, 5, {}, "fetch"], baseUrl: [null, 5, "", "x", "http://example.com", "https://u:p@example.com", "https://example.com?a", "https://example.com#a", "ftp://example.com", new URL("https://example.com"), "https://example.com:99999", "http://127.0.0.999", "http://127.1", "https://exa mple.com"] };
  for (const [name, values] of Object.entries(ofClient)) {
    for (const value of values) {
      const make = () => new Client("IRtest", "secret-token", { baseUrl, [name]: value });
      assert.throws(make, (error) => error instanceof UsageError && error.argument === name, `${name}: ${String(value)}`);
    }
  }
  for (const options of [null, 5, "x"]) {
    const error = await rejection(client.createContact(1000, input, options as unknown as object));
    assert.ok(error instanceof UsageError && error.argument === "options");
    assert.throws(() => new Client("IRtest", "secret-token", options as ClientOptions), UsageError);
  }
  assert.equal(requests, 0);
});

test("the limits of the options themselves can be used, and undefined is absent", async (t) => {
  const baseUrl = await serve(t, (_, answer) => answer.end(created));
  for (const options of [{ timeoutMs: 86_400_000, retries: 100 }, { timeoutMs: 60_000.5, retries: 0 }, { timeoutMs: undefined, retries: undefined, rules: undefined, onAttempt: undefined }]) {
    await new Client("IRtest", "secret-token", { baseUrl, ...options }).createContact(1000, input, { deadline: undefined, signal: undefined, ...options });
  }
  await new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input, { deadline: new Date(8.64e15) });
});

test("account and token are checked when the client is made, and variables when they are read", () => {
  for (const account of [undefined, null, 5, "", ".", "..", "a:b", "a\nb", "\ud800", {}]) {
    assert.throws(() => new Client(account as string, "secret-token"), (error) => error instanceof UsageError && error.argument === "account");
  }
  for (const token of [undefined, null, 5, "", "a\nb", "\ud800", {}]) {
    assert.throws(() => new Client("IRtest", token as string), (error) => error instanceof UsageError && error.argument === "token");
  }
  assert.throws(() => Client.fromEnv({ CONTACTS_ACCOUNT: "IRtest" }), /CONTACTS_TOKEN is not set/u);
  assert.throws(() => Client.fromEnv({ CONTACTS_TOKEN: "", CONTACTS_ACCOUNT: "IRtest" }), /CONTACTS_TOKEN is not set/u);
});

test("a value of the path that cannot be sent is a violation, whoever calls", async () => {
  const client = new Client("IRtest", "secret-token", { baseUrl: nobody });
  const base = new BaseClient("IRtest", "secret-token", { baseUrl: nobody });
  for (const campaign of [undefined, null, true, "1000", "abc/../x", 1.5, 2 ** 70, 2 ** 53, 2n ** 63n, NaN, Infinity, {}, [1000]]) {
    for (const calling of [
      client.createContact(campaign as number, input),
      client.listContactsPage(campaign as number),
      client.listContacts(campaign as number).next(),
      base.call(operations.createContact, { CampaignId: campaign }, { FirstName: "Wile" }, {}, "name"),
      callPages(base, operations.listContacts, { CampaignId: campaign }, {}, {}, "name").next(),
    ]) {
      const error = await rejection(calling);
      assert.ok(error instanceof InvalidError && error.violations[0]?.Field === "CampaignId", String(campaign));
    }
  }
  for (const contact of [undefined, null, 2750, "", ".", "..", "abc/../x", "a b", "é", "\ud800"]) {
    const error = await rejection(client.getContact(1000, contact as string));
    assert.ok(error instanceof InvalidError && error.violations[0]?.Field === "ContactId", String(contact));
  }
});

test("an input that is no object is named", async () => {
  const client = new Client("IRtest", "secret-token", { baseUrl: nobody });
  for (const wrong of [undefined, null, 5, "x", []]) {
    for (const calling of [
      client.createContact(1000, wrong as never),
      client.call(operations.createContact, { CampaignId: 1000 }, wrong, {}, "name"),
      validate(operations.createContact, wrong as never),
      validateDraft(operations.createContact, wrong),
    ]) {
      const error = await rejection(calling);
      assert.ok(error instanceof UsageError && error.argument === "input", String(wrong));
    }
  }
  for (const wrong of [undefined, null, 5, []]) {
    const error = await rejection(client.call(operations.createContact, wrong, input));
    assert.ok(error instanceof UsageError && error.argument === "path", String(wrong));
  }
});

test("validate takes anything as a value: wrong types and misspelt names are violations", async () => {
  const anything = [5, 5n, NaN, true, "x", [], {}, [1, 2], [null], [{}], Symbol("x"), () => 5, new Date(), new Map(), Object.create(null) as unknown, { open: 1, multipart: 2 }, { open: () => 1, multipart: {} }, { open: () => 1, multipart: null }];
  const isOf = {
    string: (value: unknown) => typeof value === "string",
    boolean: (value: unknown) => typeof value === "boolean",
    number: Number.isFinite,
    integer: (value: unknown) => typeof value === "bigint" || Number.isSafeInteger(value),
    file: () => false,
  };
  for (const { name, key, kind, isList, in: place } of operations.createContact.fields) {
    for (const [i, value] of (place === "path" ? [] : anything).entries()) {
      const isRight = isList === true ? Array.isArray(value) && value.every(isOf[kind]) : isOf[kind](value);
      const found = [
        await validate(operations.createContact, { ...input, [key]: value }),
        await validateDraft(operations.createContact, { [name]: value }),
      ].map((violations) => violations.some(({ Field, Rule }) => Field === name && Rule === "type"));
      assert.deepEqual(found, [!isRight, !isRight], `${name}: ${i.toString()}`);
    }
  }
  const misspelt = { ...input, titel: "x", FirstName: "Wile", constructor: 5, toString: undefined };
  assert.deepEqual(
    (await validate(operations.createContact, misspelt)).map(({ Field, Rule }) => [Field, Rule]),
    [["FirstName", "unknown"], ["constructor", "unknown"], ["titel", "unknown"]],
  );
  const draft = JSON.parse('{"titel": 1, "__proto__": {"x": 1}, "\\ud83d\\ude00": 1, "\\uffee": 1}') as unknown;
  assert.deepEqual((await validateDraft(operations.createContact, draft)).slice(-4).map(({ Field }) => Field), ["__proto__", "titel", "\uffee", "😀"]);
});

test("what every object has is not given by a draft", async () => {
  const [field] = operations.createContact.fields.filter(({ name }) => name === "FirstName");
  assert.ok(field !== undefined);
  const operation = { ...operations.createContact, fields: [{ ...field, name: "constructor" }] };
  assert.deepEqual((await validateDraft(operation, {})).map(({ Rule }) => Rule), ["required"]);
});

test("an input is spread, and a key that is undefined is absent", async () => {
  const copy = { ...input, title: undefined, lastName: "Roadrunner", removed: undefined };
  assert.deepEqual(await validate(operations.createContact, copy), []);
});

test("the size of a file is a whole number of bytes, or is named", async () => {
  const client = new Client("IRtest", "secret-token", { baseUrl: nobody });
  for (const size of [-10, 1.5, NaN, Infinity, 2 ** 60, "5", undefined, null]) {
    const content = { size: size as number, chunks: () => new Blob(["x"]).stream() as unknown as AsyncIterable<Uint8Array>, blob: () => Promise.resolve(new Blob(["x"])) };
    const profileImageFile = fileFrom(() => Promise.resolve(content));
    const error = await rejection(client.createContact(1000, { ...input, profileImageFile }));
    assert.ok(error instanceof UsageError && error.argument === "ProfileImageFile", String(size));
  }
});

test("what makes files, transports and calls names an argument that cannot be used", async () => {
  for (const wrong of [null, 5, "x", {}]) {
    const makes: Record<string, () => unknown> = {
      send: () => fetchTransport(wrong as unknown as typeof fetch),
      https: () => nodeTransport({ https: wrong as unknown as Agent }),
      open: () => fileFrom(wrong as never),
      blob: () => fileFromBlob(wrong as never),
      bytes: () => fileFromBytes(wrong as never),
    };
    for (const [name, make] of Object.entries(makes)) {
      assert.throws(make, (error) => error instanceof UsageError && error.argument === name, name);
    }
  }
  for (const wrong of [null, 5, "x"]) assert.throws(() => nodeTransport(wrong as never), UsageError);
  const client = new Client("IRtest", "secret-token", { baseUrl: nobody });
  for (const wrong of [undefined, null, 5, "createContact"]) {
    for (const calling of [client.call(wrong as never, {}, {}), validate(wrong as never, {}), validateDraft(wrong as never, {})]) {
      const error = await rejection(calling);
      assert.ok(error instanceof UsageError && error.argument === "operation");
    }
  }
});

test("a deadline is a moment: one that has passed sends nothing", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, () => requests++);
  const client = new Client("IRtest", "secret-token", { baseUrl });
  assert.ok((await rejection(client.createContact(1000, input, { deadline: new Date(Date.now() - 1) }))) instanceof NotSentError);
  assert.equal(requests, 0);
  assert.ok((await rejection(client.createContact(1000, input, { deadline: new Date(Date.now() + 500) }))) instanceof InDoubtError);
  assert.equal(requests, 1);
});

test("fetch works without AbortSignal.any, and sends the same as node:http", async (t) => {
  const bodies: string[] = [];
  const baseUrl = await serve(t, (request, answer) => {
    request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
    request.on("end", () => answer.end(created));
  });
  const any: unknown = Reflect.get(AbortSignal, "any");
  Object.assign(AbortSignal, { any: undefined });
  t.after(() => Object.assign(AbortSignal, { any }));
  const { signal } = new AbortController();
  await new Client("IRtest", "secret-token", { baseUrl, transport: fetchTransport() }).createContact(1000, input, { signal });
  await new Client("IRtest", "secret-token", { baseUrl }).createContact(1000, input, { signal });
  assert.equal(bodies[0], bodies[1]);
});

test("a runtime that refuses options of fetch is not asked for them, and one that refuses a request sent nothing", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, (_, answer) => {
    requests++;
    answer.end(created);
  });
  const { Request: Native } = globalThis;
  t.after(() => {
    globalThis.Request = Native;
  });
  const refusing = (refused: readonly string[]) => {
    globalThis.Request = class extends Native {
      constructor(url: string, init: RequestInit = {}) {
        for (const [name, value] of Object.entries(init)) if (refused.includes(`${name} ${String(value)}`)) throw new TypeError(`no ${name}`);
        super(url, init);
      }
    };
    return new Client("IRtest", "secret-token", { baseUrl, retries: 0, transport: fetchTransport() });
  };
  assert.equal((await refusing(["redirect error", "credentials omit"]).createContact(1000, input)).contactId, "2750");
  assert.ok((await rejection(refusing(["method POST"]).createContact(1000, input))) instanceof NotSentError);
  assert.equal(requests, 1);
});

test("node:http can be intercepted, with and without a file", async (t) => {
  const interceptor = new ClientRequestInterceptor();
  interceptor.on("request", ({ controller }) => {
    controller.respondWith(new Response(created));
  });
  interceptor.apply();
  t.after(() => {
    interceptor.dispose();
  });
  for (const baseUrl of [nobody, "https://api.test"]) {
    const client = new Client("IRtest", "secret-token", { baseUrl, retries: 0, timeoutMs: 5000 });
    for (const profileImageFile of [undefined, fileFromBytes(new Uint8Array(3_000_000))]) {
      assert.equal((await client.createContact(1000, { ...input, profileImageFile })).contactId, "2750");
    }
  }
});
