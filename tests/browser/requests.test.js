import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { create, expectText, openPage, png, startSandbox, wile } from "./harness.js";

test("requests appear as they come, and are filtered", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox, { hash: "#/requests" });
  await page.getByRole("heading", { name: "No requests yet" }).waitFor();
  execFileSync("curl", [
    "-sS",
    "-u",
    `${sandbox.account}:${sandbox.token}`,
    sandbox.contacts,
    ...Object.entries(wile).flatMap(([name, value]) => ["-d", `${name}=${value}`]),
  ]);
  await expectText(page.getByRole("row"), "createContact");
  await create(sandbox, { EmailAddress: "nobody" });
  await expectText(page.getByRole("row"), "EmailAddress format");

  await page.getByLabel("Status").selectOption("4xx");
  await expectText(page.locator(".count"), "1 of 2");
  assert.equal(await page.getByRole("row").count(), 1 + 1);
  await create(sandbox, { EmailAddress: "nobody else" });
  await create(sandbox);
  await expectText(page.locator(".count"), "2 of 4");
  await page.getByLabel("Text").fill("nobody else");
  await expectText(page.locator(".count"), "1 of 4");

  // The address has the filter, for a colleague.
  const colleague = await openPage(sandbox, { hash: new URL(page.url()).hash });
  await expectText(colleague.locator(".count"), "1 of 4");
  assert.equal(await colleague.getByLabel("Status").inputValue(), "4xx");
});

test("the focus stays where it is when requests come", async (t) => {
  const sandbox = await startSandbox(t);
  await create(sandbox, { FirstName: "First" });
  const page = await openPage(sandbox, { hash: "#/requests" });
  const link = page.locator("tr", { hasText: "FirstName=First" }).getByRole("link");
  await link.focus();
  await create(sandbox, { FirstName: "Second" });
  await expectText(page.getByRole("row"), "Second");
  assert.ok(await link.evaluate((element) => element === document.activeElement));
});

test("while it is paused no request appears", async (t) => {
  const sandbox = await startSandbox(t);
  await create(sandbox, { FirstName: "First" });
  const page = await openPage(sandbox, { hash: "#/requests" });
  await page.getByRole("button", { name: "Pause" }).click();
  await create(sandbox, { FirstName: "Second" });
  await page.getByRole("button", { name: "Paused (1 new)" }).waitFor();
  assert.equal(await page.getByRole("row").count(), 1 + 1);
  await page.getByRole("button", { name: "Paused" }).click();
  await expectText(page.getByRole("row"), "Second");
});

test("a request shows all that is known of it", async (t) => {
  const sandbox = await startSandbox(t);
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...wile, ProfileImageFile: "image.png", WorkPhoneNumber: "805" }))
    body.append(name, value);
  body.append("image.png", new Blob([png], { type: "image/png" }), "image.png");
  assert.equal((await sandbox.fetch(sandbox.contacts, { method: "POST", body })).status, 400);

  const page = await openPage(sandbox, { hash: "#/requests/1" });
  await page.getByRole("heading", { name: "Request 1" }).waitFor();
  const row = (name) => page.getByRole("table", { name }).getByRole("row");
  await expectText(
    row("Broken rules"),
    "WorkPhoneNumberCountryrequired_withWorkPhoneNumberCountry is required when WorkPhoneNumber is given.",
  );
  await expectText(row("Parameters"), "FirstNameWilebody");
  await expectText(row("Parts"), `image.pngProfileImageFileimage/png${png.length} bytes`);
  const response = await page.getByRole("region", { name: "response", exact: true }).textContent();
  for (const text of ["400\n", "\nContent-Type: application/json\n", '\n\n{"Status":"ERROR"'])
    assert.ok(response.includes(text), response);
  const picture = page.getByRole("img", { name: "The image in the part image.png" });
  await picture.waitFor();
  assert.equal(await picture.evaluate((element) => element.decode().then(() => element.naturalWidth)), 2);

  await page.getByRole("button", { name: "Pin" }).click();
  await page.getByRole("button", { name: "Pinned", pressed: true }).waitFor();
  assert.equal((await (await sandbox.fetch("/_sandbox/requests/1")).json()).pinned, true);
  await page.getByRole("button", { name: "Pinned" }).click();
  await page.getByRole("button", { name: "Pin", pressed: false }).waitFor();

  await page.getByRole("button", { name: "Copy link" }).click();
  await expectText(page.getByRole("status"), "Copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${sandbox.url}/#/requests/1`);
});

test("a request is copied as curl, which sends it again", async (t) => {
  const sandbox = await startSandbox(t);
  await create(sandbox, { FirstName: 'O\'Brien "quoted" $HOME' });
  const page = await openPage(sandbox, { hash: "#/requests/1" });
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await expectText(page.getByRole("status"), "Copied.");
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(!command.includes(sandbox.token));
  const environment = {
    ...process.env,
    CONTACTS_BASE_URL: sandbox.url,
    CONTACTS_ACCOUNT: sandbox.account,
    CONTACTS_TOKEN: sandbox.token,
  };
  assert.match(
    execFileSync("sh", ["-c", command], { env: environment, stdio: ["ignore", "pipe", "ignore"] }).toString(),
    /"Status":"OK"/,
  );
  const [first, second] = await Promise.all(
    ["1", "2"].map(async (id) => (await (await sandbox.fetch(`/_sandbox/requests/${id}`)).json()).parameters),
  );
  assert.deepEqual(second, first);
});

test("a request is sent again by Try it", async (t) => {
  const sandbox = await startSandbox(t);
  await create(sandbox, { Labels: "one,two", FirstName: "Again" });
  const page = await openPage(sandbox, { hash: "#/requests/1" });
  await page.getByRole("link", { name: "Send again" }).click();
  await page.getByRole("heading", { name: "Try it" }).waitFor();
  assert.equal(await page.locator("[name=Labels]").inputValue(), "one\ntwo");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("link", { name: "Request 2 as the sandbox saw it" }).click();
  await expectText(page.getByRole("table", { name: "Parameters" }).getByRole("row"), "FirstNameAgainbody");
});

test("a request that there is not says so", async (t) => {
  const sandbox = await startSandbox(t);
  const page = await openPage(sandbox);
  page.allowedErrors = /Failed to load resource/;
  await page.evaluate(() => {
    location.hash = "#/requests/99";
  });
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  await expectText(page.locator("main p"), "There is no such request");
});
