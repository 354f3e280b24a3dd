import type { Files, Multipart } from "./multipart.js";
import type { Context, Field, Operation, Rule, Violation } from "./table.js";
import { type Given, type Value, type Values, readGiven } from "./values.js";

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

/** Checks all rules of an operation: one violation for each field, in the contract's order. */
export async function check(operation: Operation, { values, wrong, unknown, withPath }: Given): Promise<Checked> {
  const { fields, whole = [] } = operation;
  const multipart = multipartOf(operation, values);
  const files = multipart === undefined ? noFiles : await multipart.open(fields, values);
  const found = new Map<string, Violation>();
  const unsendable = new Set<string>();
  const context: Context = {
    operation,
    values,
    files,
    // A value of another type is there, too, for the rules of other fields.
    has: (name) => values.has(name) || wrong.some((field) => field.name === name),
    isFound: (name) => found.has(name),
  };
  const add = (name: string, { kind, message }: Pick<Rule, "kind" | "message">, isUnsendable: boolean) => {
    found.set(name, { Field: name, Rule: kind, Message: message });
    if (isUnsendable) unsendable.add(name);
  };
  for (const field of fields) {
    if (field.in === "path" && !withPath) continue;
    const items = values.get(field.name) ?? [];
    if (wrong.includes(field)) {
      add(field.name, { kind: "type", message: field.wrongType }, true);
      continue;
    }
    const rule = brokenRule(field, items, context);
    if (rule !== undefined) add(field.name, rule, rule.always === true || rule.always?.(items, rule, field, context) === true);
  }
  for (const { field: name, rule } of whole) {
    const field = fields.find((candidate) => candidate.name === name);
    if (!found.has(name) && rule.breaks(values.get(name) ?? [], rule, field ?? (rule as never), context)) add(name, rule, false);
  }
  const order = (name: string) => fields.findIndex((field) => field.name === name);
  const violations = [...found.values()];
  if (whole.length > 0) violations.sort((a, b) => order(a.Field) - order(b.Field));
  return {
    violations: [...violations, ...unknown],
    unsendable: [...violations.filter(({ Field: name }) => unsendable.has(name)), ...unknown],
    multipart,
    files,
  };
}

/** The first rule of a field that is broken. */
function brokenRule(field: Field, items: readonly Value[], context: Context): Rule | undefined {
  const isBroken = (rule: Rule) => rule.breaks(items, rule, field, context);
  const broken = field.presence?.find(isBroken);
  if (broken !== undefined || items.length === 0) return broken;
  return field.value?.find(isBroken) ?? items.map((item) => field.item?.find((rule) => rule.breaks([item], rule, field, context))).find(Boolean);
}

function multipartOf({ fields, body }: Operation, values: Values): Multipart | undefined {
  const file = fields.find(({ kind, name }) => kind === "file" && values.has(name));
  const [first] = (file === undefined ? undefined : values.get(file.name)) ?? [];
  return typeof first === "object" ? first.multipart : body?.multipart;
}

/** Checks an input without sending it. Its files are looked at; the rules of the path are left out. */
export async function validate<Input>(operation: Operation<Input>, input: NoInfer<Input>): Promise<readonly Violation[]> {
  return (await check(operation, readGiven(operation, undefined, input, "key"))).violations;
}

/** Checks data from outside, under the API's names, without sending it. It may be anything. */
export async function validateDraft(operation: Operation, draft: unknown): Promise<readonly Violation[]> {
  return (await check(operation, readGiven(operation, undefined, draft, "name"))).violations;
}
