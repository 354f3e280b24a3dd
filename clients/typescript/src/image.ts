/** An image to upload with a contact. It is opened anew for each create, and streamed. */
export interface Image {
  /** The name that the caller gave to the part of the body that holds the image. */
  readonly name?: string | undefined;
  /** Tells whether there is a file that can be read and is not empty. */
  isReadable(): boolean;
  /** The bytes. The promise is rejected if the file cannot be read. */
  open(): Promise<Blob>;
}

/**
 * An image that is at hand as a Blob, such as a File of an `<input type="file">`.
 *
 * A part of the body is called "profile-image." and the type of the content, unless a name is given: it
 * must match `^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`, and must not be the name of a parameter in any case
 * (FACTS D3). An empty name counts as none.
 */
export function imageFromBlob(blob: Blob, name?: string): Image {
  return { name: nameOf(name), isReadable: () => blob.size > 0, open: () => Promise.resolve(blob) };
}

/** An empty name counts as absent (FACTS D1). */
export function nameOf(name: string | undefined): string | undefined {
  return name === "" ? undefined : name;
}

/** What a file is, as its first bytes tell (FACTS D3). */
export interface ImageType {
  readonly extension: string;
  readonly contentType: string;
}

const types: readonly (ImageType & { readonly signature: RegExp })[] = [
  { extension: "png", contentType: "image/png", signature: /^\x89PNG\r\n\x1A\n/ },
  { extension: "jpg", contentType: "image/jpeg", signature: /^\xFF\xD8\xFF/ },
  { extension: "gif", contentType: "image/gif", signature: /^GIF8[79]a/ },
  { extension: "webp", contentType: "image/webp", signature: /^RIFF[^]{4}WEBPVP/ },
];

/** Reads the first bytes of a file. Content that is not known is left to the server to judge. */
export async function typeOf(blob: Blob): Promise<ImageType> {
  const bytes = new Uint8Array(await blob.slice(0, 14).arrayBuffer());
  const beginning = String.fromCharCode(...bytes);
  return (
    types.find(({ signature }) => signature.test(beginning)) ?? {
      extension: "bin",
      contentType: "application/octet-stream",
    }
  );
}
