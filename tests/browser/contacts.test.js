import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { create, expectText, openPage, png, startSandbox, wile } from "./harness.js";

const image = { name: "my holiday.png", mimeType: "image/png", buffer: png };

async function fillWile(page) {
  for (const [name, value] of Object.entries(wile))
    await page
      .getByLabel(name, { exact: false })
      .and(page.locator(`[name=${name}]`))
      .fill(value);
}

test("the first contact is created by the form, in either encoding, and appears", async (t) => {
  const sandbox = await startSandbox(t);
  const watching = await openPage(sandbox);
  await watching.getByRole("heading", { name: "There are no contacts yet" }).waitFor();
  const page = await openPage(sandbox);

  await page.getByRole("link", { name: "New contact" }).click();
  await fillWile(page);
  assert.ok(await page.getByLabel("ProfileImageFile").isDisabled());
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("heading", { name: "Response 200" }).waitFor();
  await expectText(page.getByRole("region", { name: "response", exact: true }), '{"Status":"OK"');
  await expectText(
    page.getByRole("region", { name: "request", exact: true }),
    "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000",
  );

  await page.getByLabel("multipart/form-data").check();
  await page.locator("[name=FirstName]").fill("Pictured");
  await page.getByLabel("ProfileImageFile").setInputFiles(image);
  await page.getByRole("button", { name: "Send" }).click();
  const request = page.getByRole("region", { name: "request", exact: true });
  await expectText(request, 'name="ProfileImageFile"\n\nprofile-image.png');
  await expectText(
    request,
    `name="profile-image.png"; filename="profile-image.png"\nContent-Type: image/png\n\n[${png.length} bytes of image/png]`,
  );
  assert.ok(!(await request.textContent()).includes("holiday"), "the name of the user's file stays here");

  // The other page was not touched.
  const rows = watching.getByRole("table").getByRole("row");
  await expectText(rows, "Pictured");
  await expectText(rows, "wile.coyote@example.com");
  const picture = watching.locator("tr", { hasText: "Pictured" }).locator("img");
  assert.equal(await picture.evaluate((element) => element.decode().then(() => element.naturalWidth)), 2);
  const { Contacts } = await (await sandbox.fetch(sandbox.contacts)).json();
  const stored = await sandbox.fetch(Contacts.find(({ FirstName }) => FirstName === "Pictured").ProfileImage);
  assert.deepEqual(Buffer.from(await stored.arrayBuffer()), png);
});

test("the command of the empty state creates a contact, which appears", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox);
  await page.getByRole("button", { name: "Copy command" }).click();
  await expectText(page.getByRole("status"), "Copied.");
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(
    execFileSync("sh", ["-c", command], {
      env: { ...process.env, CONTACTS_TOKEN: sandbox.token },
      stdio: ["ignore", "pipe", "ignore"],
    }).toString(),
    /"Status":"OK"/,
  );
  await expectText(page.getByRole("row"), "wile.coyote@example.com");
});

test("a contact is edited and deleted", async (t) => {
  const sandbox = await startSandbox(t);
  const { id } = await create(sandbox, { WorkPhoneNumber: "805", WorkPhoneNumberCountry: "US", Title: "Manager" });
  const page = await openPage(sandbox);
  await page.getByRole("link", { name: id }).click();
  await page.getByRole("heading", { name: `Contact ${id}` }).waitFor();

  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.locator("[name=FirstName]").inputValue(), "Wile");
  await dialog.locator("[name=EmailAddress]").fill("nobody");
  await expectText(dialog, "EmailAddress must be one e-mail address");
  await dialog.locator("[name=EmailAddress]").fill("wile@example.org");
  await dialog.locator("[name=WorkPhoneNumber]").fill("806"); // its country, which is not changed, is needed with it
  await dialog.locator("[name=ProfileImageFile]").setInputFiles(image);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await expectText(page.locator("dd"), "wile@example.org");
  await page.getByRole("img", { name: "The contact's image" }).waitFor();
  const { requests } = await (await sandbox.fetch("/_sandbox/requests?text=updateContact")).json();
  assert.deepEqual(
    requests[0].parameters
      .filter((parameter) => parameter.in === "body")
      .map(({ name }) => name)
      .sort(),
    ["EmailAddress", "ProfileImageFile", "WorkPhoneNumber", "WorkPhoneNumberCountry"],
  );

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "There are no contacts yet" }).waitFor();
  assert.equal((await sandbox.fetch(`${sandbox.contacts}/${id}`)).status, 404);
});

test("contacts are found by a text, and go on page by page", async (t) => {
  const sandbox = await startSandbox(t);
  for (let i = 0; i < 30; i++) await create(sandbox, { FirstName: i === 3 ? "Needle" : `Hay ${i}` });
  const page = await openPage(sandbox);
  await page.getByRole("link", { name: "Older" }).click();
  await expectText(page.getByRole("row"), "Needle");
  assert.equal(await page.getByRole("row").count(), 1 + 5);
  await page.getByRole("link", { name: "Newest" }).click();
  await expectText(page.getByRole("row"), "Hay 29");
  await page.getByRole("searchbox").fill("needle");
  await expectText(page.locator(".count"), "1 contact");
  assert.match(page.url(), /#\/contacts\?text=needle$/);
  await page.getByRole("searchbox").fill("nothing");
  await page.getByRole("link", { name: "Show all" }).click();
  await expectText(page.getByRole("row"), "Hay 29");
});

test("a contact is created by the keyboard alone", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { signIn: false });
  const tabTo = async (locator) => {
    for (let i = 0; i < 60; i++) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not reach ${locator}`);
  };
  await page.keyboard.type(sandbox.token); // the focus is there
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "There are no contacts yet" }).waitFor();
  await tabTo(page.getByRole("link", { name: "New contact" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Try it" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Try it");
  for (const [name, value] of Object.entries(wile)) {
    await tabTo(page.locator(`[name=${name}]`));
    await page.keyboard.type(value);
  }
  await tabTo(page.getByRole("button", { name: "Send" }));
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "Response 200" }).waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Response/);
});
