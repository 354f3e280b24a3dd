import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { urlToHttpOptions } from "node:url";
import { isLoopback } from "./credentials.js";
import type { Body } from "./encode.js";
import { UsageError, checkObject } from "./errors.js";
import { type Incoming, type Outgoing, type Transport, Unsent, maxHeaderBytes } from "./transport.js";

/** The agents of a {@link nodeTransport}. They remain the caller's, who ends them. */
export interface Agents {
  /** For loopback addresses. */
  readonly http?: http.Agent | undefined;
  /** For all others: its options are the place for a certificate authority. An agent of a proxy goes here, too. */
  readonly https?: https.Agent | undefined;
}

/** Devices on the way forget a connection that idles, without a word. */
const maxIdleMs = 30_000;

/**
 * Sends with node:http over connections that are kept. Nothing is written before a connection is ready, TLS
 * included; so that a request which failed, was given up or ran out of time before that was not sent.
 *
 * It reads no variable that names a proxy, such as HTTPS_PROXY: give it an agent that knows the proxy. If one is
 * set, an error of a connection says so.
 */
export function nodeTransport(agents: Agents = {}): Transport {
  checkAgents(agents);
  const plain = agents.http ?? new http.Agent({ keepAlive: true, timeout: maxIdleMs });
  const secure = agents.https ?? new https.Agent({ keepAlive: true, timeout: maxIdleMs });
  // Many requests go to one origin, and to parse it each time is slow.
  let origin = "";
  let address: http.RequestOptions = {};
  let host = "";
  const send = (outgoing: Outgoing): Promise<Incoming> => {
    const { url, method, headers, body } = outgoing;
    const path = url.slice(url.indexOf("/", "https://".length));
    if (url !== origin + path) {
      origin = url.slice(0, -path.length);
      const parsed = new URL(origin);
      address = urlToHttpOptions(parsed);
      host = parsed.host;
    }
    const { protocol, hostname, port } = address;
    const isSecure = protocol === "https:";
    const agent = isSecure ? secure : plain;
    const hint = isSecure && agents.https === undefined && !isLoopback(String(hostname)) ? proxyHint() : "";
    // As a flat list they are written as they are, without the work of one by one.
    const lines = ["Host", host];
    for (const [name, value] of headers) lines.push(name, value);
    if (body !== undefined || (method !== "GET" && method !== "DELETE")) lines.push("Content-Length", String(body?.size ?? 0));
    let request: http.ClientRequest;
    try {
      endIdle(agent);
      request = (isSecure ? https : http).request({ protocol, hostname, port, path, method, agent, headers: lines, maxHeaderSize: maxHeaderBytes });
    } catch (error) {
      return Promise.reject(new Unsent(error)); // the agent's: nothing was given to the request
    }
    return exchange(request, outgoing, hint);
  };
  return Object.assign(send, {
    close: () => {
      if (agents.http === undefined) plain.destroy();
      if (agents.https === undefined) secure.destroy();
    },
  });
}

function checkAgents(agents: object): void {
  checkObject("agents", agents);
  for (const [name, agent] of Object.entries(agents)) {
    if (agent !== undefined && typeof (agent as { addRequest?: unknown } | null)?.addRequest !== "function") throw new UsageError(name, "must be an agent of node:http or node:https");
  }
}

/** What an error of a connection adds if the environment names a proxy. */
function proxyHint(): string {
  const name = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].find((variable) => (process.env[variable] ?? "") !== "");
  return name === undefined ? "" : `${name} is set, but not read: give nodeTransport an https agent that knows the proxy`;
}

/** When connections began to idle. By the wall clock, which counts while the machine sleeps. */
const idleSince = new WeakMap<Duplex, number>();

/** A connection that may be used again. What comes on it while it idles belongs to no request. */
function markIdle(socket: Socket): void {
  idleSince.set(socket, Date.now());
  socket.on("data", destroyThis);
}

function destroyThis(this: Socket): void {
  this.destroy();
}

/** Ends the connections of an agent that idled too long: a timer may come late. */
function endIdle(agent: http.Agent): void {
  // Not every agent of a package has them.
  for (const sockets of Object.values((agent.freeSockets as http.Agent["freeSockets"] | undefined) ?? {})) {
    for (const socket of sockets ?? []) {
      const idleMs = Date.now() - (idleSince.get(socket) ?? Date.now());
      // They are in the order in which they became idle.
      if (idleMs >= 0 && idleMs < maxIdleMs) break;
      socket.destroy();
    }
  }
}

function exchange(request: http.ClientRequest, { body, timeoutMs, signal }: Outgoing, hint: string): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    let isReady = false; // bytes may have been written
    let response: http.IncomingMessage | undefined;
    const fail = (error: unknown) => {
      end();
      request.destroy();
      if (response !== undefined) response.destroy(error instanceof Error ? error : undefined);
      else if (isReady) reject(error instanceof Unsent ? error.cause : error);
      else reject(new Unsent(hint === "" ? error : new Error(hint, { cause: error })));
    };
    const onAbort = () => {
      fail(signal?.reason);
    };
    const timer = setTimeout(() => {
      fail(new Error("the time is up"));
    }, timeoutMs);
    signal?.addEventListener("abort", onAbort);
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const begin = () => {
      isReady = true;
      if (!request.destroyed) write(request, body, fail);
    };
    request.maxHeadersCount = 0; // none is dropped: the limit is in bytes
    request.on("socket", (socket) => {
      socket.off("data", destroyThis);
      if (socket instanceof TLSSocket) {
        // Before its last message of the handshake no request can be sent.
        if (socket.getFinished() === undefined) socket.once("secureConnect", begin);
        else begin();
      } else if (socket.connecting) {
        socket.once("connect", () => (isReady = true));
        write(request, body, fail); // Node holds it back until then
      } else begin();
    });
    // It comes after all that can end a request, with or without an error: a 101 has none.
    request.on("close", () => {
      if (request.socket?.destroyed === false) markIdle(request.socket);
      if (response?.complete === true) end();
      else fail(new Error("the connection ended before the response did"));
    });
    request.on("error", (error) => {
      if (response === undefined) fail(error);
      else if (!response.complete) response.destroy(error); // Node takes content without a length for whole, if its connection is reset
    });
    request.on("response", (incoming) => {
      response = incoming;
      const headers = { get: (name: string) => headerOf(incoming, name) };
      readBody(incoming, (chunks) => {
        resolve({ status: incoming.statusCode ?? 0, headers, body: chunks });
      });
      incoming.on("close", () => {
        // Who sent its response early does not read the rest.
        if (!request.writableFinished) request.destroy();
      });
    });
  });
}

function headerOf({ headersDistinct }: http.IncomingMessage, name: string): string | null {
  const key = name.toLowerCase();
  return Object.hasOwn(headersDistinct, key) ? (headersDistinct[key]?.join(", ") ?? null) : null;
}

/** Most bodies are small: one that is soon whole is given as it is, which is faster; a large one as it comes. */
function readBody(incoming: http.IncomingMessage, use: (body: Incoming["body"]) => void): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let failure: Error | undefined;
  const onData = (chunk: Uint8Array) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= 64 * 1024) return;
    incoming.off("data", onData).pause();
    use(both(chunks, incoming));
  };
  incoming.on("data", onData);
  incoming.on("error", (error) => (failure = error));
  incoming.on("end", () => {
    use(chunks);
  });
  incoming.on("close", () => {
    if (!incoming.complete || failure !== undefined) use(cut(chunks, failure));
  });
}

async function* both(first: Iterable<Uint8Array>, second: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* second;
}

async function* cut(chunks: Iterable<Uint8Array>, error = new Error("the response was cut")): AsyncGenerator<Uint8Array> {
  yield* chunks;
  await Promise.reject(error);
}

function write(request: http.ClientRequest, body: Body | undefined, fail: (error: unknown) => void): void {
  if (body === undefined) request.end();
  else if (body.parts.every((part) => typeof part === "string")) request.end(body.parts.join(""));
  else writeParts(request, body).catch(fail);
}

/** Writes a body. What fails ends the request before its last byte, so that no server takes it for whole. */
async function writeParts(request: http.ClientRequest, body: Body): Promise<void> {
  for (const part of body.parts) {
    if (typeof part === "string") {
      await push(request, part);
      continue;
    }
    let left = part.size;
    for await (const chunk of part.chunks()) {
      await push(request, chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) break;
    }
    if (left > 0) throw new Error("the file became shorter while it was sent");
  }
  request.end();
}

function push(request: http.ClientRequest, chunk: string | Uint8Array): Promise<void> | undefined {
  if (request.destroyed) throw new Error("the connection ended");
  if (request.write(chunk)) return undefined;
  return new Promise((resolve) => {
    const go = () => {
      request.off("drain", go).off("close", go);
      resolve();
    };
    request.once("drain", go).once("close", go);
  });
}
