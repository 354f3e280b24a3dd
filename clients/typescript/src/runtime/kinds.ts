// What reads a value of an input. The tables refer to these.
import type { FileSource } from "./file.js";
import type { Kind } from "./table.js";

/** One value of a field, or one item of a list. */
export type Value = string | number | bigint | boolean | Decimal | FileSource;

/** A value as it is sent; a file is none. */
export function textOf(value: Value): string {
  return typeof value === "string" ? value : (value as { toString(): string }).toString();
}

export const text: Kind = (given) => (typeof given === "string" ? given : undefined);

export const boolean: Kind = (given) => (typeof given === "boolean" ? given : undefined);

export const integer: Kind = (given) => {
  if (typeof given === "bigint") return BigInt.asIntN(64, given) === given ? given : undefined;
  return Number.isSafeInteger(given) ? (given as number) : undefined;
};

export const number: Kind = (given) => (Number.isFinite(given) ? new Decimal(given as number) : undefined);

export const file: Kind = (given) => {
  const { open, multipart } = (given ?? {}) as { open?: unknown; multipart?: Partial<FileSource["multipart"]> | null };
  return typeof open === "function" && typeof multipart?.encode === "function" ? (given as FileSource) : undefined;
};

/** A double that is written without an exponent. It compares as a number does. */
class Decimal {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  valueOf(): number {
    return this.#value;
  }

  /** The shortest decimal number that is read back as the same double. */
  toString(): string {
    const [, sign = "", first = "", rest = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/u.exec(String(this.#value)) ?? [];
    if (exponent === undefined) return String(this.#value);
    const digits = first + rest;
    const point = 1 + Number(exponent);
    if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
    return sign + digits.padEnd(point, "0");
  }
}
