import { defaultPathSerializer } from "openapi-fetch";
import { type Redact, type StoredContact, judgeCreate, judgeGet } from "./answer.js";
import { type Contact, assertContact, needsFile } from "./contact.js";
import { type Encoded, encodeForm, encodeUpload } from "./encode.js";
import { type Created, InDoubtError, InvalidError, NotSentError, RefusedError, UnavailableError } from "./errors.js";
import { fetchTransport } from "./fetch-transport.js";
import type { paths } from "./generated/schema.js";
import { type Answer, type Outgoing, type Transport, Unsent, longestTimer } from "./transport.js";

/** The API's own host (FACTS F1). */
export const defaultBaseUrl = "https://api.impact.com";

/** How a {@link ContactsClient} works. */
export interface ClientOptions {
  /**
   * Another server than {@link defaultBaseUrl}; a path in it is kept. It must be https, unless the host is a
   * loopback address, and hold no user, query or fragment.
   */
  readonly baseUrl?: string | undefined;
  /**
   * How long one attempt may take, to the end of the answer, in milliseconds: 60,000 by default. An upload has
   * 1,000 more for each 128 KiB.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a create is sent again if it was not sent, or if it was refused with 429 and a wait of at most
   * 30 s: 2 by default; 0 is never. What is in doubt is never sent again.
   */
  readonly maxRetries?: number | undefined;
  /** What sends the requests: {@link fetchTransport} by default. */
  readonly transport?: Transport | undefined;
}

/** What holds for one call. */
export interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
  /** When the call must end. No wait for a retry is begun that would end later. */
  readonly deadline?: Date | undefined;
}

/** The number of a campaign, a 64-bit integer (FACTS F1). Above 2^53 it must be text or a bigint: a `number` loses digits. */
export type CampaignId = number | bigint | string;

/** Creates contacts for one account, and reads them. One client serves any number of calls at once. */
export class ContactsClient {
  readonly #accountSid: string;
  readonly #baseUrl: string;
  readonly #headers: Outgoing["headers"];
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #maxRetries: number;
  readonly #redact: Redact;

  /**
   * Makes a client of an account. The AccountSID and the AuthToken are those of the account's settings
   * (FACTS F1). It throws a TypeError that names the argument if one cannot be used.
   */
  constructor(accountSid: string, authToken: string, options: ClientOptions = {}) {
    const { baseUrl = defaultBaseUrl, timeoutMs = 60_000, maxRetries = 2, transport = fetchTransport() } = options;
    check(
      isCredential(accountSid) && isSegment(accountSid) && !accountSid.includes(":"),
      "the AccountSID must not be empty or dots, and must hold no colon or control character",
    );
    check(isCredential(authToken), "the AuthToken must not be empty, and must hold no control character");
    check(timeoutMs > 0, `timeoutMs must be more than 0, not ${timeoutMs.toString()}`);
    check(
      Number.isInteger(maxRetries) && maxRetries >= 0,
      `maxRetries must be a whole number, 0 or more, not ${maxRetries.toString()}`,
    );

    const credentials = base64(`${accountSid}:${authToken}`);
    this.#accountSid = accountSid;
    this.#transport = transport;
    this.#timeoutMs = timeoutMs;
    this.#maxRetries = maxRetries;
    this.#redact = (text) => {
      const parts = text.split(credentials).map((part) => part.replaceAll(authToken, "[redacted]"));
      return parts.join("[redacted]");
    };
    // Without Accept the API answers in XML (FACTS F3).
    this.#headers = [
      ["Accept", "application/json"],
      ["Authorization", `Basic ${credentials}`],
    ];
    this.#baseUrl = checkBaseUrl(baseUrl);
  }

  /**
   * Checks a contact, and creates it if it breaks no rule.
   *
   * @param campaignId - the campaign that the contact belongs to
   * @throws {@link InvalidError}, {@link NotSentError}, {@link RefusedError}, {@link QueuedError} or
   * {@link InDoubtError}: what is known of the contact
   */
  async createContact(campaignId: CampaignId, contact: Contact, call: CallOptions = {}): Promise<Created> {
    const path = { AccountSID: this.#accountSid, CampaignId: checkCampaignId(campaignId) };
    assertContact(contact);
    const encoded = await encode(contact);
    const url = this.#url("/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts", path);

    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#create(url, encoded, call);
      } catch (error) {
        const wait = attempt < this.#maxRetries ? waitAfter(error, attempt) : undefined;
        if (wait === undefined || wait > left(call) || !(await slept(wait, call.signal))) throw error;
      }
    }
  }

  /**
   * Reads the contact at a Uri, as a create returned it:
   * /Advertisers/\{AccountSID\}/Campaigns/\{CampaignId\}/Contacts/\{ContactId\} (FACTS F7).
   *
   * @throws {@link RefusedError} (404 if there is no such contact), {@link NotSentError} or
   * {@link UnavailableError}; a TypeError if the Uri is not one
   */
  async getContact(uri: string, call: CallOptions = {}): Promise<StoredContact> {
    const path = parseUri(uri);
    const url = this.#url("/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}", path);
    const request = { method: "GET", url, headers: this.#headers, body: undefined, timeoutMs: this.#timeoutMs };
    return judgeGet(await this.#exchange(request, call, UnavailableError), uri, this.#redact);
  }

  /** Makes one attempt. */
  async #create(url: string, { contentType, content, size }: Encoded, call: CallOptions): Promise<Created> {
    const headers: Outgoing["headers"] = [...this.#headers, ["Content-Type", contentType]];
    const timeoutMs = this.#timeoutMs + Math.floor(size / (128 * 1024)) * 1000;
    const request = { method: "POST", url, headers, body: content, timeoutMs };
    return judgeCreate(await this.#exchange(request, call, InDoubtError), this.#redact);
  }

  /** The URL of a path of the contract. encodeURIComponent, which openapi-fetch uses, leaves some reserved characters. */
  #url<Path extends keyof paths>(path: Path, parameters: paths[Path]["parameters"]["path"]): string {
    const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    return this.#baseUrl + defaultPathSerializer(path, parameters).replace(/[!'()*]/gu, escape);
  }

  /** Sends one request and reads what comes back. */
  async #exchange(
    request: Omit<Outgoing, "signal">,
    call: CallOptions,
    Unanswered: typeof InDoubtError | typeof UnavailableError,
  ): Promise<Answer> {
    const { method, url, headers, body } = request;
    const { signal } = call;
    const timeoutMs = Math.min(request.timeoutMs, left(call), longestTimer);
    if (signal?.aborted === true) throw new NotSentError(signal.reason);
    if (timeoutMs <= 0) throw new NotSentError(new Error("the deadline has passed"));
    try {
      return await this.#transport({ method, url, headers, body, timeoutMs, signal });
    } catch (error) {
      if (error instanceof Unsent) throw new NotSentError(this.#clean(error.cause));
      throw new Unanswered({ status: undefined, serverMessage: "", errors: [] }, { cause: this.#clean(error) });
    }
  }

  /** Keeps the credentials out of an error that quotes what a server sent. */
  #clean(error: unknown): unknown {
    const text = String(error);
    return this.#redact(text) === text ? error : new Error(this.#redact(text));
  }
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new TypeError(message);
}

/** Tells whether text can be a segment of a path; dots lead to another path. */
function isSegment(text: string): boolean {
  return text !== "" && text !== "." && text !== "..";
}

function isCredential(text: string): boolean {
  return /^[^\0-\x1F\x7F]+$/u.test(text) && text.isWellFormed();
}

function checkBaseUrl(text: string): string {
  // Parsers do not agree on what else a URL may be.
  const form =
    /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:\/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?$/i;
  const loopback = /^(?:localhost|\[::1\]|127(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3})$/i;
  const [, scheme, host] = form.exec(text) ?? [];
  // The text is not quoted: it may hold a password.
  check(
    host !== undefined && URL.canParse(text),
    "the base URL must have the form https://host or https://host/path, without user, query and fragment",
  );
  check(
    scheme?.toLowerCase() === "https" || loopback.test(host),
    `the base URL ${text} must begin with https:// (FACTS F1); http:// is for loopback addresses only`,
  );
  return new URL(text).href.replace(/\/+$/u, "");
}

/** The generated type of an int64 is number; here it is only written to a path. */
function checkCampaignId(campaignId: CampaignId): number {
  const fits =
    typeof campaignId === "number"
      ? Number.isSafeInteger(campaignId)
      : /^-?\d+$/u.test(String(campaignId)) && isInt64(BigInt(campaignId));
  check(fits, "the campaign's number must be a 64-bit integer; above 2^53 it must be text or a bigint");
  return campaignId as unknown as number;
}

function isInt64(n: bigint): boolean {
  return BigInt.asIntN(64, n) === n;
}

function parseUri(uri: string): { AccountSID: string; CampaignId: number; ContactId: string } {
  const form = /^\/Advertisers\/([^/]+)\/Campaigns\/([^/]+)\/Contacts\/([A-Za-z0-9_-]+)$/u;
  const [, account, campaign, ContactId] = form.exec(uri) ?? [];
  const AccountSID = decode(account);
  check(
    AccountSID !== undefined && isSegment(AccountSID) && campaign !== undefined && ContactId !== undefined,
    "the Uri must have the form /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}",
  );
  return { AccountSID, CampaignId: checkCampaignId(campaign), ContactId };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined; // it holds a % that escapes nothing
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

async function encode(contact: Contact): Promise<Encoded> {
  if (contact.ProfileImageFile === undefined) return encodeForm(contact);
  try {
    return await encodeUpload(contact, contact.ProfileImageFile);
  } catch (cause) {
    throw new InvalidError([needsFile], { cause });
  }
}

/** How long to wait before a create is tried again, in milliseconds; undefined if it must not be. */
function waitAfter(error: unknown, attempt: number): number | undefined {
  if (error instanceof NotSentError) return 250 * 2 ** attempt * (0.5 + Math.random());
  const asked = error instanceof RefusedError ? error.retryAfterMs : undefined;
  // A little later than asked, so that many callers do not come back at once.
  return asked === undefined || asked > 30_000 ? undefined : asked * (1 + 0.1 * Math.random());
}

/** How many milliseconds a call has left. */
function left({ deadline }: CallOptions): number {
  return deadline === undefined ? Infinity : deadline.getTime() - Date.now();
}

/** Waits; the result is false if the call was given up. */
function slept(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(false);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(true);
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
