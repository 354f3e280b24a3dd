import { accessSync, constants, openAsBlob, statSync } from "node:fs";
import { type Image, nameOf } from "./image.js";

/**
 * The regular file at a path. It is never held in memory.
 *
 * @param name - the name of the part, as {@link imageFromBlob} takes it
 */
export function imageFromPath(path: string, name?: string): Image {
  return {
    name: nameOf(name),
    isReadable: () => {
      try {
        accessSync(path, constants.R_OK);
        const file = statSync(path);
        return file.isFile() && file.size > 0;
      } catch {
        return false;
      }
    },
    open: () => openAsBlob(path),
  };
}
