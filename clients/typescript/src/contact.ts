import { InvalidError } from "./errors.js";
import {
  type ContactUploadField,
  type ContactUploadPresence,
  type Violation,
  fieldsOfContactUpload,
  violationsOfContactForm,
  violationsOfContactUpload,
  wrapperRules,
} from "./generated/rules.js";
import type { components } from "./generated/schema.js";
import type { Image } from "./image.js";

/** The parameters that hold a list; the API takes it as text, joined with commas. */
type List = "Accounts" | "Labels";

type Parameters<Text extends Partial<Record<ContactUploadField, string>>> = {
  readonly [Name in ContactUploadField]?:
    | (Name extends List ? readonly string[] : Name extends "ProfileImageFile" ? Image : Text[Name])
    | undefined;
};

/**
 * What {@link ContactsClient.createContact} sends: the parameters of the API's page, under its names. One that is
 * empty counts as absent (FACTS D1).
 *
 * Text has at most 255 Unicode code points (FACTS F6); a list has as many in all, with the commas that
 * join it. `FirstName`, `LastName`, `EmailAddress` and `Accounts` are required.
 *
 * - `EmailAddress`: something, one @, something; no white space and no comma (FACTS D8)
 * - `Accounts`: the ids of the partner accounts that the contact belongs to. `Accounts` and `Labels` hold
 *   items without a comma, and without white space at either end (FACTS D4)
 * - `ProfileImageUrl`: where the contact's image is on the web; or `ProfileImageFile`: an image to upload,
 *   made by {@link imageFromBlob} or, in Node, `imageFromPath`. Not both (the page)
 * - `WorkPhoneNumberCountry`, `CellphoneNumberCountry`: a {@link CountryCode}, such as "US" (FACTS D5);
 *   required with its number (the page), and taken without one (FACTS D6)
 *
 * What goes together and which countries there are is checked by the compiler; {@link validate} checks
 * all of it again, and the rest, at run time.
 */
export type Contact = Parameters<components["schemas"]["ContactUpload"]> & ContactUploadPresence;

/** A {@link Contact} that has not been checked: whatever a person typed or a file held. */
export type ContactDraft = Parameters<Record<ContactUploadField, string>>;

/**
 * Checks a contact without sending it. It returns all violations, in the contract's order of parameters,
 * at most one for each; none if the contact may be sent.
 *
 * With an image file it asks the file system, and waits for it, whether the file can be read.
 */
export function validate(draft: ContactDraft): Violation[] {
  const image = draft.ProfileImageFile;
  const violations = (image === undefined ? violationsOfContactForm : violationsOfContactUpload)(draft, textOf);
  const own = [...listViolations("Accounts", draft.Accounts), ...listViolations("Labels", draft.Labels)];
  if (image !== undefined) own.push(...imageViolations(image));
  return own.length === 0 ? violations : merge(violations, own);
}

/** Makes a draft a {@link Contact}: throws an {@link InvalidError} with all violations, if there are any. */
export function assertContact(draft: ContactDraft): asserts draft is Contact {
  const violations = validate(draft);
  if (violations.length > 0) throw new InvalidError(violations);
}

/**
 * A parameter as the text that the API takes: the items of a list, joined with commas; for an image the
 * name of its part, which is a preliminary one as long as it has none.
 */
export function textOf(parameter: string | readonly string[] | Image | undefined): string {
  const value = parameter ?? "";
  if (typeof value === "string") return value;
  return "open" in value ? (value.name ?? "profile-image") : value.join();
}

/** The violation that says that an image cannot be read. */
export const needsFile = ownViolation("ProfileImageFile", "needs_file");

function ownViolation(field: ContactUploadField, rule: keyof typeof wrapperRules): Violation {
  return { Field: field, Rule: rule, Message: `${field} ${wrapperRules[rule]}` };
}

/** An item that cannot be part of a comma-separated list (FACTS D4): empty, with a comma, or not trimmed. */
const badItem = /^$|,|^[\t-\r ]|[\t-\r ]$/u;

function listViolations(field: List, items: readonly string[] = []): Violation[] {
  return items.some((item) => badItem.test(item)) ? [ownViolation(field, "list_item")] : [];
}

const partName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u;
const parameterNames = new Set(fieldsOfContactUpload.map((name) => name.toLowerCase()));

function imageViolations(image: Image): Violation[] {
  const { name } = image;
  if (name !== undefined && (!partName.test(name) || parameterNames.has(name.toLowerCase()))) {
    return [ownViolation("ProfileImageFile", "file_name")];
  }
  return image.isReadable() ? [] : [needsFile];
}

/** Both, in the contract's order of parameters, one for each: the contract's first. */
function merge(contract: readonly Violation[], own: readonly Violation[]): Violation[] {
  return fieldsOfContactUpload.flatMap(
    (name) => [...contract, ...own].find((violation) => violation.Field === name) ?? [],
  );
}
