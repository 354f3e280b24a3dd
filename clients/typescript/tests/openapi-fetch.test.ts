// Why the client takes openapi-fetch's URLs and not its createClient. When one of these fails, think again.
import createClient from "openapi-fetch";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { paths } from "../src/generated/schema.js";
import { created, serve } from "./server.js";

const contacts = "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts";
const path = { AccountSID: "IRtest", CampaignId: 1000 };
const form = { FirstName: "Wile", LastName: "Coyote", EmailAddress: "a@b", Accounts: "1" };

test("createClient reads a refusal of any size", async (t) => {
  const { url } = await serve(t, (_, response) => response.writeHead(400).end("x".repeat(2 << 20)));
  const { error } = await createClient<paths>({ baseUrl: url }).POST(contacts, { params: { path }, body: form });
  assert.equal((error as unknown as string).length, 2 << 20);
});

test("createClient sends what the contract forbids", async (t) => {
  let bodies = 0;
  const { url } = await serve(t, (_, response) => {
    bodies++;
    response.end(created);
  });
  const body = { ...form, EmailAddress: "not an email", WorkPhoneNumber: "1" };
  await createClient<paths>({ baseUrl: url }).POST(contacts, { params: { path }, body });
  assert.equal(bodies, 1);
});

test("createClient leaves reserved characters in a path", async (t) => {
  let seen: string | undefined;
  const { url } = await serve(t, (request, response) => {
    seen = request.url;
    response.end(created);
  });
  await createClient<paths>({ baseUrl: url }).POST(contacts, { params: { path: { ...path, AccountSID: "IR!'()*" } }, body: form });
  assert.equal(seen, "/Advertisers/IR!'()*/Campaigns/1000/Contacts");
});
