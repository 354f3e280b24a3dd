import { UsageError } from "./errors.js";
import type { FileSource } from "./file.js";
import type { Field, Operation, Violation } from "./table.js";

/** One value of a field, or one item of a list. */
export type Value = string | number | bigint | boolean | FileSource;

/** The values that are there, by the wire names of their fields. A field that is no list has one. */
export type Values = ReadonlyMap<string, readonly Value[]>;

/** The names under which values are given: the keys of the input's type, or the API's names. */
export type Naming = "key" | "name";

/** What a caller gives to an operation, read by the table of its fields. */
export interface Given {
  readonly values: Values;
  /** Fields whose values have another type. */
  readonly wrong: readonly Field[];
  /** Names that no field has. */
  readonly unknown: readonly Violation[];
  /** Without it, the fields of the path are left out. */
  readonly withPath: boolean;
}

/** Reads the values of the path, if there are some, and of an input. */
export function readGiven(operation: Operation, path: unknown, input: unknown, naming: Naming): Given {
  const withPath = path !== undefined;
  if (withPath && !isRecord(path)) throw new UsageError("path", "must be an object");
  if (!isRecord(input)) throw new UsageError("input", "must be an object");
  const values = new Map<string, readonly Value[]>();
  const wrong: Field[] = [];
  let known = 0;
  for (const field of operation.fields) {
    const source: Readonly<Record<string, unknown>> | undefined = field.in === "path" ? path : input;
    const name = field[naming];
    if (source === undefined || !Object.hasOwn(source, name)) continue;
    if (source === input) known++;
    const given = source[name];
    if (given === undefined || given === null) continue;
    const items: unknown = field.isList === true ? given : [given];
    if (!Array.isArray(items) || !items.every((item) => isOfKind(field, item))) wrong.push(field);
    else if (items.length > 0 && (field.isList === true || items[0] !== "")) values.set(field.name, items as Value[]);
  }
  const names = Object.keys(input);
  return { values, wrong, unknown: names.length === known ? [] : unknownNames(operation, input, naming), withPath };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownNames({ id, fields }: Operation, input: Readonly<Record<string, unknown>>, naming: Naming): Violation[] {
  const isKnown = (name: string) => fields.some((field) => field.in !== "path" && field[naming] === name);
  const codePoints = (text: string) => Array.from(text, (point) => (point.codePointAt(0) ?? 0).toString(16).padStart(6, "0")).join("");
  return Object.keys(input)
    .filter((name) => input[name] !== undefined && !isKnown(name))
    .sort((a, b) => (codePoints(a) < codePoints(b) ? -1 : 1))
    .map((name) => ({ Field: name, Rule: "unknown", Message: `${name} is not a parameter of ${id}.` }));
}

/** Tells whether a value has the type of a field. */
function isOfKind({ kind }: Field, value: unknown): boolean {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "integer":
      return typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
    case "file":
      return typeof value === "object" && value !== null && "open" in value && "multipart" in value;
  }
}

/** The text of a value, as it is on the wire. */
export function wireText(value: Value): string {
  return typeof value === "number" ? decimal(value) : String(value);
}

/** The shortest decimal number that is read back as the same double, without an exponent. */
function decimal(value: number): string {
  const [, sign = "", first = "", rest = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/u.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}
