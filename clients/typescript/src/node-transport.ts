import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { urlToHttpOptions } from "node:url";
import { type Answer, Body, type Outgoing, type Transport, Unsent } from "./transport.js";

/** The agents of a {@link nodeTransport}. */
export interface Agents {
  /** For loopback addresses. */
  readonly http?: http.Agent | undefined;
  /** For all others: its options are the place for a proxy, or for a certificate authority. */
  readonly https?: https.Agent | undefined;
}

/**
 * Sends with node:http over connections that are kept. It hands no byte to a connection before it is
 * ready, TLS included; so that a request which failed, was given up or ran out of time before that was not
 * sent.
 */
export function nodeTransport(agents: Agents = {}): Transport {
  const plain = agents.http ?? new http.Agent({ keepAlive: true });
  const secure = agents.https ?? new https.Agent({ keepAlive: true });
  // Many requests go to one origin, and to parse it each time is slow.
  let origin = "";
  let address: http.RequestOptions = {};
  return (outgoing) => {
    const { url, method, headers, signal } = outgoing;
    const path = url.slice(url.indexOf("/", "https://".length));
    if (url !== origin + path) {
      origin = url.slice(0, -path.length);
      address = urlToHttpOptions(new URL(origin));
    }
    const { protocol, hostname, port } = address;
    const tls = protocol === "https:";
    const options = { protocol, hostname, port, path, method, signal, agent: tls ? secure : plain };
    let request: http.ClientRequest;
    try {
      request = (tls ? https : http).request(options);
    } catch (error) {
      return Promise.reject(new Unsent(error)); // the agent's
    }
    for (const [name, value] of headers) request.setHeader(name, value);
    request.setHeader("User-Agent", "contacts-typescript");
    return exchange(request, outgoing, tls ? "secureConnect" : "connect");
  };
}

function exchange(
  request: http.ClientRequest,
  { body, timeoutMs }: Outgoing,
  ready: "connect" | "secureConnect",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error("the time is up")), timeoutMs);
    let begun = false;
    let answered = false;
    const begin = () => {
      begun = true;
      write(request, body);
    };
    request.once("socket", (socket) => {
      if (socket.connecting) socket.once(ready, begin);
      else begin();
    });
    request.on("error", (error) => {
      if (answered) return; // the body of the answer is cut, and says so itself
      clearTimeout(timer);
      reject(begun ? error : new Unsent(error));
    });
    request.once("response", (response) => {
      answered = true;
      collect(response, (bytes) => {
        clearTimeout(timer);
        if (!request.writableFinished) request.destroy();
        resolve({
          status: response.statusCode ?? 0,
          header: (name) => response.headersDistinct[name.toLowerCase()]?.[0],
          body: bytes,
        });
      });
    });
  });
}

function write(request: http.ClientRequest, body: string | Blob | undefined): void {
  if (body instanceof Blob) {
    request.setHeader("Content-Length", body.size);
    // What fails here fails the request too, which says so.
    pipeline(Readable.fromWeb(body.stream()), request).catch(() => undefined);
  } else {
    // Node sets the length itself.
    request.end(body);
  }
}

/** Reads a body; what is done gets undefined if it is too long or was cut. */
function collect(response: http.IncomingMessage, done: (bytes: Uint8Array | undefined) => void): void {
  const body = new Body();
  response.on("data", (chunk: Uint8Array) => {
    if (!body.add(chunk)) response.destroy();
  });
  response.once("error", () => undefined);
  response.once("close", () => {
    done(response.readableEnded ? body.bytes() : undefined);
  });
}
