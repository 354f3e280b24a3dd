import { Client, InDoubtError, InvalidError, fileFromBlob, fileFromPath } from "@example/contacts/node";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { created, serve } from "./server.js";

const input = { firstName: "Wile", lastName: "Coyote", emailAddress: "wile@example.com", accounts: ["10000"] };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "upload-"));
  t.after(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

async function uploads(t: TestContext): Promise<{ client: Client; whole: Buffer[] }> {
  const whole: Buffer[] = [];
  const baseUrl = await serve(t, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      whole.push(Buffer.concat(chunks));
      response.end(created);
    });
  });
  return { client: new Client("IRtest", "secret-token", { baseUrl, retries: 0 }), whole };
}

test("a file that shrinks while it is sent never arrives whole, and one that grows is cut", async (t) => {
  const path = join(folder(t), "image.png");
  const { client, whole } = await uploads(t);
  for (const change of [() => { truncateSync(path, 10); }, () => { appendFileSync(path, "more"); }]) {
    writeFileSync(path, Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(1 << 20, "x")]));
    const file = fileFromPath(path);
    let opened = 0;
    const profileImageFile = { ...file,
      open: async () => {
        const content = await file.open();
        return {
          ...content,
          async *chunks() {
            if (opened++ > 0) change(); // after the look at its beginning
            yield* content.chunks();
          },
        };
      },
    };
    await client.createContact(1000, { ...input, profileImageFile }).then(
      () => { assert.equal(whole.at(-1)?.includes("more"), false); },
      (error: unknown) => { assert.ok(error instanceof InDoubtError); },
    );
  }
  assert.equal(whole.length, 1, "only the one that grew is whole");
});

test("an empty file, a missing one and a pipe are violations, without waiting", async (t) => {
  const path = folder(t);
  writeFileSync(join(path, "empty.png"), "");
  execFileSync("mkfifo", [join(path, "pipe.png")]);
  const { client, whole } = await uploads(t);
  for (const file of [fileFromPath(join(path, "empty.png")), fileFromPath(join(path, "missing.png")), fileFromPath(join(path, "pipe.png")), fileFromBlob(new Blob([]))]) {
    await assert.rejects(client.createContact(1000, { ...input, profileImageFile: file }), (error) => {
      assert.ok(error instanceof InvalidError);
      assert.deepEqual(error.violations.map(({ Rule }) => Rule), ["needs_file"]);
      return true;
    });
  }
  assert.equal(whole.length, 0);
});
