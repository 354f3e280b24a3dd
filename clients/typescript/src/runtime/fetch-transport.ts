import { chunksOf } from "./chunks.js";
import type { Body } from "./encode.js";
import { type Incoming, type Transport, Unsent, maxHeaderBytes } from "./transport.js";

/**
 * Sends with the Fetch API. It claims that a request was not sent only if that was proven before fetch was called, as a
 * failed fetch does not tell how far it came; and fetch keeps the status of a redirect to itself.
 *
 * @param send - a fetch to use in place of the global one
 */
export function fetchTransport(send?: typeof fetch): Transport {
  const options = supportedOptions();
  return async ({ method, url, headers, body, signal }): Promise<Incoming> => {
    let init: RequestInit;
    try {
      const content = body === undefined ? null : await contentOf(body);
      init = { ...options, method, headers: headers.map(([name, value]): [string, string] => [name, value]), body: content, signal };
      // Looked up for each request: tests replace it.
      if (send === undefined) new Request(url, { ...init, body: null });
    } catch (error) {
      throw new Unsent(error);
    }
    const response = await untilAborted((send ?? fetch)(url, init), signal);
    if (headerBytes(response.headers) > maxHeaderBytes) throw new Error("the headers of the response are too long");
    return { status: response.status, headers: response.headers, body: response.body === null ? null : chunksOf(response.body) };
  };
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

async function contentOf({ parts }: Body): Promise<string | Blob> {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  const content = parts.map(async (part) => {
    if (typeof part === "string") return part;
    const blob = (await part.blob()).slice(0, part.size);
    if (blob.size < part.size) throw new Error("the file became shorter");
    return blob;
  });
  return new Blob(await Promise.all(content));
}

/** The same promise, which fails at the latest when a signal is aborted. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => { reject(signal.reason); };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function headerBytes(headers: Headers): number {
  let size = 0;
  headers.forEach((value, name) => (size += name.length + value.length + 4));
  return size;
}
