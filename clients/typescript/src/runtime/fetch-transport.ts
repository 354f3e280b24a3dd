import { UsageError } from "./errors.js";
import { type Incoming, type Transport, Unsent, maxHeaderBytes } from "./transport.js";

/**
 * Sends with the Fetch API. It claims that a request was not sent only if that was proven before fetch was called, as a
 * failed fetch does not tell how far it came; and fetch keeps the status of a redirect to itself.
 *
 * @param send - a fetch to use in place of the global one
 */
export function fetchTransport(send?: typeof fetch): Transport {
  if (send !== undefined && typeof (send as unknown) !== "function") throw new UsageError("send", "must be a function");
  const options = supportedOptions();
  return async ({ method, url, headers, body, timeoutMs, signal }): Promise<Incoming> => {
    // Not AbortSignal.any, which the first versions of Node 20 lack.
    const controller = new AbortController();
    const abort = () => {
      controller.abort(signal?.aborted === true ? signal.reason : new Error("the time is up"));
    };
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener("abort", abort);
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    let isSent = false;
    try {
      const content = body === undefined ? null : await body.content();
      const init = { ...options, method, headers: headers as [string, string][], body: content, signal: controller.signal };
      if (send === undefined) new Request(url, { ...init, body: null });
      isSent = true;
      // Looked up for each request: tests replace it.
      const response = await untilAborted((send ?? fetch)(url, init), controller.signal);
      if (headerBytes(response.headers) > maxHeaderBytes) throw new Error("the headers of the response are too long");
      if (response.body === null) end();
      return { status: response.status, headers: response.headers, body: response.body === null ? [] : chunksUntil(response.body, controller.signal, end) };
    } catch (error) {
      end();
      throw isSent ? error : new Unsent(error);
    }
  };
}

/** The same promise, which fails at the latest when a signal is aborted: not every fetch heeds it. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function* chunksUntil(stream: ReadableStream<Uint8Array>, signal: AbortSignal, end: () => void): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    end();
    reader.cancel().catch(() => undefined);
  }
}

/** Some runtimes refuse options that they do not know. */
function supportedOptions(): RequestInit {
  // With any other value than "error" Node's fetch keeps a copy of the whole body, to send it again.
  const wanted: RequestInit[] = [{ redirect: "manual" }, { redirect: "error" }, { credentials: "omit" }];
  const isSupported = (init: RequestInit) => {
    try {
      return new Request("https://localhost", init) instanceof Request;
    } catch {
      return false;
    }
  };
  return Object.assign({}, ...wanted.filter(isSupported)) as RequestInit;
}

function headerBytes(headers: Headers): number {
  let size = 0;
  headers.forEach((value, name) => (size += name.length + value.length + 4));
  return size;
}
