// What each test begins with: a sandbox of its own, and a page that fails the test for what no page may do.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { after } from "node:test";
import { chromium } from "playwright-core";

let browser;
after(() => browser?.close());

async function launch() {
  return (browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  }));
}

// startSandbox starts the command. It is stopped with the test.
export async function startSandbox(t, ...args) {
  const child = spawn(process.env.CONTACTS_COMMAND, ["sandbox", "--addr", "127.0.0.1:0", "--output", "json", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const closers = []; // of pages, which would miss the sandbox
  t.after(async () => {
    try {
      for (const close of closers) await close();
    } finally {
      child.kill();
    }
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const sandbox = JSON.parse(line);
  const authorization = `Basic ${btoa(`${sandbox.account}:${sandbox.token}`)}`;
  return {
    ...sandbox,
    closers,
    contacts: `${sandbox.url}/Advertisers/${sandbox.account}/Campaigns/1000/Contacts`,
    // fetch is another client of the same account.
    fetch: (path, { headers, ...options } = {}) =>
      fetch(new URL(path, sandbox.url), { ...options, headers: { Authorization: authorization, ...headers } }),
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}

// create sends a create of a contact, as a client does.
export async function create(sandbox, values = {}) {
  const response = await sandbox.fetch(sandbox.contacts, {
    method: "POST",
    body: new URLSearchParams({ ...wile, ...values }),
  });
  const body = await response.json();
  return { status: response.status, id: body.Uri?.split("/").pop(), ...body };
}

export const wile = {
  FirstName: "Wile",
  LastName: "Coyote",
  EmailAddress: "wile.coyote@example.com",
  Accounts: "10000",
};

// openPage opens the page, with the token unless told otherwise. A test that ends with an error on the console, an
// uncaught error or a request to another host fails. What the API refuses is no error of the page, and neither
// are those that page.allowedErrors matches.
export async function openPage(sandbox, { hash = "#/contacts", signIn = true, ...options } = {}) {
  const context = await (await launch()).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const problems = [];
  await context.route(/./, (route) => {
    const url = route.request().url();
    if (url.startsWith(`${sandbox.url}/`) || url.startsWith("blob:")) return route.continue();
    problems.push(`request to another host: ${url}`);
    return route.abort();
  });
  context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: sandbox.url });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.stack}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    const isRefusal =
      message.text().startsWith("Failed to load resource") && message.location().url.includes("/Advertisers/");
    if (["error", "warning"].includes(message.type()) && !isRefusal && !page.allowedErrors?.test(message.text()))
      problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  sandbox.closers.push(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });
  await page.goto(`${sandbox.url}/${hash}`);
  if (signIn) {
    await page.getByLabel("Token").fill(sandbox.token);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
  }
  return page;
}

export async function expectText(locator, text) {
  await locator.filter({ hasText: text }).first().waitFor();
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// assertAccessible fails for what axe finds.
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () =>
    (await globalThis.axe.run()).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`,
    ),
  );
  assert.deepEqual(violations, []);
}

// assertNoSideScroll fails if the page can be scrolled sideways.
export async function assertNoSideScroll(page) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), await page.evaluate(() => innerWidth));
}

// png is an image of 2 by 2 pixels.
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8DAwPAfhP7/ZwAAHu8E/Gj7YDYAAAAASUVORK5CYII=",
  "base64",
);
