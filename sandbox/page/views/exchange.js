// A request that is sent, and its response, as they are.

import { fill, h } from "../dom.js";
import { send } from "../encode.js";
import { code } from "../parts.js";
import { statusTag, took } from "./cells.js";

const title = (...children) => h("h2", { tabindex: "-1" }, ...children);

// exchange sends a request, and returns what there is to see.
export async function exchange(request, stream, signal) {
  const recorded = nextRecord(stream, request, signal);
  const sent = [h("h2", "Request"), code("request", request.text)];
  const began = performance.now();
  try {
    const response = await send(request, signal);
    const [text, picture] = await readBody(response, signal);
    const seconds = (performance.now() - began) / 1000;
    const head = title("Response ", statusTag(response.status), h("small", ` in ${took(seconds)}`));
    return [head, recorded, picture, code("response", responseText(response, text)), sent];
  } catch (problem) {
    if (signal.aborted) throw problem;
    const why = h(
      "p",
      "The connection was cut, or the browser does not send such a request. Whether it was carried out is under Requests.",
    );
    return [title("No response"), why, recorded, sent];
  }
}

// nextRecord becomes a link to the record of a request, once the stream has it.
function nextRecord(stream, request, signal) {
  const link = h("p");
  const end = new AbortController();
  stream.addEventListener(
    "request",
    ({ detail }) => {
      if (detail.method !== request.method || detail.path !== decodeURI(request.path.split("?")[0])) return;
      fill(link, h("a", { href: `#/requests/${detail.id}` }, `Request ${detail.id} as the sandbox saw it`));
      end.abort();
    },
    { signal: AbortSignal.any([end.signal, signal]) },
  );
  return link;
}

// readBody reads a body as text, or as an image.
async function readBody(response, signal) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("image/")) return [await response.text()];
  const blob = await response.blob();
  const src = URL.createObjectURL(blob);
  signal.addEventListener("abort", () => URL.revokeObjectURL(src));
  return [`[${blob.size} bytes of ${type}]`, h("img.picture.large", { alt: "The image of the response", src })];
}

function responseText(response, body) {
  return `HTTP/1.1 ${response.status} ${response.statusText}\n${[...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("")}\n${body}`;
}
