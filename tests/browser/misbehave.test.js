import assert from "node:assert/strict";
import { test } from "node:test";
import { create, expectText, openPage, startSandbox } from "./harness.js";

test("a fault is switched on, met by a client, counted, seen in each view, and removed", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/misbehave" });
  await expectText(page.locator("main"), "the sandbox behaves");
  const kind = page.locator("details", { has: page.locator("summary code", { hasText: /^code$/ }) });
  await kind.locator("summary").click();
  await kind.getByLabel("code", { exact: true }).fill("503");
  await kind.getByLabel("body").selectOption("html");
  await kind.getByLabel("times").fill("1");
  await kind.getByRole("button", { name: "Set code" }).click();
  const rows = page.getByRole("table", { name: "Faults that are set" }).getByRole("row");
  await expectText(rows, "code=503; body=html; times=1not yet");

  const response = await sandbox.fetch(sandbox.contacts);
  assert.equal(response.status, 503);
  assert.match(await response.text(), /<html/i);
  await expectText(rows, "code=503; body=html; times=1once");
  assert.equal((await sandbox.fetch(sandbox.contacts)).status, 200);

  for (const view of ["Contacts", "Requests", "Try it", "Contract"]) {
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
    await page.getByRole("heading", { name: view, level: 1 }).waitFor();
    await expectText(page.getByRole("status"), "The sandbox misbehaves: code=503; body=html; times=1");
  }
  await page.getByRole("link", { name: "Change" }).click();
  await page.getByRole("button", { name: "Remove code=503; body=html; times=1" }).click();
  await expectText(page.locator("main"), "the sandbox behaves");
  await page.locator(".banner").waitFor({ state: "detached" });
  assert.deepEqual((await (await sandbox.fetch("/_sandbox/faults")).json()).faults, []);
});

test("a fault that somebody else sets is seen", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox);
  await sandbox.fetch("/_sandbox/faults", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: '{"faults":["refuse-account=\\"<b>;\\""]}',
  });
  await create(sandbox);
  await expectText(page.getByRole("status"), 'The sandbox misbehaves: refuse-account="<b>;"');
});

test("each kind of fault can be set, with all of its settings", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/misbehave" });
  const { kinds } = await (await sandbox.fetch("/_sandbox/faults/kinds")).json();
  assert.ok(kinds.length > 10);
  for (const { name, parameters = [] } of kinds) {
    const kind = page.locator("details", { has: page.locator("summary code", { hasText: new RegExp(`^${name}$`) }) });
    await kind.locator("summary").click();
    for (const input of await kind.locator("input[type=text]").all()) {
      const hint = await input.locator("xpath=following-sibling::p").textContent();
      await input.fill(
        hint.startsWith("such as")
          ? "2s"
          : hint.startsWith("a whole number")
            ? name === "code"
              ? "200"
              : "100"
            : "an account",
      );
    }
    for (const select of await kind.locator("select").all()) await select.selectOption({ index: 1 });
    for (const box of await kind.locator("input[type=checkbox]").all()) await box.check();
    await kind.getByRole("button", { name: `Set ${name}`, exact: true }).click();
    await expectText(
      page.locator("tbody code"),
      new RegExp(
        `^${name}=${parameters.map((parameter) => `.*; ${parameter.split("=")[0]}`).join("")}.*; times=.*; one-in=.*; seed=.*; operation=`,
      ),
    );
  }
  await page.getByRole("button", { name: "Remove all" }).click();
  await expectText(page.locator("main"), "the sandbox behaves");
});

test("a fault with a wrong setting says what it must be", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/misbehave" });
  page.allowedErrors = /Failed to load resource/;
  await page.locator("summary", { hasText: "delay" }).click();
  await page.getByLabel("delay", { exact: true }).fill("soon");
  await page.getByRole("button", { name: "Set delay" }).click();
  await expectText(
    page.getByRole("alert"),
    'The fault delay must be a time such as 200ms or 2s, of at most 1m0s, not "soon".',
  );
});
