import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { create, expectText, openPage, startSandbox } from "./harness.js";

test("the token is asked once, and is in no address, cookie or storage that outlives the tab", async (t) => {
  const sandbox = await startSandbox(t);
  await create(sandbox);
  const page = await openPage(sandbox, { hash: "#/requests/1", signIn: false });
  const urls = [];
  page.on("request", (request) => urls.push(request.url()));
  await page.getByLabel("Token").fill("wrong");
  page.allowedErrors = /Failed to load resource/;
  await page.getByRole("button", { name: "Open" }).click();
  await expectText(page.getByRole("alert"), "This token is not one of the sandbox.");
  page.allowedErrors = undefined;
  await page.getByLabel("Token").fill(sandbox.token);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { name: "Request 1" }).waitFor(); // what the link named

  await page.reload();
  await page.getByRole("heading", { name: "Request 1" }).waitFor();
  assert.ok(urls.length > 10 && urls.every((url) => !url.includes(sandbox.token)));
  assert.deepEqual(await page.context().cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);

  await page.getByRole("button", { name: "Forget token" }).click();
  await page.getByLabel("Token").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.reload();
  await page.getByLabel("Token").waitFor();
});

test("the control token shows all accounts, and what it cannot do", async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), "page-")), "token");
  t.after(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, "control-token", { mode: 0o600 });
  const sandbox = await startSandbox(t, "--control-token-file", file);
  const { id } = await create(sandbox);
  const page = await openPage({ ...sandbox, token: "control-token" }, { hash: "#/requests" });
  await expectText(page.locator("#account"), "all accounts");
  await page.getByLabel("Account").fill(sandbox.account);
  await expectText(page.getByRole("row"), "createContact");
  await page.getByLabel("Account").fill("another");
  await expectText(page.locator(".count"), "0 of 1");
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.getByRole("link", { name: id }).click();
  await expectText(page.locator("dd"), "wile.coyote@example.com");
  assert.equal(await page.getByRole("button", { name: "Edit" }).count(), 0);
  await page.getByRole("link", { name: "Try it" }).click();
  await expectText(page.locator("main"), "This is the control token, which the API itself does not take.");
});

test("each view has a link", async (t) => {
  const sandbox = await startSandbox(t);
  const { id } = await create(sandbox);
  for (const [hash, title] of Object.entries({
    "": "Contacts",
    "#/contacts": "Contacts",
    [`#/contacts/${sandbox.account}/1000/${id}`]: `Contact ${id}`,
    "#/requests": "Requests",
    "#/requests/1": "Request 1",
    "#/try": "Try it",
    "#/try/updateContact": "Try it",
    "#/contract": "Contract",
    "#/contract/deleteContact": "Contract",
    "#/misbehave": "Misbehave",
    "#/nothing": "Not found",
  })) {
    const page = await openPage(sandbox, { hash });
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    assert.equal(await page.title(), `${title} – Contacts sandbox`);
    await page.context().close();
  }
});

test("the page says that the sandbox is gone, and goes on when it is back", async (t) => {
  const port = await freePort();
  const sandbox = await startSandbox(t, "--addr", `127.0.0.1:${port}`);
  const page = await openPage(sandbox, { hash: "#/requests" });
  page.allowedErrors = /Failed to load resource/;
  await sandbox.stop();
  await expectText(page.getByRole("status"), "Not connected; trying again…");
  await startSandbox(t, "--addr", `127.0.0.1:${port}`);
  await expectText(page.getByRole("alert"), "The sandbox does not take this token any more."); // it is a new one
});

test("the stream goes on with what came while the connection was cut", async (t) => {
  const sandbox = await startSandbox(t);
  const proxy = await startProxy(t, sandbox);
  const page = await openPage({ ...sandbox, url: proxy.url }, { hash: "#/requests" });
  page.allowedErrors = /Failed to load resource/;
  await create(sandbox, { FirstName: "Before" });
  await expectText(page.getByRole("row"), "Before");
  proxy.cut();
  await expectText(page.getByRole("status"), "Not connected; trying again…");
  await create(sandbox, { FirstName: "Meanwhile" });
  proxy.mend();
  await expectText(page.getByRole("status"), "Live");
  await expectText(page.getByRole("row"), "Meanwhile");
  assert.equal(await page.getByRole("row").count(), 1 + 2);
});

test("a script, a style or HTML that got into the page does nothing", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { signIn: false });
  page.allowedErrors = /Content Security Policy|requires 'Trusted/;
  const blocked = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const directives = [];
        addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          if (directives.push(effectiveDirective) === 5) resolve(directives.sort());
        });
        const add = (name, attributes) => document.body.append(Object.assign(document.createElement(name), attributes));
        document.body.append(Object.assign(document.createElement("script"), { type: "text/javascript" }));
        try {
          document.body.lastChild.append("document.title = 'script'");
        } catch {
          /* as it should */
        }
        add("style", { textContent: "body { display: none }" });
        add("img", { src: "https://example.com/x.png" });
        try {
          document.body.innerHTML = "<p>HTML";
        } catch {
          /* as it should */
        }
        fetch("https://example.com/").catch(() => {});
      }),
  );
  assert.deepEqual(blocked, [
    "connect-src",
    "img-src",
    "require-trusted-types-for",
    "require-trusted-types-for",
    "style-src-elem",
  ]);
  assert.notEqual(await page.title(), "script");
});

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// startProxy is a way to the sandbox that can be cut.
async function startProxy(t, sandbox) {
  const sockets = new Set();
  let whole = true;
  const server = createServer((client) => {
    if (!whole) return client.destroy();
    const upstream = connect(new URL(sandbox.url).port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(from);
      from
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(from);
          to.destroy();
        })
        .pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    whole = false;
    sockets.forEach((socket) => socket.destroy());
  };
  t.after(() => {
    cut();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut,
    mend: () => {
      whole = true;
    },
  };
}
