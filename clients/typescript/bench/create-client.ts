// The same create by the client that openapi-fetch makes: what it would cost to send through it.
import { nodeTransport } from "@example/contacts/node";
import createClient from "openapi-fetch";
import type { paths } from "../src/generated/schema.js";

type Create = (body: string) => Promise<unknown>;

const path = "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts";
const params = { path: { AccountSID: "IRbench", CampaignId: 1000 } };
const headers = { Accept: "application/json", Authorization: `Basic ${btoa("IRbench:token")}` };
const contentType = { "Content-Type": "application/x-www-form-urlencoded" };
const form = { FirstName: "", LastName: "", EmailAddress: "", Accounts: "" }; // the bytes are made before

/** As it is, with fetch. */
export function byFetch(baseUrl: string): Create {
  const client = createClient<paths>({ baseUrl, headers });
  return (body) => client.POST(path, { params, body: form, bodySerializer: () => body, headers: contentType });
}

/** What is read of a Request. To make a real one takes longer than to send it. */
class Prepared {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;

  constructor(
    readonly url: string,
    init: { method: string; headers: Headers; body: string },
  ) {
    this.method = init.method;
    this.headers = init.headers;
    this.body = init.body;
  }
}

/** With our transport in place of fetch, and nothing made that it does not need. */
export function byTransport(baseUrl: string): Create {
  const transport = nodeTransport();
  const client = createClient<paths>({ baseUrl, headers, Request: Prepared as unknown as typeof Request });
  const nothing = new Response();
  return async (body) => {
    let answer: Uint8Array | undefined;
    const fetch = async (request: Request) => {
      const { method, url, headers, body } = request as unknown as Prepared;
      const sent = await transport({ method, url, headers: [...headers], body, timeoutMs: 60_000, signal: undefined });
      answer = sent.body;
      return nothing;
    };
    await client.POST(path, { params, body: form, bodySerializer: () => body, headers: contentType, parseAs: "stream", fetch });
    return JSON.parse(new TextDecoder().decode(answer)) as unknown;
  };
}
