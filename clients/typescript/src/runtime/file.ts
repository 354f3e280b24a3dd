/** A file to upload. It is opened anew for each attempt, and never held in memory. */
export interface FileSource {
  /** The name that the caller gives to the file. */
  readonly name?: string | undefined;
  /** Opens the file. The promise is rejected if that cannot be done. */
  open(): Promise<FileContent>;
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
 * A file that is at hand as a Blob, such as a File of an `<input type="file">`.
 *
 * @param name - the name to send it with; without one, the client chooses a name by the content
 */
export function fileFromBlob(blob: Blob, name?: string): FileSource {
  return {
    name,
    open: () => Promise.resolve({ size: blob.size, blob: () => Promise.resolve(blob), chunks: () => chunksOf(blob.stream()) }),
  };
}

/** A file that is at hand as bytes. They must not change until the call has ended. */
export function fileFromBytes(bytes: Uint8Array<ArrayBuffer>, name?: string): FileSource {
  return fileFromBlob(new Blob([bytes]), name);
}

/** The chunks of a stream. Not every browser can iterate one. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
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

/** What a file is, as its first bytes tell. */
export interface FileType {
  readonly extension: string;
  readonly contentType: string;
}

const types: readonly (FileType & { readonly signature: RegExp })[] = [
  { extension: "png", contentType: "image/png", signature: /^\x89PNG\r\n\x1A\n/ },
  { extension: "jpg", contentType: "image/jpeg", signature: /^\xFF\xD8\xFF/ },
  { extension: "gif", contentType: "image/gif", signature: /^GIF8[79]a/ },
  { extension: "webp", contentType: "image/webp", signature: /^RIFF[^]{4}WEBPVP/ },
];

/** Reads the first bytes of a file. Content that is not known is left to the server. */
export async function typeOf(content: FileContent): Promise<FileType> {
  let beginning = "";
  for await (const chunk of content.chunks()) {
    beginning += String.fromCharCode(...chunk.subarray(0, 14));
    if (beginning.length >= 14) break;
  }
  return types.find(({ signature }) => signature.test(beginning)) ?? { extension: "bin", contentType: "application/octet-stream" };
}
