// The packed package, installed in a project of its own outside the repository, does what the README says; and it is small.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { created, serve } from "./server.js";
import { all, create, sizeOf } from "./size.js";

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

test("a program holds no more than what it calls", async () => {
  assert.ok((await sizeOf(create)) <= 9_000, `to create takes ${(await sizeOf(create)).toString()} bytes`);
  assert.ok((await sizeOf(all)) <= 14_000, `all takes ${(await sizeOf(all)).toString()} bytes`);
});
