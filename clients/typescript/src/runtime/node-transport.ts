import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { urlToHttpOptions } from "node:url";
import { isLoopback } from "./credentials.js";
import type { Body } from "./encode.js";
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
 * Sends with node:http over connections that are kept. Until a connection is ready, TLS included, Node holds
 * back what is written to it; so that a request which failed, was given up or ran out of time before that was
 * not sent.
 *
 * It reads no variable that names a proxy, such as HTTPS_PROXY: give it an agent that knows the proxy. If one is
 * set, an error of a connection says so.
 */
export function nodeTransport(agents: Agents = {}): Transport {
  const plain = agents.http ?? new http.Agent({ keepAlive: true, timeout: maxIdleMs });
  const secure = agents.https ?? new https.Agent({ keepAlive: true, timeout: maxIdleMs });
  // Many requests go to one origin, and to parse it each time is slow.
  let origin = "";
  let address: http.RequestOptions = {};
  const send = async (outgoing: Outgoing): Promise<Incoming> => {
    const { url, method, headers, body, signal } = outgoing;
    const path = url.slice(url.indexOf("/", "https://".length));
    if (url !== origin + path) {
      origin = url.slice(0, -path.length);
      address = urlToHttpOptions(new URL(origin));
    }
    const { protocol, hostname, port } = address;
    const isSecure = protocol === "https:";
    const agent = isSecure ? secure : plain;
    const hint = isSecure && agents.https === undefined && !isLoopback(String(hostname)) ? proxyHint() : "";
    let request: http.ClientRequest;
    try {
      endIdle(agent);
      const length = body?.size ?? (method === "GET" || method === "DELETE" ? undefined : 0);
      request = (isSecure ? https : http).request({
        protocol, hostname, port, path, method, agent, maxHeaderSize: maxHeaderBytes,
        headers: { ...Object.fromEntries(headers), ...(length === undefined ? {} : { "Content-Length": length }) },
      });
    } catch (error) {
      throw new Unsent(error); // the agent's: nothing was given to the request
    }
    return exchange(request, body, signal, hint);
  };
  return Object.assign(send, {
    close: () => {
      if (agents.http === undefined) plain.destroy();
      if (agents.https === undefined) secure.destroy();
    },
  });
}

/** What an error of a connection adds if the environment names a proxy. */
function proxyHint(): string {
  const name = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].find((variable) => (process.env[variable] ?? "") !== "");
  return name === undefined ? "" : ` (${name} is set, but not read: give nodeTransport an https agent that knows the proxy)`;
}

/** When connections began to idle. By the wall clock, which counts while the machine sleeps. */
const idleSince = new WeakMap<Duplex, number>();

/** Ends the connections of an agent that idled too long: a timer may come late. */
function endIdle(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) {
      const idleMs = Date.now() - (idleSince.get(socket) ?? Date.now());
      if (idleMs < 0 || idleMs >= maxIdleMs) socket.destroy();
    }
  }
}

function exchange(request: http.ClientRequest, body: Body | undefined, signal: AbortSignal, hint: string): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    let isReady = false; // bytes may have been written
    let response: http.IncomingMessage | undefined;
    const fail = (error: unknown) => {
      signal.removeEventListener("abort", abort);
      response?.destroy(error instanceof Error ? error : undefined);
      request.destroy();
      reject(isReady ? (error as Error) : new Unsent(hint === "" ? error : new Error(String((error as Error).message) + hint)));
    };
    const abort = () => {
      fail(signal.reason);
    };
    signal.addEventListener("abort", abort);
    request.on("error", (error) => {
      if (response === undefined) fail(error);
    });
    request.once("upgrade", (_, socket) => {
      socket.destroy();
      fail(new Error("the server switched protocols"));
    });
    request.once("close", () => {
      if (request.socket !== null && !request.socket.destroyed) idleSince.set(request.socket, Date.now());
      if (response?.complete !== true) fail(new Error("the connection ended before the response did"));
      else signal.removeEventListener("abort", abort);
    });
    request.once("socket", (socket) => {
      const isHandshaking = socket instanceof TLSSocket && socket.getProtocol() === "unknown";
      if (!socket.connecting && !isHandshaking) isReady = true;
      else socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", () => (isReady = true));
    });
    request.once("response", (incoming) => {
      response = incoming;
      incoming.on("error", () => undefined);
      incoming.once("close", () => {
        // Who sent its response early does not read the rest.
        if (!request.writableFinished) request.destroy();
      });
      resolve({ status: incoming.statusCode ?? 0, headers: headersOf(incoming), body: incoming });
    });
    write(request, body).catch(fail);
  });
}

function headersOf({ rawHeaders }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    try {
      headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
    } catch {
      // Node takes names and values that Headers doesn't; none of them is one that we read.
    }
  }
  return headers;
}

/** Writes a body. What fails ends the request before its last byte, so that no server takes it for whole. */
async function write(request: http.ClientRequest, body: Body | undefined): Promise<void> {
  if (body?.parts.every((part) => typeof part === "string") !== false) {
    request.end(body?.parts.join(""));
    return;
  }
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
