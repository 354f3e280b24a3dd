import { UsageError } from "./errors.js";

/** The account, the token and the base URL that the environment holds for a package. */
export function environmentOf(
  name: string,
  variables: Readonly<Record<string, string | undefined>>,
): { account: string; token: string; baseUrl: string | undefined } {
  const prefix = name.toUpperCase();
  const get = (suffix: string) => {
    const value = variables[`${prefix}_${suffix}`];
    return value === "" ? undefined : value;
  };
  const needed = (suffix: string) => {
    const value = get(suffix);
    if (value === undefined) throw new UsageError(`${prefix}_${suffix}`, "is not set in the environment");
    return value;
  };
  return { account: needed("ACCOUNT"), token: needed("TOKEN"), baseUrl: get("BASE_URL") };
}
