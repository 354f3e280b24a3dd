import { createReadStream, openAsBlob } from "node:fs";
import { constants, open, stat } from "node:fs/promises";
import type { FileContent, FileSource } from "./file.js";

/**
 * The regular file at a path. It is never held in memory. What it grows by while it is sent is not sent.
 *
 * @param name - the name to send it with; without one, the client chooses a name by the content
 */
export function fileFromPath(path: string, name?: string): FileSource {
  return { name, open: () => openRegular(path) };
}

async function openRegular(path: string): Promise<FileContent> {
  const { size } = await regular(path);
  // It is opened once here, to see that it can be; to open a pipe would wait for who writes to it.
  await (await open(path, constants.O_RDONLY | constants.O_NONBLOCK)).close();
  return {
    size,
    blob: async () => {
      await regular(path);
      return (await openAsBlob(path)).slice(0, size);
    },
    chunks: () => createReadStream(path, { end: size - 1, highWaterMark: 256 * 1024 }),
  };
}

async function regular(path: string): Promise<{ size: number }> {
  const file = await stat(path);
  if (!file.isFile()) throw new Error("it is not a regular file");
  return file;
}
