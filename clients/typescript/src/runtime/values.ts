import { checkObject } from "./errors.js";
import type { Json } from "./json.js";
import type { Value } from "./kinds.js";
import type { Field, Operation, Violation } from "./table.js";

/** The values that are there. A field that is no list has one. */
export class Values {
  /** @param items - in the order of the fields; undefined for one that is absent */
  constructor(
    readonly fields: readonly Field[],
    readonly items: readonly (readonly Value[] | undefined)[],
  ) {}

  /** The values of a field by its wire name. */
  get(name: string): readonly Value[] | undefined {
    return this.items[this.fields.findIndex((field) => field.name === name)];
  }
}

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
  checkObject("operation", operation);
  if (path !== undefined) checkObject("path", path);
  checkObject("input", input);
  const { fields } = operation;
  const items: (readonly Value[] | undefined)[] = [];
  const wrong: Field[] = [];
  let known = 0;
  for (const field of fields) {
    const source = (field.in === "path" ? path : input) as Json | undefined;
    // No key is the name of a member that all objects have; a name of the API may be.
    const isOwn = source !== undefined && (naming === "key" || Object.hasOwn(source, field.name));
    const given = isOwn ? source[field[naming]] : undefined;
    if (given !== undefined && source === input) known++;
    const read = given === undefined || given === null ? none : itemsOf(field, given);
    if (read === undefined) wrong.push(field);
    items.push(read === undefined || read.length === 0 ? undefined : read);
  }
  const unknown = Object.keys(input as Json).length === known ? [] : unknownNames(operation, input as Json, naming);
  return { values: new Values(fields, items), wrong, unknown, withPath: path !== undefined };
}

const none: readonly Value[] = [];

/** The items of a list, or one value: none if it is empty, undefined if it has another type. */
function itemsOf({ read, isList }: Field, given: unknown): readonly Value[] | undefined {
  if (isList !== true) {
    const value = read(given);
    return value === undefined ? undefined : value === "" ? none : [value];
  }
  if (!Array.isArray(given)) return undefined;
  const items: Value[] = [];
  for (const item of given as unknown[]) {
    const value = read(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

function unknownNames({ id, fields }: Operation, input: Json, naming: Naming): Violation[] {
  const isUnknown = (name: string) => input[name] !== undefined && !fields.some((field) => field.in !== "path" && field[naming] === name);
  const codePoints = (text: string) => Array.from(text, (point) => String(point.codePointAt(0)).padStart(7, "0")).join("");
  return Object.keys(input)
    .filter(isUnknown)
    .sort((a, b) => (codePoints(a) < codePoints(b) ? -1 : 1))
    .map((name) => ({ Field: name, Rule: "unknown", Message: `${name} is not a parameter of ${id}.` }));
}
