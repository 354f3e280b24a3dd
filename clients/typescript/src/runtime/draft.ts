import { UsageError } from "./errors.js";
import type { Field, Operation, Violation } from "./table.js";
import { isOfKind } from "./values.js";

/** Data from outside, under the API's names: it may be anything. */
export type Draft = unknown;

/** A draft as an input, and what is wrong with its types and names. */
export interface ReadDraft {
  readonly input: Readonly<Record<string, unknown>>;
  /** Fields whose values have another type. */
  readonly wrong: readonly Field[];
  readonly unknown: readonly Violation[];
}

/** Reads a draft by the table of fields. It throws a UsageError if it is no object. */
export function readDraft(operation: Operation, draft: Draft): ReadDraft {
  if (typeof draft !== "object" || draft === null || Array.isArray(draft)) throw new UsageError("input", "must be an object");
  const fields = operation.fields.filter((field) => field.in !== "path");
  const input: Record<string, unknown> = {};
  const wrong: Field[] = [];
  const unknown: Violation[] = [];
  for (const [name, value] of Object.entries(draft)) {
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      unknown.push({ Field: name, Rule: "unknown", Message: `${name} is not a parameter of ${operation.id}.` });
    } else if (value === undefined || value === null) {
      continue;
    } else if (field.isList === true ? Array.isArray(value) && value.every((item) => isOfKind(field, item)) : isOfKind(field, value)) {
      input[field.key] = value;
    } else {
      wrong.push(field);
    }
  }
  unknown.sort((a, b) => compareCodePoints(a.Field, b.Field));
  return { input, wrong, unknown };
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
