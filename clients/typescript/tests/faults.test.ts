// Whatever is thrown, by whomever, a call settles and says truthfully what became of it.
import {
  ApiError,
  type ByteStream,
  Client,
  type ClientOptions,
  type FileContent,
  InDoubtError,
  InvalidError,
  NotSentError,
  type Transport,
  UsageError,
  Unsent,
  fetchTransport,
  fileFrom,
  nodeTransport,
} from "@example/contacts/node";
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { created, input, listen, rejection, response, serve } from "./server.js";

const transports: Record<string, () => Transport> = { node: nodeTransport, fetch: () => fetchTransport() };

function client(t: TestContext, baseUrl: string, options: ClientOptions = {}): Client {
  const made = new Client("IRtest", "secret-token", { baseUrl, retries: 0, timeoutMs: 3000, ...options });
  t.after(() => {
    made.close();
  });
  return made;
}

/** Responds to each request with the same bytes. */
function responds(t: TestContext, bytes: string): Promise<string> {
  return listen(t, (socket) => {
    socket.on("data", () => socket.write(bytes));
  });
}

const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(3_000_000, "x")]);

/** A file whose content is read once for its type, and then as `chunks` says. */
function fileThat(chunks: () => AsyncIterable<Uint8Array>) {
  let reads = 0;
  const once = async function* () {
    await Promise.resolve();
    yield png.subarray(0, 100);
  };
  const content: FileContent = {
    size: png.length,
    chunks: () => (reads++ === 0 ? once() : chunks()),
    blob: () => Promise.reject(new RangeError("no blob")),
  };
  return fileFrom(() => Promise.resolve(content));
}

for (const [name, transport] of Object.entries(transports)) {
  for (const head of [
    "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade",
    "200 OK\r\nContent-Length: abc",
    "200 OK\r\nContent-Length: ",
    "200 OK\r\nContent-Length: 75, 75",
    "200 OK\r\nContent-Length: -1",
    "200 OK\r\nContent-Length: 9223372036854775808",
    "200 OK\r\nContent-Length: 75\r\nContent-Length: 76",
    "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 75",
    "200 OK\r\nTransfer-Encoding: gzip",
    "abc",
    "200 OK\r\n: x",
    "200 OK\r\nA b: x",
    "200 OK\r\nX: \0",
  ]) {
    test(`${name}: a response that begins with ${JSON.stringify(head)} is in doubt`, async (t) => {
      const baseUrl = await responds(t, `HTTP/1.1 ${head}\r\n\r\n${created.slice(0, -1)}`);
      const calling = client(t, baseUrl, { transport: transport(), timeoutMs: 500 }).createContact(1000, input);
      assert.ok((await rejection(calling)) instanceof InDoubtError);
    });
  }

  test(`${name}: a signal and the time end a call while a server is silent, or sends a body drop by drop`, async (t) => {
    for (const bytes of ["", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 75\r\n\r\n{"]) {
      const one = client(t, await responds(t, bytes), { transport: transport() });
      assert.ok((await rejection(one.createContact(1000, input, { timeoutMs: 100 }))) instanceof InDoubtError);
      const signal = AbortSignal.timeout(100);
      assert.ok((await rejection(one.createContact(1000, input, { signal }))) instanceof InDoubtError);
    }
  });
}

const thrown: Record<string, unknown> = {
  "a TypeError": new TypeError("no"),
  "a UsageError": new UsageError("x", "y"),
  "an Unsent error of another exchange": new Unsent("other"),
  undefined: undefined,
  null: null,
  "a symbol": Symbol("no"),
  "an object without a prototype": Object.create(null) as unknown,
  "an error whose message throws": Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no message");
    },
  }),
};

for (const [name, error] of Object.entries(thrown)) {
  const fails = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(png.subarray(0, 1_000_000));
    throw error;
  };

  test(`a file that fails with ${name} on its way is in doubt, and never arrives whole`, async (t) => {
    let whole = 0;
    const baseUrl = await serve(t, (request, answer) => {
      request.on("error", () => undefined).resume().on("end", () => {
        whole++;
        answer.end(created);
      });
    });
    const calling = client(t, baseUrl).createContact(1000, { ...input, profileImageFile: fileThat(fails) });
    assert.ok((await rejection(calling)) instanceof InDoubtError);
    assert.equal(whole, 0);
  });

  test(`a response whose body fails with ${name} is in doubt`, async (t) => {
    const transport = () => Promise.resolve({ status: 200, headers: new Headers(), body: fails() });
    const calling = client(t, "http://localhost", { transport }).createContact(1000, input);
    assert.ok((await rejection(calling)) instanceof InDoubtError);
  });

  if (!(error instanceof Unsent)) {
    test(`a transport that throws ${name}, now or later, is in doubt`, async (t) => {
      const now = () => {
        throw error;
      };
      for (const transport of [now, () => Promise.reject(error), fetchTransport(now), fetchTransport(() => Promise.reject(error))]) {
        const calling = client(t, "http://localhost", { transport }).createContact(1000, input);
        assert.ok((await rejection(calling)) instanceof InDoubtError);
      }
    });
  }

  test(`hooks that throw ${name}, now or later, change no outcome`, async (t) => {
    const baseUrl = await serve(t, (_, answer) => answer.end(created));
    const now = () => {
      throw error;
    };
    for (const hook of [now, () => Promise.reject(error) as unknown as undefined]) {
      const options = { rules: "warn", onAttempt: hook, onOutcome: hook, onResponse: hook, onViolations: hook } as const;
      assert.equal((await client(t, baseUrl).createContact(1000, { ...input, lastName: "" }, options)).contactId, "2750");
    }
  });

  test(`a file that cannot be opened or read, as it throws ${name}, is a violation`, async (t) => {
    const now = () => {
      throw error;
    };
    const files = [
      fileFrom(now),
      fileFrom(() => Promise.reject(error)),
      fileFrom(() => Promise.resolve({ size: 5, chunks: now, blob: now })),
    ];
    for (const profileImageFile of files) {
      if (error instanceof UsageError) continue;
      const caught = await rejection(client(t, "http://localhost").createContact(1000, { ...input, profileImageFile }));
      assert.ok(caught instanceof InvalidError);
      assert.deepEqual(caught.violations.map(({ Rule }) => Rule), ["needs_file"]);
    }
  });
}

test("what a transport returns that is no response is in doubt", async (t) => {
  for (const value of [undefined, null, 5, {}, { status: "200" }, { status: 200, headers: {}, body: 5 }, { status: 200, body: [] }]) {
    const transport = (() => Promise.resolve(value)) as unknown as Transport;
    assert.ok((await rejection(client(t, "http://localhost", { transport }).createContact(1000, input))) instanceof InDoubtError);
    const fetching = fetchTransport((() => Promise.resolve(value)) as unknown as typeof fetch);
    const error = await rejection(client(t, "http://localhost", { transport: fetching }).createContact(1000, input));
    assert.ok(error instanceof InDoubtError);
  }
});

test("a fetch that heeds no signal ends with the time", async (t) => {
  const transport = fetchTransport(() => new Promise(() => undefined));
  const calling = client(t, "http://localhost", { transport, timeoutMs: 50 }).createContact(1000, input);
  assert.ok((await rejection(calling)) instanceof InDoubtError);
});

test("an agent that throws, fails, or never has a connection is not sent", async (t) => {
  const agents: Record<string, (callback: (error: Error) => void) => void> = {
    throws: () => {
      throw new TypeError("no agent");
    },
    fails: (callback) => {
      setImmediate(callback, new Error("no way"));
    },
    "is silent": () => undefined,
  };
  for (const [name, connect] of Object.entries(agents)) {
    const agent = new https.Agent();
    Object.assign(agent, {
      createConnection: (_: unknown, callback: (error: Error) => void) => {
        connect(callback);
      },
    });
    const one = client(t, "https://api.test", { transport: nodeTransport({ https: agent }), timeoutMs: 200 });
    assert.ok((await rejection(one.createContact(1000, input))) instanceof NotSentError, name);
    const signal = AbortSignal.timeout(50);
    assert.ok((await rejection(one.createContact(1000, input, { signal }))) instanceof NotSentError, name);
  }
});

test("a request that waits for a connection of a full agent is not sent", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, () => requests++);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
  });
  const one = client(t, baseUrl, { transport: nodeTransport({ http: agent }), timeoutMs: 300 });
  const errors = await Promise.all([rejection(one.createContact(1000, input)), rejection(one.createContact(1000, input, { timeoutMs: 100 }))]);
  assert.ok(errors[0] instanceof InDoubtError);
  assert.ok(errors[1] instanceof NotSentError);
  assert.equal(requests, 1);
});

test("content that does not come whole is in doubt, also to who reads the stream", async (t) => {
  const cut = `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 500000\r\n\r\n${"x".repeat(100_000)}`;
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.end(cut));
  });
  for (const transport of Object.values(transports)) {
    const one = client(t, baseUrl, { transport: transport() });
    const read = (use: (content: ByteStream) => Promise<unknown>) => one.getProfileImage(1000, "2750").then(use);
    assert.ok((await rejection(read((content) => content.bytes()))) instanceof InDoubtError);
    assert.ok((await rejection(read((content) => content.stream.pipeTo(new WritableStream())))) instanceof InDoubtError);
  }
});

test("content that is not read to its end is cancelled, and the connection with it", async (t) => {
  let closed: () => void = () => undefined;
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const baseUrl = await listen(t, (socket) => {
    socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${"x".repeat(100_000)}`));
    socket.on("close", closed);
  });
  const { stream } = await client(t, baseUrl).getProfileImage(1000, "2750");
  await stream.cancel();
  await isClosed;
});

/** Counts connections; each request is responded to, and then `after` happens. */
async function connections(t: TestContext, after: (socket: Socket) => void): Promise<{ baseUrl: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const baseUrl = await listen(t, (socket) => {
    sockets.push(socket);
    socket.on("data", () => {
      socket.write(response());
      after(socket);
    });
  });
  return { baseUrl, sockets };
}

test("a connection is used again, but not after 30 idle seconds, also if the timer is late", async (t) => {
  const { baseUrl, sockets } = await connections(t, () => undefined);
  const one = client(t, baseUrl);
  const began = Date.now();
  const beganMs = performance.now();
  let idle = 0;
  t.mock.method(Date, "now", () => began + performance.now() - beganMs + idle);
  for (const [idleMs, expected] of [[0, 1], [29_000, 1], [30_000, 2], [3_600_000, 3], [1000, 3]] as const) {
    idle += idleMs;
    await one.createContact(1000, input);
    assert.equal(sockets.length, expected, `after ${idleMs.toString()} ms`);
  }
});

test("bytes that follow a response become no response to the next request", async (t) => {
  const refusal = response("400 Bad Request", '{"Status":"ERROR","Message":"of another request"}');
  for (const pauseMs of [0, 1, 50]) {
    const { baseUrl, sockets } = await connections(t, (socket) => {
      if (pauseMs === 0) socket.write(refusal);
      else setTimeout(() => socket.write(refusal), pauseMs);
    });
    const one = client(t, baseUrl);
    for (let i = 0; i < 3; i++) {
      assert.equal((await one.createContact(1000, input)).contactId, "2750");
      const [last] = sockets.slice(-1);
      if (last?.closed === false) await new Promise((resolve) => last.once("close", resolve));
    }
    assert.equal(sockets.length, 3);
  }
});

test("closing ends the connections, and no call can be made after it", async (t) => {
  const { baseUrl, sockets } = await connections(t, () => undefined);
  const one = client(t, baseUrl);
  await one.createContact(1000, input);
  const isClosed = new Promise((resolve) => sockets[0]?.on("close", resolve));
  one.close();
  await isClosed;
  const error = await rejection(one.createContact(1000, input));
  assert.ok(error instanceof UsageError && error.argument === "client");
});

test("a call that waits to be sent again when the client is closed ends, and is not sent again", async (t) => {
  let requests = 0;
  const baseUrl = await serve(t, (_, answer) => {
    requests++;
    answer.writeHead(429, { "Retry-After": "1" }).end("{}");
  });
  const one = client(t, baseUrl, { retries: 2, onAttempt: () => { one.close(); } });
  assert.ok((await rejection(one.createContact(1000, input))) instanceof ApiError);
  assert.equal(requests, 1);
});
