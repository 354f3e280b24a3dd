import { type Contact, type ContactDraft, InvalidError, assertContact, imageFromBlob, validate } from "@example/contacts";
import { imageFromPath } from "@example/contacts/node";
import assert from "node:assert/strict";
import { test } from "node:test";

const valid = {
  FirstName: "Wile",
  LastName: "Coyote",
  EmailAddress: "wile.coyote@example.com",
  Accounts: ["10000"],
} satisfies Contact;

const rules = (draft: ContactDraft) => validate({ ...valid, ...draft }).map(({ Field, Rule }) => `${Field} ${Rule}`);

test("text that is not well-formed Unicode breaks the rule format", () => {
  assert.deepEqual(rules({ Title: "\uD83D" }), ["Title format"]);
  assert.deepEqual(rules({ Labels: ["a", "\uDE00"] }), ["Labels format"]);
  assert.deepEqual(rules({ Title: "\uD83D\uDE00" }), []);
});

test("lengths are counted in code points", () => {
  assert.deepEqual(rules({ Title: "\u{1F600}".repeat(255) }), []);
  assert.deepEqual(rules({ Title: "\u{1F600}".repeat(256) }), ["Title too_long"]);
});

test("what JavaScript passes in place of nothing is absent", () => {
  assert.deepEqual(rules({ Title: null, WorkPhoneNumber: null, Labels: undefined } as unknown as ContactDraft), []);
});

test("an image counts as there even if its file is not", () => {
  const image = imageFromPath("/nonexistent.png");
  assert.deepEqual(rules({ ProfileImageUrl: "https://example.com/x.png", ProfileImageFile: image }), [
    "ProfileImageUrl exclusive",
    "ProfileImageFile needs_file",
  ]);
  assert.deepEqual(rules({ ProfileImageFile: imageFromBlob(new Blob([])) }), ["ProfileImageFile needs_file"]);
  assert.deepEqual(rules({ ProfileImageFile: imageFromPath("/dev/null") }), ["ProfileImageFile needs_file"]);
  assert.deepEqual(rules({ ProfileImageFile: imageFromPath("a\0b") }), ["ProfileImageFile needs_file"]);
});

test("a draft that is asserted is a contact", () => {
  const draft: ContactDraft = { ...valid, WorkPhoneNumber: "1", WorkPhoneNumberCountry: "US" };
  assertContact(draft);
  draft satisfies Contact;
  assert.throws(() => {
    assertContact({ ...draft, WorkPhoneNumberCountry: "XX" });
  }, InvalidError);
});

test("the compiler refuses what it can", () => {
  const image = imageFromBlob(new Blob(["x"]));
  const contacts: unknown[] = [
    { ...valid, WorkPhoneNumber: "1", WorkPhoneNumberCountry: "US" } satisfies Contact,
    { ...valid, WorkPhoneNumberCountry: "US" } satisfies Contact,
    { ...valid, ProfileImageFile: image } satisfies Contact,
    // @ts-expect-error: there is no such country
    { ...valid, WorkPhoneNumber: "1", WorkPhoneNumberCountry: "UK" } satisfies Contact,
    // @ts-expect-error: a number needs its country
    { ...valid, CellphoneNumber: "1" } satisfies Contact,
    // @ts-expect-error: two sources of an image
    { ...valid, ProfileImageUrl: "https://example.com/x.png", ProfileImageFile: image } satisfies Contact,
    // @ts-expect-error: a parameter that is required
    { FirstName: "Wile", LastName: "Coyote", EmailAddress: "a@b" } satisfies Contact,
    // @ts-expect-error: a list is not text
    { ...valid, Labels: "a,b" } satisfies Contact,
    // @ts-expect-error: no such parameter
    { ...valid, Nickname: "x" } satisfies Contact,
  ];
  assert.equal(contacts.length, 9);
});
