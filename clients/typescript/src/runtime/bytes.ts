import type { Incoming } from "./transport.js";

/** Content that comes from the server. It must be read to its end, or cancelled. */
export interface ByteStream {
  readonly contentType: string;
  /** In bytes; undefined if the server does not say it. */
  readonly length: number | undefined;
  /** It fails with an {@link InDoubtError} if the content does not come whole. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Reads all of it. */
  bytes(): Promise<Uint8Array>;
}

/** The content of a response, as it comes; `failed` makes the error for content that does not come whole. */
export function byteStreamOf({ headers, body }: Incoming, failed: (error: unknown) => Error): ByteStream {
  const chunks = each(body);
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await chunks.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          controller.error(failed(error));
        }
      },
      async cancel() {
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
  const length = headers.get("Content-Length");
  return {
    contentType: headers.get("Content-Type") ?? "",
    length: length === null ? undefined : Number(length),
    stream,
    bytes: async () => new Uint8Array(await new Response(stream).arrayBuffer()),
  };
}

async function* each(body: Incoming["body"]): AsyncGenerator<Uint8Array, void, void> {
  yield* body;
}
