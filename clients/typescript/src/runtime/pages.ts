import type { Core } from "./core.js";
import type { CallOptions } from "./options.js";
import type { Json } from "./json.js";
import type { Operation } from "./table.js";
import type { Naming } from "./values.js";

/** Goes through the items of all pages of an operation, by the number of the page; as {@link Client.call} for each. */
export async function* callPages(
  client: Core,
  operation: Operation,
  path: unknown,
  input: object = {},
  options: CallOptions = {},
  naming: Naming = "key",
): AsyncGenerator<unknown, void, undefined> {
  const { pages, shape, fields } = operation;
  const keyOf = (name: string | undefined) => shape?.find((member) => member.name === name)?.key ?? "";
  const [itemsKey, totalKey] = [keyOf(pages?.items), keyOf(pages?.totalPages)];
  const pageName = fields.find((field) => field.name === pages?.page)?.[naming] ?? "";
  let page = (input as Json)[pageName] ?? 1;
  for (;;) {
    const result = (await client.call(operation, path, { ...input, [pageName]: page }, options, naming)) as Json;
    const items = (result[itemsKey] ?? []) as unknown[];
    yield* items;
    const total = result[totalKey] as string | number | bigint | undefined;
    const isLast = total !== undefined && /^\d{1,15}$/u.test(String(total)) ? Number(page) >= Number(total) : items.length === 0;
    if (isLast) return;
    page = Number(page) + 1;
  }
}
