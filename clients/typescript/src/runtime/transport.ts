import type { Body } from "./encode.js";

/** What a {@link Transport} sends. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  /** The headers to send, besides those that HTTP itself asks for. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Body | undefined;
  /** How long the exchange may take, to the end of the response, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives the exchange up. */
  readonly signal: AbortSignal | undefined;
}

/** What a server sent back. */
export interface Incoming {
  /** The status of HTTP. */
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The chunks of the whole body, or the body as it comes. It fails if it is cut, or the time is up. */
  readonly body: readonly Uint8Array[] | AsyncIterable<Uint8Array>;
}

/**
 * Sends one request, once, and follows no redirect. The promise is rejected if no status and headers came
 * back: with an {@link Unsent} if, and only if, it is proven that no byte of the request was written.
 */
export interface Transport {
  (request: Outgoing): Promise<Incoming>;
  /** Ends the connections that it keeps. */
  close?(): void;
}

/** Proof that no byte of a request was written; `cause` says why. */
export class Unsent extends Error {
  override readonly name = "Unsent";
  constructor(cause: unknown) {
    super("no byte of the request was written", { cause });
  }
}

/** How many bytes of headers a response may have. */
export const maxHeaderBytes = 64 * 1024;

/** The longest time, in milliseconds, that a timer can be set to. */
export const maxTimerMs = 2 ** 31 - 1;
