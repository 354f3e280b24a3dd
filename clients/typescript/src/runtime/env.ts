import { UsageError } from "./errors.js";

/** Variables of an environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The variables of the process, where there is one. */
export function processVariables(): Variables {
  return (globalThis as { process?: { env?: Variables } }).process?.env ?? {};
}

/** The account, the token and the base URL that the environment holds for a package. */
export function environmentOf(
  name: string,
  variables: Variables,
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
