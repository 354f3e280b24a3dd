// fetch of Node: URLSearchParams is a form, FormData is multipart/form-data.
import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";

import { changes, contact, filled } from "./contact.mjs";

const [encoding, image, other, read] = process.argv.slice(2);
const { CONTACTS_BASE_URL: base, CONTACTS_ACCOUNT: account, CONTACTS_TOKEN: token } = process.env;
const Authorization = "Basic " + Buffer.from(`${account}:${token}`).toString("base64");

async function send(method, url, body) {
  const response = await fetch(url, { method, headers: { Authorization }, body });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

const contacts = `${base}/Advertisers/${account}/Campaigns/1000/Contacts`;
let uri;
if (encoding === "form") {
  const body = filled(new URLSearchParams(), { ...contact, ProfileImageUrl: "https://example.com/ü?a=b&c=d" });
  uri = base + (await (await send("POST", contacts, body)).json()).Uri;
  await send("PUT", uri, filled(new URLSearchParams(), changes));
} else {
  const body = filled(new FormData(), { ...contact, ProfileImageFile: "image.png" });
  body.append("image.png", await openAsBlob(image, { type: "image/png" }), "Größe.png");
  uri = base + (await (await send("POST", contacts, body)).json()).Uri;
  const update = filled(new FormData(), { ...changes, ProfileImageFile: "image.gif" });
  update.append("image.gif", await openAsBlob(other, { type: "image/gif" }), "image.gif");
  await send("PUT", uri, update);
  await writeFile(read, Buffer.from(await (await send("GET", uri + "/ProfileImage")).arrayBuffer()));
}
console.log(await (await send("GET", uri)).text());
