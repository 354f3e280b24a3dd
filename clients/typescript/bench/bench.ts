// Prints one JSON object a line, one for each measure. The server is at CONTACTS_BENCH_URL, and takes any
// credentials; the file to upload is CONTACTS_BENCH_FILE.
import { type Contact, ContactsClient, imageFromPath, validate } from "@example/contacts/node";
import assert from "node:assert/strict";
import http from "node:http";
import { byFetch, byTransport } from "./create-client.js";

const { CONTACTS_BENCH_URL: baseUrl, CONTACTS_BENCH_FILE: file } = process.env;
assert(baseUrl !== undefined && file !== undefined, "set CONTACTS_BENCH_URL and CONTACTS_BENCH_FILE");

const client = new ContactsClient("IRbench", "token", { baseUrl, maxRetries: 0 });
const contact = {
  FirstName: "Wile",
  LastName: "Coyote",
  EmailAddress: "wile.coyote@example.com",
  Accounts: ["10000"],
  Title: "Acme Partner Manager",
  WorkPhoneNumber: "8051234567",
  WorkPhoneNumberCountry: "US",
  CellphoneNumber: "8059876543",
  CellphoneNumberCountry: "US",
  Labels: ["Main Contact", "Acme Partner"],
} satisfies Contact;
const create = () => client.createContact(1000, contact);

/** The bytes that it sends. */
const body =
  "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000&Title=Acme+Partner+Manager" +
  "&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US&CellphoneNumber=8059876543&CellphoneNumberCountry=US" +
  "&Labels=Main+Contact%2CAcme+Partner";

/** The same bytes, by node:http alone, and the answer as text. */
function prepare(): () => Promise<string> {
  const url = `${String(baseUrl)}/Advertisers/IRbench/Campaigns/1000/Contacts`;
  const options = {
    method: "POST",
    agent: new http.Agent({ keepAlive: true }),
    auth: "IRbench:token",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/x-www-form-urlencoded",
      "User-Agent": "contacts-typescript",
    },
  };
  return () =>
    new Promise((resolve, reject) => {
      const request = http.request(url, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve(text);
        });
      });
      request.on("error", reject);
      request.end(body);
    });
}

/** Microseconds for each of many calls, 32 at a time. */
async function round(call: () => Promise<unknown>, calls: number): Promise<number> {
  const begin = process.hrtime.bigint();
  let begun = 0;
  const worker = async () => {
    while (begun++ < calls) await call();
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return Number(process.hrtime.bigint() - begin) / 1000 / calls;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

async function benchUpload(path: string): Promise<object> {
  await create();
  const idle = process.memoryUsage.rss();
  await client.createContact(1000, { ...contact, ProfileImageFile: imageFromPath(path) });
  const peak = process.resourceUsage().maxRSS * 1024;
  return { what: "upload", peak_mib_above_idle: (peak - idle) / 2 ** 20 };
}

function benchRules(): object {
  const calls = 200_000;
  const rounds = Array.from({ length: 9 }, () => {
    const begin = process.hrtime.bigint();
    let violations = 0;
    for (let i = 0; i < calls; i++) violations += validate(contact).length;
    assert.equal(violations, 0);
    return Number(process.hrtime.bigint() - begin) / calls;
  });
  return { what: "rules", ns: median(rounds) };
}

async function benchCreates(url: string): Promise<object[]> {
  const viaFetch = byFetch(url);
  const viaTransport = byTransport(url);
  const calls: [what: string, call: () => Promise<unknown>][] = [
    ["bare", prepare()],
    ["create", create],
    ["create by openapi-fetch", () => viaFetch(body)],
    ["create by openapi-fetch over our transport", () => viaTransport(body)],
  ];
  for (const [, call] of calls) await round(call, 3000);
  const took: number[][] = calls.map(() => []);
  for (let i = 0; i < 15; i++) for (const [n, [, call]] of calls.entries()) took[n]?.push(await round(call, 1500));
  const [bare = NaN, ...others] = took.map(median);
  return others.map((us, n) => ({ what: calls[n + 1]?.[0], us, bare_us: bare, ratio: bare / us }));
}

// The upload is first: what the others leave on the heap is not its own.
console.log(JSON.stringify(await benchUpload(file)));
console.log(JSON.stringify(benchRules()));
for (const result of await benchCreates(baseUrl)) console.log(JSON.stringify(result));
