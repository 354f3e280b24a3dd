// The packed package, installed in a project of its own outside the repository, does what the README says.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;

/** Runs `contacts sandbox` until the test ends; returns the variables that it tells a shell to export. */
async function sandbox(t: TestContext): Promise<Record<string, string>> {
  const process = spawn(join(root, "build/contacts"), ["sandbox", "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => process.kill());
  for await (const line of createInterface({ input: process.stdout })) {
    if (line.startsWith("export ")) {
      const variables = line.matchAll(/(\w+)='?([^' ]+)/g);
      return Object.fromEntries(Array.from(variables, ([, name = "", value = ""]): [string, string] => [name, value]));
    }
  }
  throw new Error("the sandbox has ended");
}

test("the README's program creates a contact, with the packed package", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "contacts-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  await run("npm", ["pack", "--pack-destination", folder], { cwd: root });
  const [archive = ""] = readdirSync(folder);

  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${archive}`], { cwd: folder });
  assert.deepEqual(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")), [
    "@example",
    "openapi-fetch",
    "openapi-typescript-helpers",
  ]);

  const [, program = ""] = /```typescript\n(.*?)```/su.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  writeFileSync(join(folder, "program.ts"), program);
  const tsc = join(root, "node_modules/.bin/tsc");
  const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false"];
  const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
  await run(tsc, [...options, ...types, "program.ts"], { cwd: folder });

  const env = { ...process.env, ...(await sandbox(t)) };
  const { stdout, stderr } = await run(process.execPath, ["program.js"], { cwd: folder, env });
  assert.match(stdout, /^created \/Advertisers\/IRsandbox\/Campaigns\/1000\/Contacts\/\d+\n$/);
  assert.equal(stderr, "");
});
