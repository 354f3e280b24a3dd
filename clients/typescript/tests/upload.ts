// Uploads a file, and prints how much memory that took, in MiB. Its arguments are the server's URL and the file.
import { type Contact, ContactsClient, imageFromPath } from "@example/contacts/node";

const [, , baseUrl = "", path = ""] = process.argv;
const client = new ContactsClient("IRtest", "token", { baseUrl });
const contact = { FirstName: "Wile", LastName: "Coyote", EmailAddress: "a@b", Accounts: ["1"] } satisfies Contact;

await client.createContact(1000, contact);
const idle = process.memoryUsage.rss();
await client.createContact(1000, { ...contact, ProfileImageFile: imageFromPath(path) });
console.log((process.resourceUsage().maxRSS * 1024 - idle) / 2 ** 20);
