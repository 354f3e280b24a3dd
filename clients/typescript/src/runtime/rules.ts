import type { FileContent } from "./file.js";
import type { Field, Operation, Rule, Violation } from "./table.js";
import { type Value, type Values, wireText } from "./values.js";

/**
 * What to do with rules: `enforce` refuses an input that breaks one; `warn` reports it to `onViolations` and
 * sends; `off` checks nothing. What cannot be sent at all is refused in each.
 */
export type RulesMode = "enforce" | "warn" | "off";

/** An input that was checked, and the files that it opened on the way. */
export interface Checked {
  readonly violations: readonly Violation[];
  /** Those among the violations that no mode can let pass. */
  readonly unsendable: readonly Violation[];
  readonly files: ReadonlyMap<string, readonly FileContent[]>;
}

/** Checks all rules of an operation: one violation for each field, in the contract's order. */
export async function check(operation: Operation, values: Values, wrong: readonly Field[] = []): Promise<Checked> {
  const found: Found[] = [];
  const files = new Map<string, readonly FileContent[]>();
  // A value of another type is there, too, for the rules of other fields.
  const has = (name: string) => values.has(name) || wrong.some((field) => field.name === name);
  for (const field of operation.fields) {
    const items = values.get(field.name);
    if (wrong.includes(field)) {
      found.push({ field: field.name, kind: "type", message: field.wrongType, always: true });
      continue;
    }
    const broken =
      field.presence?.find((rule) => isPresenceBroken(rule, items, values, has)) ??
      (items === undefined ? undefined : await brokenRule(operation, field, items, files));
    if (broken !== undefined) found.push({ field: field.name, ...broken, always: isUnsendable(field, broken, items) });
  }
  for (const rule of operation.disjoint ?? []) {
    const other = new Set(values.get(rule.with?.[0] ?? "")?.map(wireText));
    const overlaps = values.get(rule.field)?.some((item) => other.has(wireText(item))) === true;
    if (overlaps && !found.some(({ field }) => field === rule.field)) found.push({ ...rule, always: false });
  }
  const inBody = operation.fields.filter((field) => field.in === "body");
  const isAbsent = ({ name }: Field) => !values.has(name) && !found.some(({ field }) => field === name);
  if (operation.notEmpty !== undefined && inBody.every(isAbsent)) found.push({ field: "", ...operation.notEmpty, always: false });

  const order = (name: string) => operation.fields.findIndex((field) => field.name === name);
  found.sort((a, b) => order(a.field) - order(b.field));
  const violationOf = ({ field, kind, message }: Found): Violation => ({ Field: field, Rule: kind, Message: message });
  return { violations: found.map(violationOf), unsendable: found.filter(({ always }) => always).map(violationOf), files };
}

interface Found extends Pick<Rule, "kind" | "message"> {
  readonly field: string;
  readonly always: boolean;
}

/** Tells whether a rule is about what no encoding can carry. */
function isUnsendable(field: Field, rule: Rule, items: readonly Value[] | undefined): boolean {
  if (rule.check !== undefined || rule.kind === "file_name" || rule.kind === "needs_file") return true;
  if (rule.kind === "list_item") return items?.some((item) => !fitsInList(item, field.delimiter, false)) === true;
  return field.in === "path" && rule.kind === "required";
}

function isPresenceBroken(rule: Rule, items: readonly Value[] | undefined, values: Values, has: (name: string) => boolean): boolean {
  const others = rule.with ?? [];
  switch (rule.kind) {
    case "required":
      return items === undefined && !others.some(has);
    case "required_with":
      return items === undefined && others.some(has);
    case "required_if":
      return items === undefined && values.get(rule.when?.field ?? "")?.map(wireText)[0] === rule.when?.value;
    case "exclusive":
      return items !== undefined && others.every(has);
    default:
      throw new Error(`the runtime does not know the rule ${rule.kind}`);
  }
}

async function brokenRule(
  operation: Operation,
  field: Field,
  items: readonly Value[],
  files: Map<string, readonly FileContent[]>,
): Promise<Rule | undefined> {
  for (const rule of field.value ?? []) {
    if (rule.kind === "needs_file") {
      const opened = await openAll(items);
      if (opened === undefined) return rule;
      files.set(field.name, opened);
    } else if (field.isList === true ? isListBroken(rule, field, items) : items.some((item) => isBroken(rule, item, field, operation))) {
      return rule;
    }
  }
  for (const item of items) {
    const broken = field.item?.find((rule) => isBroken(rule, item, field, operation));
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** The contents of files; undefined if one cannot be read, or is empty. */
async function openAll(items: readonly Value[]): Promise<FileContent[] | undefined> {
  const contents: FileContent[] = [];
  for (const item of items) {
    try {
      const content = typeof item === "object" ? await item.open() : undefined;
      if (content === undefined || !(content.size > 0)) return undefined;
      contents.push(content);
    } catch {
      return undefined;
    }
  }
  return contents;
}

function isListBroken(rule: Rule, field: Field, items: readonly Value[]): boolean {
  switch (rule.kind) {
    case "list_item":
      return !items.every((item) => fitsInList(item, field.delimiter, true));
    case "too_few":
      return items.length < (rule.length ?? 0);
    case "too_many":
      return items.length > (rule.length ?? 0);
    case "duplicate":
      return new Set(items.map(wireText)).size < items.length;
    case "too_long":
      return length(items.map(wireText).join(field.delimiter)) > (rule.length ?? 0);
    case "file_name":
      return items.some((item) => isBadFileName(item));
    default:
      throw new Error(`the runtime does not know the rule ${rule.kind} of a list`);
  }
}

/** Tells whether an item can be told from the others of its list. */
function fitsInList(item: Value, delimiter: string | undefined, trimmed: boolean): boolean {
  const text = wireText(item);
  if (text === "") return false;
  if (delimiter === undefined || delimiter === "") return true;
  return !text.includes(delimiter) && !(trimmed && /^[\t-\r ]|[\t-\r ]$/u.test(text));
}

function isBroken(rule: Rule, value: Value, field: Field, operation: Operation): boolean {
  switch (rule.kind) {
    case "too_short":
      return length(wireText(value)) < (rule.length ?? 0);
    case "too_long": {
      const text = wireText(value);
      return text.length > (rule.length ?? 0) && length(text) > (rule.length ?? 0);
    }
    case "too_small":
      return isBelow(value, rule.limit ?? "", rule.open === true);
    case "too_large":
      return isAbove(value, rule.limit ?? "", rule.open === true);
    case "one_of":
      return rule.values?.includes(wireText(value)) !== true;
    case "format":
      return !hasForm(rule, wireText(value));
    case "file_name":
      return isBadFileName(value, field.namedPart === true ? operation : undefined);
    default:
      throw new Error(`the runtime does not know the rule ${rule.kind} of a value`);
  }
}

/** In code points. */
function length(text: string): number {
  let count = 0;
  for (const character of text) count += character === "" ? 0 : 1;
  return count;
}

// A number and a bigint compare exactly.
function isBelow(value: Value, limit: string, open: boolean): boolean {
  const bound = numeric(limit);
  return open ? (value as number) <= bound : (value as number) < bound;
}

function isAbove(value: Value, limit: string, open: boolean): boolean {
  const bound = numeric(limit);
  return open ? (value as number) >= bound : (value as number) > bound;
}

function numeric(limit: string): number | bigint {
  return limit.includes(".") ? Number(limit) : BigInt(limit);
}

function hasForm(rule: Rule, text: string): boolean {
  switch (rule.check) {
    case "unicode":
      return text.isWellFormed();
    case "segment":
      return text !== "." && text !== "..";
    case "header":
      return /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/u.test(text);
    default:
      return rule.pattern?.test(text) === true;
  }
}

/** Tells whether the name that a caller gave to a file cannot be sent. */
function isBadFileName(value: Value, operation?: Operation): boolean {
  const name = typeof value === "object" ? value.name : undefined;
  if (name === undefined || name === "") return false;
  const isParameter = operation?.fields.some((field) => field.in === "body" && field.name.toLowerCase() === name.toLowerCase());
  return !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u.test(name) || isParameter === true;
}
