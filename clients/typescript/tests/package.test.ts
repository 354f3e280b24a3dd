// The packed package, installed in a project of its own outside the repository, does what the README says; and it is small.
import { build } from "esbuild";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { created, serve } from "./server.js";

const run = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;

test("the README's program creates a contact, with the packed package", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const [archive = ""] = readdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${archive}`], { cwd: folder });
  assert.deepEqual(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["@example"]);

  const [, program = ""] = /```typescript\n(.*?)```/su.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  writeFileSync(join(folder, "program.ts"), program);
  const tsc = join(root, "node_modules/.bin/tsc");
  const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false"];
  await run(tsc, [...options, "--typeRoots", join(root, "node_modules/@types"), "--types", "node", "program.ts"], { cwd: folder });

  const baseUrl = await serve(t, (_, response) => response.end(created));
  const env = { ...process.env, CONTACTS_ACCOUNT: "IRtest", CONTACTS_TOKEN: "secret-token", CONTACTS_BASE_URL: baseUrl };
  const { stdout, stderr } = await run(process.execPath, ["program.js"], { cwd: folder, env });
  assert.equal(stdout, "created 2750\n");
  assert.equal(stderr, "");
});

test("the package is small, minified and gzipped", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "./dist/index.js";', resolveDir: root },
    bundle: true, minify: true, write: false, format: "esm", platform: "browser",
  });
  const size = gzipSync(outputFiles[0]?.contents ?? "").length;
  assert.ok(size <= 14_000, `it has ${size.toString()} bytes`);
});
