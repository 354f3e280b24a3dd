import { UsageError } from "./errors.js";
import { type Multipart, multipart } from "./multipart.js";

/** A file to upload. It is opened anew for each attempt, and never held in memory. */
export interface FileSource {
  /** The name that the caller gives to the file. */
  readonly name?: string | undefined;
  /** Opens the file. The promise is rejected if that cannot be done. */
  open(): Promise<FileContent>;
  /** How it is sent. A file brings it along, so that a program without files need not hold it. */
  readonly multipart: Multipart;
}

/** What a file holds. */
export interface FileContent {
  /** In bytes. */
  readonly size: number;
  /** The first `size` bytes, from the beginning, each time. It fails if there are fewer. */
  chunks(): AsyncIterable<Uint8Array>;
  /** The same as a Blob. */
  blob(): Promise<Blob>;
}

/**
 * A file that is opened by a function.
 *
 * @param open - is called for each call, and more than once; it is rejected if the file cannot be read
 * @param name - the name to send it with; without one, the client chooses a name by the content
 */
export function fileFrom(open: () => Promise<FileContent>, name?: string): FileSource {
  if (typeof (open as unknown) !== "function") throw new UsageError("open", "must be a function");
  return { name, open, multipart };
}

/**
 * A file that is at hand as a Blob, such as a File of an `<input type="file">`.
 *
 * @param name - the name to send it with; without one, the client chooses a name by the content
 */
export function fileFromBlob(blob: Blob, name?: string): FileSource {
  if (!((blob as unknown) instanceof Blob)) throw new UsageError("blob", "must be a Blob");
  const content = { size: blob.size, blob: () => Promise.resolve(blob), chunks: () => chunksOf(blob.stream()) };
  return fileFrom(() => Promise.resolve(content), name);
}

/** A file that is at hand as bytes. They must not change until the call has ended. */
export function fileFromBytes(bytes: Uint8Array<ArrayBuffer>, name?: string): FileSource {
  if (!ArrayBuffer.isView(bytes)) throw new UsageError("bytes", "must be a Uint8Array");
  return fileFromBlob(new Blob([bytes]), name);
}

/** The chunks of a stream. Not every browser can iterate one. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
