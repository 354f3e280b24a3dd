import { UsageError, checkObject } from "./errors.js";
import type { ResponseInfo } from "./response.js";
import type { RulesMode } from "./rules.js";
import type { Outcome, Violation } from "./table.js";
import type { Transport } from "./transport.js";

/** One attempt to send a request. It holds no value, no header and no body. */
export interface Attempt {
  readonly operation: string;
  readonly method: string;
  /** The template of the path. */
  readonly path: string;
  /** From 1. */
  readonly attempt: number;
  /** The status of HTTP; undefined if there was none. */
  readonly status: number | undefined;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** How long the client waits before it tries again; undefined if it does not. */
  readonly waitMs: number | undefined;
}

/** What became of a call. It holds no value, no header and no body. */
export interface CallResult {
  readonly operation: string;
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly attempts: number;
  readonly durationMs: number;
}

/** What holds for a client, or for one call. */
export interface SharedOptions {
  /**
   * How long one attempt may take, to the end of the response, in milliseconds: more than 0, at most 24 hours,
   * 60,000 by default. An upload has 1,000 more for each 128 KiB.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a request is sent again: 0 to 100, 2 by default. It is sent again if it was not sent, if it was
   * refused with 429 and a wait of at most 30 s, and, if the operation allows it, when it is in doubt.
   */
  readonly retries?: number | undefined;
  /** What to do with rules that an input breaks: `enforce` by default. */
  readonly rules?: RulesMode | undefined;
  /** Is told of each attempt. What a hook throws is dropped: it changes no outcome. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
  /** Is told of each call that ended. */
  readonly onOutcome?: ((result: CallResult) => void) | undefined;
  /** Is told of the violations that `rules: "warn"` let pass. */
  readonly onViolations?: ((operation: string, violations: readonly Violation[]) => void) | undefined;
}

/** How a client works. */
export interface ClientOptions extends SharedOptions {
  /**
   * Another server than the contract's; a path in it is kept. It must be https, unless the host is a loopback
   * address, and hold no user, query or fragment.
   */
  readonly baseUrl?: string | undefined;
  /** What sends the requests. */
  readonly transport?: Transport | undefined;
}

/** What holds for one call. */
export interface CallOptions extends SharedOptions {
  /** When all attempts of the call must have ended; never by default. */
  readonly deadline?: Date | undefined;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
  /** Is given the response: its status, headers, rate limits and body. */
  readonly onResponse?: ((info: ResponseInfo) => void) | undefined;
}

/** Options of which each has a value. */
export interface Settings {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly rules: RulesMode;
}

/** The options of a call that has none. */
export const noOptions: CallOptions = {};

export const defaults: Settings = { timeoutMs: 60_000, retries: 2, rules: "enforce" };

const day = 24 * 60 * 60 * 1000;

/** Options over others; it throws a UsageError that names one that cannot be used. */
export function settingsOf(base: Settings, options: ClientOptions & CallOptions): Settings {
  checkObject("options", options);
  const { timeoutMs = base.timeoutMs, retries = base.retries, rules = base.rules, deadline, signal } = options;
  const must = (name: string, isMet: boolean, what: string) => {
    if (!isMet) throw new UsageError(name, `must be ${what}`);
  };
  must("timeoutMs", typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= day, "more than 0 and at most 24 hours, in milliseconds");
  must("retries", Number.isInteger(retries) && retries >= 0 && retries <= 100, "a whole number from 0 to 100");
  must("rules", ["enforce", "warn", "off"].includes(rules), "enforce, warn or off");
  must("deadline", deadline === undefined || (deadline instanceof Date && deadline.getTime() > -Infinity), "a Date that is valid");
  must("signal", signal === undefined || isSignal(signal), "an AbortSignal");
  for (const name of ["transport", "onAttempt", "onOutcome", "onViolations", "onResponse"] as const) {
    must(name, options[name] === undefined || typeof options[name] === "function", "a function");
  }
  return { timeoutMs, retries, rules };
}

function isSignal(signal: unknown): boolean {
  return typeof signal === "object" && signal !== null && "aborted" in signal && "addEventListener" in signal;
}

/** Calls a hook. What it throws, now or later, changes no outcome. */
export function tell<Arguments extends unknown[]>(hook: ((...args: Arguments) => unknown) | undefined, ...args: Arguments): void {
  if (hook === undefined) return;
  void new Promise((resolve) => {
    resolve(hook(...args));
  }).catch(() => undefined);
}
