import { type Answer, Body, type Transport, longestTimer } from "./transport.js";

/**
 * Sends with the Fetch API. It never claims that a request was not sent, as a failed fetch doesn't tell how
 * far it came; and fetch keeps the status of a redirect to itself.
 *
 * @param send - a fetch to use in place of the global one
 */
export function fetchTransport(send: typeof fetch = (input, init) => fetch(input, init)): Transport {
  return async ({ method, url, headers, body, timeoutMs, signal }): Promise<Answer> => {
    const timeout = AbortSignal.timeout(Math.min(timeoutMs, longestTimer));
    const response = await send(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: body ?? null,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      // With any other value Node's fetch keeps a copy of the whole body, to send it again.
      redirect: "error",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body: await read(response.body),
    };
  };
}

async function read(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array | undefined> {
  const body = new Body();
  const reader = stream?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return body.bytes();
      if (!body.add(chunk.value)) await reader?.cancel();
    }
  } catch {
    return undefined;
  }
}
