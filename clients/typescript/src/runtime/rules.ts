import type { Files, Multipart } from "./multipart.js";
import type { Context, Field, Operation, Rule, Violation } from "./table.js";
import type { Value } from "./kinds.js";
import { type Given, type Values, readGiven } from "./values.js";

/**
 * What to do with rules: `enforce` refuses an input that breaks one; `warn` reports it to `onViolations` and
 * sends; `off` checks nothing. What cannot be sent at all is refused in each.
 */
export type RulesMode = "enforce" | "warn" | "off";

/** An input that was checked, and the files that were opened on the way. */
export interface Checked {
  readonly violations: readonly Violation[];
  /** Those among the violations that no mode can let pass. */
  readonly unsendable: readonly Violation[];
  /** How the body is sent, if not urlencoded. */
  readonly multipart: Multipart | undefined;
  readonly files: Files;
}

const noFiles: Files = new Map();

/** Opens the files of an input, and checks all rules of an operation. */
export async function check(operation: Operation, given: Given): Promise<Checked> {
  const multipart = multipartOf(operation, given.values);
  const files = multipart === undefined ? noFiles : await multipart.open(given.values);
  const { violations, unsendable } = checkRules(operation, given, files);
  return { violations, unsendable, multipart, files };
}

/** Checks all rules: one violation for each field, in the contract's order. */
function checkRules(operation: Operation, { values, wrong, unknown, withPath }: Given, files: Files): Pick<Checked, "violations" | "unsendable"> {
  const { fields, whole } = operation;
  const violations: Violation[] = [];
  const unsendable: Violation[] = [];
  const context: Context = {
    operation,
    values,
    files,
    // A value of another type is there, too, for the rules of other fields.
    has: (name) => values.get(name) !== undefined || wrong.some((field) => field.name === name),
    isFound: (name) => violations.some((violation) => violation.Field === name),
  };
  let i = 0;
  for (const field of fields) {
    const items = values.items[i++] ?? absent;
    if (field.in === "path" && !withPath) continue;
    if (wrong.length > 0 && wrong.includes(field)) {
      const violation = violationOf(field.name, { kind: "type", message: field.wrongType });
      violations.push(violation);
      unsendable.push(violation);
      continue;
    }
    const rule = brokenRule(field, items, context);
    if (rule === undefined) continue;
    const violation = violationOf(field.name, rule);
    violations.push(violation);
    if (rule.always === true || rule.always?.(items, rule, field, context) === true) unsendable.push(violation);
  }
  if (whole !== undefined) {
    for (const { field: name, rule } of whole) {
      const isBroken = rule.breaks(values.get(name) ?? absent, rule, undefined, context);
      if (isBroken && !context.isFound(name)) violations.push(violationOf(name, rule));
    }
    const order = ({ Field: name }: Violation) => fields.findIndex((field) => field.name === name);
    violations.sort((a, b) => order(a) - order(b));
  }
  violations.push(...unknown);
  unsendable.push(...unknown);
  return { violations, unsendable };
}

const absent: readonly Value[] = [];

function violationOf(name: string, { kind, message }: Pick<Rule, "kind" | "message">): Violation {
  return { Field: name, Rule: kind, Message: message.replaceAll("{field}", () => name) };
}

/** The first rule of a field that is broken. */
function brokenRule(field: Field, items: readonly Value[], context: Context): Rule | undefined {
  const broken = firstBroken(field.presence, items, field, context);
  if (broken !== undefined || items.length === 0) return broken;
  let rule = firstBroken(field.value, items, field, context);
  for (let i = 0; i < items.length && rule === undefined && field.item.length > 0; i++) {
    rule = firstBroken(field.item, items.slice(i, i + 1), field, context);
  }
  return rule;
}

function firstBroken(rules: readonly Rule[], items: readonly Value[], field: Field, context: Context): Rule | undefined {
  for (const rule of rules) if (rule.breaks(items, rule, field, context)) return rule;
  return undefined;
}

/** How a body is sent that has a file; a file brings it along. */
function multipartOf({ fields, body }: Operation, { items }: Values): Multipart | undefined {
  for (let i = 0; i < fields.length; i++) {
    const file = fields[i]?.kind === "file" ? items[i]?.[0] : undefined;
    if (typeof file === "object" && "multipart" in file) return file.multipart;
  }
  return body?.multipart;
}

/** Checks an input without sending it. Its files are looked at; the rules of the path are left out. */
export async function validate<Input>(operation: Operation<Input>, input: NoInfer<Input>): Promise<readonly Violation[]> {
  return (await check(operation, readGiven(operation, undefined, input, "key"))).violations;
}

/** Checks data from outside, under the API's names, without sending it. It may be anything. */
export async function validateDraft(operation: Operation, draft: unknown): Promise<readonly Violation[]> {
  return (await check(operation, readGiven(operation, undefined, draft, "name"))).violations;
}
