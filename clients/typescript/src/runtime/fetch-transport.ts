import { chunksOf } from "./file.js";
import { type Incoming, type Transport, maxHeaderBytes } from "./transport.js";

/**
 * Sends with the Fetch API. It never claims that a request was not sent, as a failed fetch doesn't tell how
 * far it came; and fetch keeps the status of a redirect to itself.
 *
 * @param send - a fetch to use in place of the global one
 */
export function fetchTransport(send: typeof fetch = (input, init) => fetch(input, init)): Transport {
  return async ({ method, url, headers, body, timeoutMs, signal }): Promise<Incoming> => {
    // Not AbortSignal.any, which the first versions of Node 20 lack.
    const giveUp = new AbortController();
    const abort = () => {
      giveUp.abort(signal?.reason);
    };
    const timer = setTimeout(() => {
      giveUp.abort(new Error("the time is up"));
    }, timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    try {
      const response = await send(url, {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        body: body === undefined ? null : await contentOf(body.parts),
        signal: giveUp.signal,
        // With any other value Node's fetch keeps a copy of the whole body, to send it again.
        redirect: "error",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (headerBytes(response.headers) > maxHeaderBytes) throw new Error("the headers of the response are too long");
      return { status: response.status, headers: response.headers, body: watched(response.body, end) };
    } catch (error) {
      end();
      throw error;
    }
  };
}

async function contentOf(parts: readonly (string | { blob(): Promise<Blob> })[]): Promise<string | Blob> {
  const [first = ""] = parts;
  if (typeof first === "string" && parts.length === 1) return first;
  return new Blob(await Promise.all(parts.map((part) => (typeof part === "string" ? part : part.blob()))));
}

function headerBytes(headers: Headers): number {
  let size = 0;
  headers.forEach((value, name) => (size += name.length + value.length + 4));
  return size;
}

/** The same stream, with something to do at its end. */
function watched(stream: ReadableStream<Uint8Array> | null, end: () => void): ReadableStream<Uint8Array> | null {
  if (stream === null) {
    end();
    return null;
  }
  const chunks = chunksOf(stream);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done !== true) {
          controller.enqueue(value);
          return;
        }
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel() {
      end();
      await chunks.return(undefined);
    },
  });
}
