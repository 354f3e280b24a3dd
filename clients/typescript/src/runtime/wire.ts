import type { Json } from "./json.js";
import type { Operation, Type } from "./table.js";

/** A result under the names of the wire. */
export function toWire({ shape }: Operation, result: unknown): unknown {
  return shape === undefined ? undefined : renamed({ object: () => shape }, result);
}

/** An item of pages under the names of the wire. */
export function itemToWire({ shape, pages }: Operation, item: unknown): unknown {
  const list = shape?.find((member) => member.name === pages?.items)?.type;
  return typeof list === "object" && "list" in list ? renamed(list.list, item) : item;
}

function renamed(type: Type, value: unknown): unknown {
  if (typeof type === "function" || value === undefined) return value;
  if ("list" in type) return (value as unknown[]).map((item) => renamed(type.list, item));
  const members = type.object().flatMap((member) => {
    const own = (value as Json)[member.key];
    return own === undefined ? [] : [[member.name, renamed(member.type, own)] as const];
  });
  return Object.fromEntries(members);
}
