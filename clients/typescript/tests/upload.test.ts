// What was announced is what is sent, or nothing is: of files that change, and of what is no file.
import { Client, InDoubtError, InvalidError, NotSentError, fetchTransport, fileFrom, fileFromBlob, fileFromPath, operations, validate } from "@example/contacts/node";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { created, input, rejection, serve } from "./server.js";

const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(3_000_000, "x")]);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "upload-"));
  t.after(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

/** A server that keeps the bodies that came whole; `begun` is called when the first bytes of one are there. */
async function uploads(t: TestContext, begun: () => void = () => undefined): Promise<{ baseUrl: string; client: Client; whole: Buffer[] }> {
  const whole: Buffer[] = [];
  const baseUrl = await serve(t, (request, answer) => {
    const chunks: Buffer[] = [];
    request.once("data", begun);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      whole.push(Buffer.concat(chunks));
      answer.end(created);
    });
  });
  const client = new Client("IRtest", "secret-token", { baseUrl, retries: 0 });
  t.after(() => {
    client.close();
  });
  return { baseUrl, client, whole };
}

const changes: Record<string, { change: (path: string) => void; isSent: boolean }> = {
  grows: { change: (path) => { appendFileSync(path, "more"); }, isSent: true },
  "has another time": { change: (path) => { utimesSync(path, 1, 1); }, isSent: true },
  shrinks: { change: (path) => { truncateSync(path, 300_000); }, isSent: false },
  "becomes empty": { change: (path) => { truncateSync(path, 0); }, isSent: false },
};

for (const [name, { change, isSent }] of Object.entries(changes)) {
  for (const when of ["before it is sent", "while it is sent"]) {
    test(`a file that ${name} ${when} ${isSent ? "is sent as it was announced" : "never arrives whole"}`, async (t) => {
      const path = join(folder(t), "image.png");
      writeFileSync(path, png);
      const { client, whole } = await uploads(t);
      const file = fileFromPath(path);
      let reads = 0;
      const profileImageFile = fileFrom(async () => {
        const content = await file.open();
        return {
          ...content,
          async *chunks() {
            // The first time its type is read.
            if (reads++ > 0 && when === "before it is sent") change(path);
            for await (const chunk of content.chunks()) {
              yield chunk;
              if (reads === 2 && when === "while it is sent") change(path);
              if (reads++ === 2) await new Promise((resolve) => setTimeout(resolve, 50));
            }
          },
        };
      });
      const calling = client.createContact(1000, { ...input, profileImageFile });
      if (isSent) {
        await calling;
        const [body] = whole;
        assert.ok(body !== undefined && body.includes(png) && !body.includes("more"));
      } else {
        assert.ok((await rejection(calling)) instanceof InDoubtError);
        assert.equal(whole.length, 0);
      }
    });
  }
}

test("of a stream that yields more than its size, the first bytes are sent", async (t) => {
  const { baseUrl, client, whole } = await uploads(t);
  const chunks = async function* () {
    await Promise.resolve();
    yield png;
    yield Buffer.from("more");
  };
  const profileImageFile = fileFrom(() => Promise.resolve({ size: 1000, chunks, blob: () => Promise.resolve(new Blob([png])) }));
  await client.createContact(1000, { ...input, profileImageFile });
  await new Client("IRtest", "secret-token", { baseUrl, transport: fetchTransport() }).createContact(1000, { ...input, profileImageFile });
  const part = png.subarray(0, 1000).toString("latin1");
  for (const body of whole) assert.match(body.toString("latin1"), new RegExp(`\\r\\n\\r\\n.PNG\\r\\n\\x1a\\nx{${(part.length - 8).toString()}}\\r\\n--`, "u"));
  assert.equal(whole.length, 2);
});

test("a file that shrinks before fetch is called is not sent", async (t) => {
  const path = join(folder(t), "image.png");
  writeFileSync(path, png);
  const file = fileFromPath(path);
  const profileImageFile = fileFrom(async () => {
    const content = await file.open();
    return { ...content, blob: () => { truncateSync(path, 10); return content.blob(); } };
  });
  const client = new Client("IRtest", "secret-token", { baseUrl: "http://127.0.0.1:9", retries: 0, transport: fetchTransport() });
  assert.ok((await rejection(client.createContact(1000, { ...input, profileImageFile }))) instanceof NotSentError);
});

test("what is no file that can be read is a violation, at once, of a call and of a check", async (t) => {
  const path = folder(t);
  const at = (name: string) => join(path, name);
  writeFileSync(at("empty.png"), "");
  execFileSync("mkfifo", [at("pipe.png")]);
  mkdirSync(at("folder.png"));
  symlinkSync(at("nowhere"), at("link.png"));
  symlinkSync(at("pipe.png"), at("link-to-pipe.png"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) t.diagnostic("SKIPPED for root, who reads everything: a file without permission");
  else {
    writeFileSync(at("secret.png"), png);
    chmodSync(at("secret.png"), 0);
  }
  const { client, whole } = await uploads(t);
  const files = [...readdirSync(path).map((name) => fileFromPath(at(name))), fileFromPath(at("missing.png")), fileFromPath("/dev/zero"), fileFromPath("a\0b"), fileFromPath(undefined as unknown as string), fileFromBlob(new Blob([]))];
  for (const [i, profileImageFile] of files.entries()) {
    const began = performance.now();
    const error = await rejection(client.createContact(1000, { ...input, profileImageFile }));
    assert.ok(error instanceof InvalidError, i.toString());
    assert.deepEqual(error.violations.map(({ Rule }) => Rule), ["needs_file"]);
    assert.deepEqual(await validate(operations.createContact, { ...input, profileImageFile }), error.violations);
    assert.ok(performance.now() - began < 2000);
  }
  assert.equal(whole.length, 0);
});

test("a file that becomes a pipe does not block", async (t) => {
  const path = join(folder(t), "image.png");
  writeFileSync(path, png);
  const file = fileFromPath(path);
  const profileImageFile = fileFrom(async () => {
    const content = await file.open();
    unlinkSync(path);
    execFileSync("mkfifo", [path]);
    return content;
  });
  const { client } = await uploads(t);
  assert.ok((await rejection(client.createContact(1000, { ...input, profileImageFile }))) instanceof InvalidError);
});

test("files are looked at and read without blocking", () => {
  const runtime = new URL("../../src/runtime/", import.meta.url);
  for (const name of readdirSync(runtime)) assert.doesNotMatch(readFileSync(new URL(name, runtime), "utf8"), /\b\w+Sync\b/u, name);
});

test("no descriptor stays open after uploads that failed", async (t) => {
  if (process.platform !== "linux") {
    t.skip("SKIPPED: only Linux lists the descriptors of a process");
    return;
  }
  const path = join(folder(t), "image.png");
  writeFileSync(path, png);
  const client = new Client("IRtest", "secret-token", { baseUrl: "http://127.0.0.1:9", retries: 0 });
  const descriptors = () => readdirSync("/proc/self/fd").length;
  await rejection(client.createContact(1000, { ...input, profileImageFile: fileFromPath(path) }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = descriptors();
  for (let i = 0; i < 50; i++) await rejection(client.createContact(1000, { ...input, profileImageFile: fileFromPath(path) }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(descriptors() <= before + 2, `${before.toString()} became ${descriptors().toString()}`);
});
