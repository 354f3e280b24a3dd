import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  assertAccessible,
  assertNoSideScroll,
  create,
  expectText,
  openPage,
  png,
  startSandbox,
  wile,
} from "./harness.js";

// Each is text that would do harm, or spoil the page, if it were not shown as text.
const hostile = [
  "<img src=x onerror=alert(1)>",
  `"'><script>alert(1)</script>`,
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "\u202Eevil\u2066 مرحبا בעולם",
  "W".repeat(255),
  "𝒲\u0301\u0301\u0301 👩‍👩‍👧‍👧 \u200B\uFEFF",
];

async function fillSandbox(sandbox) {
  for (const text of hostile) {
    const email = `${text.replace(/[\s,@]/g, "")}@x`;
    const { status } = await create(sandbox, {
      FirstName: text,
      LastName: text,
      Title: text,
      Labels: text.replaceAll(",", ""),
      Accounts: text.replaceAll(",", "").trim(),
      WorkPhoneNumber: text,
      WorkPhoneNumberCountry: "US",
      EmailAddress: [...email].length > 255 ? "x@x" : email,
    });
    assert.equal(status, 200, text);
    await create(sandbox, { [text]: text, WorkPhoneNumberCountry: text });
    await sandbox.fetch(`/${encodeURIComponent(text)}?${encodeURIComponent(text)}=1`, {
      headers: {
        Accept: encodeURIComponent(text),
        "User-Agent": `<img src=x onerror=alert(1)> ${encodeURIComponent(text)}`,
        Prefer: `x="${encodeURIComponent(text)}"`,
      },
    });
  }
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...wile, ProfileImageFile: "image.png" })) body.append(name, value);
  body.append("image.png", new Blob([png], { type: "image/png" }), `"><img src=x onerror=alert(1)>.png`);
  assert.equal((await sandbox.fetch(sandbox.contacts, { method: "POST", body })).status, 200);
  await sandbox.fetch("/_sandbox/faults", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      faults: [`refuse-account="<img src=x onerror=alert(1)>"`, `refuse-account=${"W".repeat(200)}`],
    }),
  });
}

// views are the views, each with its address and its title; of contacts and requests the newest, at most so many.
async function views(sandbox, most) {
  const { requests } = await (await sandbox.fetch("/_sandbox/requests")).json();
  const { contacts } = await (await sandbox.fetch("/_sandbox/contacts")).json();
  const one = contacts
    .slice(0, most)
    .map(({ account, campaign, id }, i) => [
      `contact-${i}`,
      `#/contacts/${account}/${campaign}/${id}`,
      `Contact ${id}`,
    ]);
  const two = requests.slice(0, most).map(({ id }, i) => [`request-${i}`, `#/requests/${id}`, `Request ${id}`]);
  return [
    ["contacts", "#/contacts", "Contacts"],
    ...one,
    ["requests", "#/requests", "Requests"],
    ...two,
    ["try", "#/try/createContact", "Try it"],
    ["contract", "#/contract", "Contract"],
    ["misbehave", "#/misbehave", "Misbehave"],
  ];
}

const few = 3;

const appearances = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { colorScheme: "light", viewport: { width: 360, height: 740 } },
  "phone-dark": { colorScheme: "dark", viewport: { width: 360, height: 740 } },
};

for (const [appearance, options] of Object.entries(appearances)) {
  test(`each view is accessible, fits, and shows hostile text as text: ${appearance}`, async (t) => {
    const sandbox = await startSandbox(t);
    const page = await openPage(sandbox, { ...options, signIn: false, reducedMotion: "reduce" });
    const look = async (name) => {
      if (!(Number(name.split("-")[1]) >= few))
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${appearance}.png`), fullPage: true });
      await assertAccessible(page);
      await assertNoSideScroll(page);
    };
    await look("sign-in");
    await page.getByLabel("Token").fill(sandbox.token);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("heading", { name: "There are no contacts yet" }).waitFor();
    await look("contacts-empty");
    await page.getByRole("link", { name: "Requests" }).click();
    await page.getByRole("heading", { name: "No requests yet" }).waitFor();
    await look("requests-empty");
    await page.getByRole("link", { name: "Misbehave" }).click();
    await page.getByRole("heading", { name: "Misbehave" }).waitFor();
    await look("misbehave-empty");

    await fillSandbox(sandbox);
    for (const [name, hash, title] of await views(sandbox, appearance.includes("dark") ? few : Infinity)) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.getByRole("heading", { name: title, level: 1, exact: true }).waitFor();
      await look(name);
      assert.equal(await page.locator("main img[onerror], main script, main img[src=x]").count(), 0);
    }
    await expectText(page.getByRole("status"), 'The sandbox misbehaves: refuse-account="<img src=x onerror=alert(1)>"');

    await page.locator("summary").first().click();
    await look("misbehave-open");
    await page.evaluate(() => {
      location.hash = "#/try/createContact";
    });
    for (const [name, value] of Object.entries(wile)) await page.locator(`[name=${name}]`).fill(value);
    await page.locator("[name=FirstName]").fill(hostile[0]);
    await page.getByRole("tab", { name: "Rust" }).waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: "Response 200" }).waitFor();
    await look("try-sent");
    await page.locator("[name=EmailAddress]").fill(hostile[0]);
    await expectText(page.locator(".violation"), "EmailAddress must be");
    await look("try-violation");
    await page.evaluate(() => {
      location.hash = "#/contacts";
    });
    await page.getByRole("row").nth(1).getByRole("link").click();
    await page.getByRole("button", { name: "Edit" }).click();
    await look("edit");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Delete" }).click();
    await look("delete");
  });
}

test("hostile text is whole where a contact is shown", async (t) => {
  const sandbox = await startSandbox(t);
  for (const text of hostile) {
    const { id } = await create(sandbox, { FirstName: text, Title: text });
    const page = await openPage(sandbox, { hash: `#/contacts/${sandbox.account}/1000/${id}` });
    const values = await page.locator("dd").allTextContents();
    assert.equal(
      values.filter((value) => value === text.trim() || value === text).length,
      2,
      JSON.stringify([text, values]),
    );
    await page.getByRole("button", { name: "Edit" }).click();
    assert.equal(await page.getByRole("dialog").locator("[name=FirstName]").inputValue(), text);
    await page.context().close();
  }
});
