// What `npm pack` makes of a fresh clone, installed in a project of its own, does what the README says; and it is small.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { created, serve } from "./server.js";
import { all, bundle, create } from "./size.js";

const run = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;
const npm = (cwd: string, ...args: string[]) => run("npm", [...args, "--prefer-offline", "--no-audit", "--no-fund"], { cwd });
const tool = (name: string, ...args: string[]) => run(join(root, "node_modules/.bin", name), args, { cwd: root });

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "package-"));
  t.after(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

/** Packs a copy that has no more than a fresh clone; returns the path of the archive. */
async function pack(t: TestContext): Promise<string> {
  const clone = join(folder(t), "clone");
  const built = ["build", "dist", "node_modules"].map((name) => join(root, name));
  cpSync(root, clone, { recursive: true, filter: (path) => !built.includes(path) && !path.endsWith(".tgz") });
  await npm(clone, "pack");
  return join(clone, readdirSync(clone).find((name) => name.endsWith(".tgz")) ?? "");
}

test("the package of a fresh clone does what the README says, and passes the registry's checks", async (t) => {
  const archive = await pack(t);
  assert.equal(basename(archive), "example-contacts-0.1.0.tgz".replace("0.1.0", version()));
  await tool("publint", "run", "--strict", archive);
  await tool("attw", archive, "--profile", "esm-only");

  const project = folder(t);
  writeFileSync(join(project, "package.json"), '{"private": true, "type": "module"}');
  await npm(project, "install", archive);
  assert.deepEqual(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith(".")), ["@example"]);
  const installed = join(project, "node_modules/@example/contacts");
  assert.deepEqual(readdirSync(installed).sort(), ["LICENSE", "README.md", "dist", "package.json"]);
  assert.deepEqual(readFileSync(join(installed, "LICENSE")), readFileSync(join(root, "LICENSE")));

  const programs = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```typescript\n(.*?)```/gsu)].map(([, program = ""]) => program);
  assert.ok(programs.length > 0);
  mkdirSync(join(project, "src"));
  for (const [i, program] of programs.entries()) writeFileSync(join(project, `src/${i.toString()}.ts`), program);
  const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom", "--skipLibCheck", "false", "--outDir", project];
  await run(join(root, "node_modules/.bin/tsc"), [...options, "--typeRoots", join(root, "node_modules/@types"), "--types", "node", ...programs.map((_, i) => `src/${i.toString()}.ts`)], { cwd: project });

  const baseUrl = await serve(t, (_, response) => response.end(created));
  const env = { ...process.env, CONTACTS_ACCOUNT: "IRtest", CONTACTS_TOKEN: "secret-token", CONTACTS_BASE_URL: baseUrl };
  const { stdout, stderr } = await run(process.execPath, ["0.js"], { cwd: project, env });
  assert.equal(stdout, "created 2750\n");
  assert.equal(stderr, "");
  for (const i of programs.keys()) await run(process.execPath, [`${i.toString()}.js`], { cwd: project, env });
});

function version(): string {
  return (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
}

test("the package says what a registry shows, and cannot be published by accident", () => {
  const { name, private: isPrivate, description, keywords, license, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  assert.equal(isPrivate, true);
  for (const text of [name, description, license]) assert.ok(typeof text === "string" && text !== "");
  assert.ok(Array.isArray(keywords) && keywords.length > 0);
  assert.deepEqual(engines, { node: ">=20" });
});

// How large they are is measured by `make bench-clients`: the contract may grow.
test("a program holds no more than what it calls", async () => {
  const [small, large] = await Promise.all([bundle(create), bundle(all)]);
  for (const name of ["createContact", "updateContact", "listContacts", "deleteContact"]) {
    assert.ok(large.includes(name), name);
    assert.equal(small.includes(name), name === "createContact", name);
  }
});
