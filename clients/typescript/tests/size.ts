// How large a program is that holds the client: in bytes, bundled for browsers, minified and gzipped.
import { build } from "esbuild";
import { gzipSync } from "node:zlib";

const resolveDir = new URL("../..", import.meta.url).pathname;

/** A program that creates, and imports only what it needs for that. */
export const create = `
  import { BaseClient } from "./dist/index.js";
  import { createContact } from "./dist/generated/functions.js";
  globalThis.create = (account, token, input) => createContact(new BaseClient(account, token), 1000, input);`;

export const all = 'export * from "./dist/index.js"; export * from "./dist/generated/functions.js";';

export async function sizeOf(program: string): Promise<number> {
  return gzipSync(await bundle(program)).length;
}

/** A program as browsers get it. */
export async function bundle(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  return outputFiles[0]?.text ?? "";
}
