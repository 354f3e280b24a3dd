import assert from "node:assert/strict";
import { test } from "node:test";
import { create, expectText, openPage, startSandbox, wile } from "./harness.js";

test("a rule responds while one types, in the contract's words", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/try/createContact" });
  const message = (name) => page.locator(`.field:has([name=${name}]) .violation`);
  await expectText(page.getByRole("status"), "4 rules are broken.");
  assert.equal(await message("FirstName").textContent(), "", "nobody has typed here yet");

  await page.locator("[name=EmailAddress]").pressSequentially("wile");
  await expectText(
    message("EmailAddress"),
    "EmailAddress must be one e-mail address, with something on both sides of one @, no white space and no comma.",
  );
  assert.equal(await page.locator("[name=EmailAddress]").getAttribute("aria-invalid"), "true");
  await page.locator("[name=EmailAddress]").pressSequentially("@example.com");
  await message("EmailAddress").waitFor({ state: "hidden" });
  await page.locator("[name=WorkPhoneNumber]").fill("805");
  await expectText(
    message("WorkPhoneNumberCountry"),
    "WorkPhoneNumberCountry is required when WorkPhoneNumber is given.",
  );
  await page.locator("[name=WorkPhoneNumberCountry]").fill("UK");
  await expectText(message("WorkPhoneNumberCountry"), "must be an officially assigned two-letter country code");
  await page.locator("[name=CampaignId]").fill("a thousand");
  await expectText(message("CampaignId"), "CampaignId must be a whole number.");
  assert.equal((await (await sandbox.fetch("/_sandbox/requests")).json()).requests.length, 0, "nothing was sent");
});

test("each operation has a form, which sends it", async (t) => {
  const sandbox = await startSandbox(t);
  const { id } = await create(sandbox);
  const { operations } = await (await sandbox.fetch("/_sandbox/model")).json();
  assert.ok(operations.length > 5);
  const page = await openPage(sandbox, { hash: "#/try" });
  for (const operation of operations) {
    await page
      .getByRole("navigation", { name: "Operations" })
      .getByRole("link", { name: `${operation.method} ${operation.summary}`, exact: true })
      .click();
    await page.getByRole("heading", { name: operation.summary, exact: true }).waitFor();
    for (const field of operation.fields)
      assert.equal(await page.locator(`[name="${field.name}"]`).count(), 1, `${operation.id} has ${field.name}`);
    if ((await page.locator("[name=ContactId]").count()) > 0) await page.locator("[name=ContactId]").fill(id);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: /^Response/ }).waitFor();
    await expectText(
      page.getByRole("region", { name: "request", exact: true }),
      `${operation.method} /Advertisers/${sandbox.account}/Campaigns/1000/Contacts`,
    );
    await expectText(page.getByRole("region", { name: "response", exact: true }), "HTTP/1.1 ");
  }
});

test("the call is a program in each language", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/try/createContact" });
  for (const [name, value] of Object.entries({ ...wile, FirstName: "Zoe" }))
    await page.locator(`[name=${name}]`).fill(value);
  const tabs = page.getByRole("tablist", { name: "Languages" });
  await tabs.waitFor();
  assert.deepEqual(await tabs.getByRole("tab").allTextContents(), [
    "Go",
    "TypeScript",
    "Python",
    "Java",
    "Rust",
    "curl",
  ]);
  await tabs.getByRole("tab", { name: "Go", exact: true }).focus();
  for (const language of ["Go", "TypeScript", "Python", "Java", "Rust", "curl"]) {
    await expectText(page.getByRole("region", { name: `program in ${language}`, exact: true }), "Zoe");
    await page.getByRole("button", { name: `Copy program in ${language}`, exact: true }).click();
    await expectText(page.getByRole("status"), "Copied.");
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      await page.getByRole("region", { name: `program in ${language}`, exact: true }).textContent(),
    );
    await tabs.getByRole("tab", { selected: true }).focus();
    await page.keyboard.press("ArrowRight");
  }
  await expectText(tabs.getByRole("tab", { selected: true }), "Go");
});
