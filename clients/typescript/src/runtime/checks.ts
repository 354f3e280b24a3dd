// What breaks a rule. The tables refer to these, so that a program holds no more than the rules of its operations.
import type { Breaks, Field } from "./table.js";
import { type Value, textOf } from "./kinds.js";

/** `required` */
export const isMissing: Breaks = (items, rule, _, { has }) => items.length === 0 && rule.with?.some(has) !== true;

/** `required_with` */
export const isMissingBeside: Breaks = (items, rule, _, { has }) => items.length === 0 && rule.with?.some(has) === true;

/** `required_if` */
export const isMissingIf: Breaks = (items, rule, _, { values }) =>
  items.length === 0 && values.get(rule.when?.field ?? "")?.map(textOf)[0] === rule.when?.value;

/** `exclusive`, of parameters */
export const isExcluded: Breaks = (items, rule, _, { has }) => items.length > 0 && rule.with?.every(has) === true;

/** `exclusive`, of the items of two lists */
export const overlaps: Breaks = (items, rule, _, { values }) => {
  const others = new Set(values.get(rule.with?.[0] ?? "")?.map(textOf));
  return items.some((item) => others.has(textOf(item)));
};

/** `required`, of any parameter of the body */
export const isEmptyBody: Breaks = (_, __, ___, { operation, has, isFound }) =>
  operation.fields.every(({ name, in: place }) => place !== "body" || !(has(name) || isFound(name)));

/** `too_short` */
export const isTooShort: Breaks = (items, rule, field) => length(joined(items, field)) < (rule.length ?? 0);

/** `too_long` */
export const isTooLong: Breaks = (items, rule, field) => {
  const text = joined(items, field);
  return text.length > (rule.length ?? 0) && length(text) > (rule.length ?? 0);
};

function joined(items: readonly Value[], field: Field | undefined): string {
  return items.length === 1 ? textOf(items[0] ?? "") : items.map(textOf).join(field?.delimiter);
}

/** In code points. */
function length(text: string): number {
  return Array.from(text).length;
}

// A number and a bigint compare exactly.

/** `too_small` */
export const isTooSmall: Breaks = (items, { limit = 0, open }) =>
  items.some((item) => (item as number) < limit || (open === true && (item as number) == limit));

/** `too_large` */
export const isTooLarge: Breaks = (items, { limit = 0, open }) =>
  items.some((item) => (item as number) > limit || (open === true && (item as number) == limit));

/** `too_few` */
export const isTooFew: Breaks = (items, rule) => items.length < (rule.length ?? 0);

/** `too_many` */
export const isTooMany: Breaks = (items, rule) => items.length > (rule.length ?? 0);

/** `duplicate` */
export const hasDuplicates: Breaks = (items) => new Set(items.map(textOf)).size < items.length;

/** `format` and `one_of` */
export const hasOtherForm: Breaks = (items, { pattern }) => {
  for (const item of items) if (pattern?.test(textOf(item)) !== true) return true;
  return false;
};

/** `format`, of all text */
export const isNoUnicode: Breaks = (items) => items.some(isIllFormed);

function isIllFormed(item: Value): boolean {
  return typeof item === "string" && !item.isWellFormed();
}

/** `format`, of the path */
export const isNoSegment: Breaks = (items) => items.some((item) => item === "." || item === "..");

/** `format`, of a header */
export const isNoHeader: Breaks = (items) => items.some((item) => !/^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/u.test(textOf(item)));

/** `list_item`: an item cannot be told from the others, or white space around it gets lost. */
export const isNoListItem: Breaks = (items, rule, field, context) =>
  isAmbiguous(items, rule, field, context) || (isJoined(field) && items.some(isPadded));

function isPadded(item: Value): boolean {
  return /^[\t-\r ]|[\t-\r ]$/.test(textOf(item));
}

/** An item cannot be told from the others. */
export const isAmbiguous: Breaks = (items, _, field) =>
  items.some((item) => item === "" || (isJoined(field) && textOf(item).includes(field?.delimiter ?? "")));

function isJoined(field: Field | undefined): boolean {
  return field?.delimiter !== undefined && field.delimiter !== "";
}

/** `needs_file` */
export const isNoFile: Breaks = (_, __, field, { files }) => !files.has(field?.name ?? "");

/** `file_name` */
export const isNoFileName: Breaks = (items, _, field, { operation }) => {
  const isParameter = (text: string) =>
    field?.namedPart === true && operation.fields.some(({ name, in: place }) => place === "body" && name.toLowerCase() === text.toLowerCase());
  return items.map(nameOf).some((name) => name !== "" && (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u.test(name) || isParameter(name)));
};

function nameOf(item: Value): string {
  return (typeof item === "object" && "name" in item ? item.name : undefined) ?? "";
}
