import { UsageError } from "./errors.js";
import type { ResponseInfo } from "./response.js";
import type { RulesMode } from "./rules.js";
import type { Outcome, Violation } from "./table.js";
import { type Transport, maxTimerMs } from "./transport.js";

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
   * How long one attempt may take, to the end of the response, in milliseconds: 60,000 by default. An upload has
   * 1,000 more for each 128 KiB.
   */
  readonly timeoutMs?: number | undefined;
  /** How long all attempts of a call may take, in milliseconds; without end by default. */
  readonly totalTimeoutMs?: number | undefined;
  /**
   * How often a request is sent again: 2 by default; 0 is never. It is sent again if it was not sent, if it was
   * refused with 429 and a wait of at most 30 s, and, if the operation allows it, when it is in doubt.
   */
  readonly retries?: number | undefined;
  /** What to do with rules that an input breaks: `enforce` by default. */
  readonly rules?: RulesMode | undefined;
  /** Is told of each attempt. */
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
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
  /** Is given the response: its status, headers, rate limits and body. */
  readonly onResponse?: ((info: ResponseInfo) => void) | undefined;
}

/** Options of which each has a value. */
export interface Settings {
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly retries: number;
  readonly rules: RulesMode;
}

export const defaults: Settings = { timeoutMs: 60_000, totalTimeoutMs: Infinity, retries: 2, rules: "enforce" };

/** Options over others; it throws a UsageError that names one that cannot be used. */
export function settingsOf(base: Settings, options: SharedOptions): Settings {
  if (typeof options !== "object" || (options as unknown) === null) throw new UsageError("options", "must be an object");
  const { timeoutMs = base.timeoutMs, totalTimeoutMs = base.totalTimeoutMs, retries = base.retries, rules = base.rules } = options;
  const isTime = (value: unknown) => typeof value === "number" && value > 0;
  if (!isTime(timeoutMs) || timeoutMs > maxTimerMs) {
    throw new UsageError("timeoutMs", `must be a number of milliseconds, more than 0 and at most ${maxTimerMs.toString()}`);
  }
  if (!isTime(totalTimeoutMs)) throw new UsageError("totalTimeoutMs", "must be a number of milliseconds, more than 0");
  if (!Number.isSafeInteger(retries) || retries < 0) throw new UsageError("retries", "must be a whole number, 0 or more");
  if (!["enforce", "warn", "off"].includes(rules)) throw new UsageError("rules", "must be enforce, warn or off");
  for (const name of ["onAttempt", "onOutcome", "onViolations", "onResponse"] as const) {
    const hook = (options as CallOptions)[name] as unknown;
    if (hook !== undefined && typeof hook !== "function") throw new UsageError(name, "must be a function");
  }
  return { timeoutMs, totalTimeoutMs, retries, rules };
}
