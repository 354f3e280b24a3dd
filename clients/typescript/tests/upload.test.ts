import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { created, serve } from "./server.js";

test("an upload is streamed, in memory that does not grow with the file", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "contacts-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "image.png");
  const size = 256 << 20;
  writeFileSync(path, "");
  truncateSync(path, size);

  const lengths: number[] = [];
  const { url } = await serve(t, (request, response) => {
    let length = 0;
    request.on("data", (chunk: Buffer) => (length += chunk.length));
    request.on("end", () => {
      assert.equal(Number(request.headers["content-length"]), length);
      lengths.push(length);
      response.end(created);
    });
  });
  const program = new URL("upload.js", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [program, url, path]);
  assert.equal(lengths.length, 2);
  assert((lengths[1] ?? 0) > size);
  assert(Number(stdout) < 64, `${stdout.trim()} MiB`);
});
