// axios: URLSearchParams is a form, form-data is multipart/form-data that streams a file.
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";

import axios from "axios";
import FormData from "form-data";

import { changes, contact, filled } from "./contact.mjs";

const [encoding, image, other, read] = process.argv.slice(2);
const { CONTACTS_BASE_URL: base, CONTACTS_ACCOUNT: username, CONTACTS_TOKEN: password } = process.env;
const client = axios.create({ auth: { username, password }, timeout: 30_000 });

const contacts = `${base}/Advertisers/${username}/Campaigns/1000/Contacts`;
try {
  let uri;
  if (encoding === "form") {
    const body = filled(new URLSearchParams(), { ...contact, ProfileImageUrl: "https://example.com/ü?a=b&c=d" });
    uri = base + (await client.post(contacts, body)).data.Uri;
    await client.put(uri, filled(new URLSearchParams(), changes));
  } else {
    const body = filled(new FormData(), { ...contact, ProfileImageFile: "image.png" });
    body.append("image.png", createReadStream(image), "Größe.png");
    uri = base + (await client.post(contacts, body)).data.Uri;
    const update = filled(new FormData(), { ...changes, ProfileImageFile: "image.gif" });
    update.append("image.gif", createReadStream(other));
    await client.put(uri, update);
    await writeFile(read, (await client.get(uri + "/ProfileImage", { responseType: "arraybuffer" })).data);
  }
  console.log(JSON.stringify((await client.get(uri)).data));
} catch (error) {
  console.error(error.message, error.response?.data);
  process.exitCode = 1;
}
