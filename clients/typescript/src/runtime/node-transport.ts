import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { urlToHttpOptions } from "node:url";
import type { Body } from "./encode.js";
import { type Incoming, type Outgoing, type Transport, Unsent, maxHeaderBytes } from "./transport.js";

/** The agents of a {@link nodeTransport}. */
export interface Agents {
  /** For loopback addresses. */
  readonly http?: http.Agent | undefined;
  /** For all others: its options are the place for a certificate authority. An agent of a proxy goes here, too. */
  readonly https?: https.Agent | undefined;
}

// An idle connection is used again for at most 30 s: devices on the way forget it without a word.
const agentOptions = { keepAlive: true, timeout: 30_000 };

/**
 * Sends with node:http over connections that are kept. Until a connection is ready, TLS included, Node holds
 * back what is written to it; so that a request which failed, was given up or ran out of time before that was
 * not sent.
 *
 * It does not read the variables HTTPS_PROXY and ALL_PROXY, and warns if one of them is set: give it an
 * agent that knows the proxy.
 */
export function nodeTransport(agents: Agents = {}): Transport & { close(): void } {
  const plain = agents.http ?? new http.Agent(agentOptions);
  const secure = agents.https ?? new https.Agent(agentOptions);
  if (agents.https === undefined) warnOfProxies();
  // Many requests go to one origin, and to parse it each time is slow.
  let origin = "";
  let address: http.RequestOptions = {};
  const send = (outgoing: Outgoing): Promise<Incoming> => {
    const { url, method, headers, body, signal } = outgoing;
    const path = url.slice(url.indexOf("/", "https://".length));
    if (url !== origin + path) {
      origin = url.slice(0, -path.length);
      address = urlToHttpOptions(new URL(origin));
    }
    const { protocol, hostname, port } = address;
    const tls = protocol === "https:";
    const options = { protocol, hostname, port, path, method, signal, agent: tls ? secure : plain, maxHeaderSize: maxHeaderBytes };
    let request: http.ClientRequest;
    try {
      request = (tls ? https : http).request(options);
      for (const [name, value] of headers) request.setHeader(name, value);
      if (body !== undefined) request.setHeader("Content-Length", body.size);
      else if (method === "POST" || method === "PUT" || method === "PATCH") request.setHeader("Content-Length", 0);
    } catch (error) {
      return Promise.reject(new Unsent(error)); // the agent's
    }
    return exchange(request, outgoing, tls ? "secureConnect" : "connect");
  };
  return Object.assign(send, {
    close: () => {
      if (agents.http === undefined) plain.destroy();
      if (agents.https === undefined) secure.destroy();
    },
  });
}

function warnOfProxies(): void {
  for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
    if (process.env[name] === undefined || process.env[name] === "") continue;
    process.emitWarning(`${name} is set, but nodeTransport does not use it: give it an https agent that knows the proxy`);
    return;
  }
}

function exchange(request: http.ClientRequest, { body, timeoutMs }: Outgoing, ready: "connect" | "secureConnect"): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    let begun = false; // bytes may have been written
    let response: http.IncomingMessage | undefined;
    let failure: unknown;
    const timer = setTimeout(() => request.destroy(new Error("the time is up")), timeoutMs);
    request.once("socket", (socket) => {
      const begin = () => (begun = true);
      if (socket.connecting) socket.once(ready, begin);
      else begin();
    });
    request.on("error", (error) => (failure ??= error));
    // It comes after all that can end a request, with or without an error: a 101 has none.
    request.once("close", () => {
      clearTimeout(timer);
      const error = failure ?? new Error("the connection ended without a response");
      if (response === undefined) reject(begun ? error : new Unsent(error));
      else if (!response.complete) response.destroy(error instanceof Error ? error : undefined);
    });
    request.once("response", (incoming) => {
      response = incoming;
      incoming.once("close", () => {
        // Who sent its response early does not read the rest.
        if (!request.writableFinished) request.destroy();
      });
      resolve({
        status: incoming.statusCode ?? 0,
        headers: headersOf(incoming),
        // Without a strategy the whole body would be buffered.
        body: Readable.toWeb(incoming, { strategy: new ByteLengthQueuingStrategy({ highWaterMark: 0 }) }) as ReadableStream<Uint8Array>,
      });
    });
    write(request, body).catch((error: unknown) => request.destroy(error instanceof Error ? error : new Error(String(error))));
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
