import { openAsBlob } from "node:fs";
import { type FileHandle, constants, open } from "node:fs/promises";
import { type FileContent, type FileSource, fileFrom } from "./file.js";

/**
 * The regular file at a path. It is never held in memory. What it grows by while it is sent is not sent.
 *
 * @param name - the name to send it with; without one, the client chooses a name by the content
 */
export function fileFromPath(path: string, name?: string): FileSource {
  return fileFrom(() => contentOf(path), name);
}

async function contentOf(path: string): Promise<FileContent> {
  const file = await openRegular(path);
  const { size } = await file.stat().finally(() => file.close());
  return {
    size,
    blob: async () => {
      await (await openRegular(path)).close();
      return openAsBlob(path);
    },
    chunks: async function* () {
      const whole = await openRegular(path);
      // The stream closes the file at its end.
      yield* whole.createReadStream({ start: 0, end: size - 1, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
    },
  };
}

/** Opens a regular file. To open a pipe as others do would wait for who writes to it. */
async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new Error("it is not a regular file");
  } catch (error) {
    await file.close();
    throw error;
  }
}
