// Prints one JSON object a line, one for each measure. The server is at CONTACTS_BENCH_URL, and takes any
// credentials; the file to upload is CONTACTS_BENCH_FILE.
import { Client, type CreateContactInput, fileFromPath, operations, validate } from "@example/contacts/node";
import assert from "node:assert/strict";
import http from "node:http";
import { all, create as createProgram, sizeOf } from "../tests/size.js";

const { CONTACTS_BENCH_URL: baseUrl, CONTACTS_BENCH_FILE: file } = process.env;
assert(baseUrl !== undefined && file !== undefined, "set CONTACTS_BENCH_URL and CONTACTS_BENCH_FILE");

const client = new Client("IRsandbox", "secret", { baseUrl, retries: 0 });
const input: CreateContactInput = {
  firstName: "Wile",
  lastName: "Coyote",
  emailAddress: "wile.coyote@example.com",
  accounts: ["10000"],
  title: "Acme Partner Manager",
  workPhoneNumber: "8051234567",
  workPhoneNumberCountry: "US",
  cellphoneNumber: "8059876543",
  cellphoneNumberCountry: "US",
  labels: ["Main Contact", "Acme Partner"],
};
const create = () => client.createContact(1000, input);

/** The bytes that it sends, by node:http alone; the response is JSON, and read as such. */
function bare(url: string): () => Promise<unknown> {
  const options = {
    method: "POST",
    agent: new http.Agent({ keepAlive: true }),
    auth: "IRsandbox:secret",
    headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded", "User-Agent": "contacts-typescript/0.1.0" },
  };
  const body =
    "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000&Title=Acme+Partner+Manager" +
    "&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US&CellphoneNumber=8059876543&CellphoneNumberCountry=US" +
    "&Labels=Main+Contact%2CAcme+Partner";
  return () =>
    new Promise((resolve, reject) => {
      const request = http.request(`${url}/Advertisers/IRsandbox/Campaigns/1000/Contacts`, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve(JSON.parse(text));
        });
      });
      request.on("error", reject);
      request.end(body);
    });
}

/** Microseconds for each of many calls, of 32 callers. */
async function round(call: () => Promise<unknown>, calls: number): Promise<number> {
  const begin = performance.now();
  let begun = 0;
  const caller = async () => {
    while (begun++ < calls) await call();
  };
  await Promise.all(Array.from({ length: 32 }, caller));
  return ((performance.now() - begin) * 1000) / calls;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

async function benchUpload(path: string): Promise<object> {
  await create();
  const idle = process.memoryUsage.rss();
  await client.createContact(1000, { ...input, profileImageFile: fileFromPath(path) });
  return { what: "upload", peak_mib_above_idle: (process.resourceUsage().maxRSS * 1024 - idle) / 2 ** 20 };
}

async function benchRules(): Promise<object> {
  const calls = 50_000;
  const rounds: number[] = [];
  for (let i = 0; i < 9; i++) {
    const begin = performance.now();
    for (let j = 0; j < calls; j++) assert((await validate(operations.createContact, input)).length === 0);
    rounds.push(((performance.now() - begin) * 1e6) / calls);
  }
  return { what: "rules", ns: median(rounds) };
}

/** The two in turn, so that what else the machine does slows both. */
async function benchCreate(url: string): Promise<object> {
  const library = bare(url);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (const call of [library, create]) await round(call, 3000);
  for (let i = 0; i < 15; i++) {
    theirs.push(await round(library, 1500));
    ours.push(await round(create, 1500));
  }
  return { what: "create", us: median(ours), bare_us: median(theirs), ratio: median(theirs) / median(ours) };
}

// The upload is first: what the others leave on the heap is not its own.
console.log(JSON.stringify(await benchUpload(file)));
console.log(JSON.stringify(await benchRules()));
console.log(JSON.stringify(await benchCreate(baseUrl)));
console.log(JSON.stringify({ what: "size create", kb: (await sizeOf(createProgram)) / 1000 }));
console.log(JSON.stringify({ what: "size all", kb: (await sizeOf(all)) / 1000 }));
