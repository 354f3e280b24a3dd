import type { FileSource } from "./file.js";
import type { Field } from "./table.js";

/** One value of a field, or one item of a list. */
export type Value = string | number | bigint | boolean | FileSource;

/** The values that are there, by the wire names of their fields. A field that is no list has one. */
export type Values = ReadonlyMap<string, readonly Value[]>;

/** The text of a value, as it is on the wire. */
export function wireText(value: Value): string {
  return typeof value === "number" ? decimal(value) : String(value);
}

/** The shortest decimal number that is read back as the same double, without an exponent. */
export function decimal(value: number): string {
  const [, sign = "", first = "", rest = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/u.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** The values of an input, by the keys of its fields; those of another type are named in `wrong`. */
export function valuesOf(fields: readonly Field[], input: Readonly<Record<string, unknown>>): { values: Values; wrong: Field[] } {
  const values = new Map<string, readonly Value[]>();
  const wrong: Field[] = [];
  for (const field of fields) {
    const given = input[field.key];
    if (given === undefined || given === null) continue;
    const items: readonly unknown[] | undefined = field.isList === true ? (Array.isArray(given) ? given : undefined) : [given];
    if (items?.every((item) => isOfKind(field, item)) !== true) wrong.push(field);
    else if (items.length > 0 && (field.isList === true || items[0] !== "")) values.set(field.name, items as Value[]);
  }
  return { values, wrong };
}

/** Tells whether a value has the type of a field. */
export function isOfKind({ kind }: Field, value: unknown): boolean {
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
      return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function";
  }
}
