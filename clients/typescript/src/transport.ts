/** What a {@link Transport} sends. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  /** The headers to send, besides those that HTTP itself asks for. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Blob | undefined;
  /** How long the exchange may take, to the end of the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a server answered. */
export interface Answer {
  /** The status of HTTP. */
  readonly status: number;
  /** The value of a header; undefined if there is none. */
  header(name: string): string | undefined;
  /** The whole body; undefined if it was cut, or is longer than {@link longestAnswer}. */
  readonly body: Uint8Array | undefined;
}

/**
 * Sends one request, once, and follows no redirect. The promise is rejected if no status and header came
 * back: with an {@link Unsent} if, and only if, it is proven that no byte of the request was written.
 */
export type Transport = (request: Outgoing) => Promise<Answer>;

/** Proof that no byte of a request was written; `cause` says why. */
export class Unsent extends Error {
  override readonly name = "Unsent";
  constructor(cause: unknown) {
    super("no byte of the request was written", { cause });
  }
}

/** The longest body that is read, in bytes: 1 MiB. */
export const longestAnswer = 1 << 20;

/** The longest time, in milliseconds, that a timer can be set to. */
export const longestTimer = 2 ** 31 - 1;

/** Collects a body from its chunks, up to {@link longestAnswer}. */
export class Body {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  /** Adds a chunk; returns false if the body is now too long. */
  add(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size <= longestAnswer;
  }

  /** The chunks as one; undefined if they are too long. */
  bytes(): Uint8Array | undefined {
    if (this.#size > longestAnswer) return undefined;
    const [first] = this.#chunks;
    if (first?.length === this.#size) return first;
    const bytes = new Uint8Array(this.#size);
    let end = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, end);
      end += chunk.length;
    }
    return bytes;
  }
}
