import type { Body } from "./encode.js";

/** What a {@link Transport} sends. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  /** The headers to send, besides those that HTTP itself asks for. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Body | undefined;
  /** Ends the exchange: the caller gave it up, or its time is up. It holds to the end of the response. */
  readonly signal: AbortSignal;
}

/** What a server sent back. */
export interface Incoming {
  /** The status of HTTP. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as it comes. It fails if it is cut, or the time is up. */
  readonly body: AsyncIterable<Uint8Array> | null;
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
