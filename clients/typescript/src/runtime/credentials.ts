import { UsageError } from "./errors.js";

/** The account and the token of a client, kept out of what is printed. */
export class Credentials {
  readonly #token: string;
  readonly #basic: string;

  constructor(
    readonly account: string,
    token: string,
  ) {
    if (!isCredential(account) || account === "." || account === ".." || account.includes(":")) {
      throw new UsageError("account", "must be text that is not empty or dots, and holds no colon or control character");
    }
    if (!isCredential(token)) throw new UsageError("token", "must be text that is not empty, and holds no control character");
    this.#token = token;
    this.#basic = btoa(String.fromCharCode(...new TextEncoder().encode(`${account}:${token}`)));
  }

  get authorization(): string {
    return `Basic ${this.#basic}`;
  }

  /**
   * Takes the credentials out of text. A token of fewer than 8 characters cannot be told from words; it is
   * found in the encoded credentials only.
   */
  readonly redact = (text: string): string => {
    const parts = text.split(this.#basic);
    if (Array.from(this.#token).length < 8) return parts.join("[redacted]");
    return parts.map((part) => part.replaceAll(this.#token, "[redacted]")).join("[redacted]");
  };

  /** An error with the words of what was thrown, which may hold what a server sent. */
  clean(thrown: unknown): Error {
    const { text, code } = wordsOf(thrown);
    const clean = new Error(this.redact(text));
    return code === undefined ? clean : Object.assign(clean, { code: this.redact(code) });
  }
}

/** Anything can be thrown, and reading it can throw again. */
function wordsOf(thrown: unknown): { text: string; code: string | undefined } {
  try {
    const { message, code, cause } = thrown instanceof Error ? (thrown as Error & { code?: unknown }) : { message: String(thrown) };
    const reason = cause instanceof Error ? `: ${wordsOf(cause).text}` : "";
    const name = typeof code === "string" ? code : undefined;
    return { text: (message || (name ?? "the connection failed")) + reason, code: name };
  } catch {
    return { text: "the connection failed", code: undefined };
  }
}

function isCredential(text: unknown): boolean {
  return typeof text === "string" && /^[^\0-\x1F\x7F]+$/u.test(text) && text.isWellFormed();
}

/** A base URL without a slash at its end. */
export function checkBaseUrl(text: unknown): string {
  // Parsers do not agree on what else a URL may be.
  const form =
    /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?((?:\/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*)$/i;
  const [url, scheme = "", host = "", path = ""] = (typeof text === "string" ? form.exec(text) : null) ?? [];
  // The text is not quoted: it may hold a password.
  if (url === undefined || !URL.canParse(url)) {
    throw new UsageError("baseUrl", "must have the form https://host or https://host/path, without user, query and fragment");
  }
  if (scheme.length === 4 && !isLoopback(host)) {
    throw new UsageError("baseUrl", "must begin with https://; http:// is for loopback addresses only");
  }
  return new URL(url).origin + path.replace(/\/+$/u, "");
}

/** Tells whether the host of a URL is this machine, so that the way to it is no network. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.(?:0|[1-9][0-9]{0,2})){3})$/i.test(host);
}
