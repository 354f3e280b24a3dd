// One request: what came, what was wrong with it, and what it got.

import { copyAction } from "../clipboard.js";
import { Problem, call, get, image } from "../control.js";
import { fill, h } from "../dom.js";
import { code, facts, heading, table } from "../parts.js";
import { say } from "../status.js";
import { statusTag, time, took } from "./cells.js";

export async function request({ rest, model, signal }) {
  const id = rest[0];
  if (!/^\d+$/.test(id)) throw new Problem(404, "A request is #/requests/ and its number.");
  const item = await get(`requests/${id}`, { signal });
  const operation = model.operation(item.operation);
  const curl = async () => (await get(`requests/${id}/curl`)).program;
  const actions = h(
    "div.actions",
    pinButton(item),
    copyAction("Copy as curl", curl),
    copyAction("Copy link", () => location.href),
    operation && h("a.button", { href: `#/try/${operation.id}?request=${id}` }, "Send again"),
  );
  const line = `${item.method} ${item.target ?? item.path} ${item.protocol ?? ""}`;
  return h(
    "section",
    h("p.back", h("a", { href: "#/requests" }, "All requests")),
    heading(`Request ${id}`, actions),
    h("p.line", statusTag(item.status), " ", h("code", line)),
    facts(
      ["Time", time(item.time)],
      ["Took", took(item.seconds)],
      ["Operation", operation && h("a", { href: `#/contract/${operation.id}` }, operation.id)],
      ["Account", item.account],
      ["User", item.user],
      ["Encoding", item.encoding],
      ["Body", item.length > 0 && `${item.length.toLocaleString()} bytes`],
      ["Faults", item.faults?.join(" · ")],
      ["Ignored", item.ignored?.join(" · ")],
    ),
    violations(item),
    parameters(item),
    parts(item, signal),
    h("h2", "Request headers"),
    code("request headers", lines(item.headers)),
    h("h2", "Response"),
    response(item),
  );
}

// pinButton pins the request, or ends that. One that is pinned is kept when others are dropped.
function pinButton(item) {
  const show = () => {
    button.setAttribute("aria-pressed", String(Boolean(item.pinned)));
    button.textContent = item.pinned ? "Pinned" : "Pin";
  };
  const onclick = async () => {
    try {
      await call(`requests/${item.id}/pin`, { method: item.pinned ? "DELETE" : "PUT" });
      item.pinned = !item.pinned;
      show();
    } catch (problem) {
      say(problem.message);
    }
  };
  const button = h("button", { type: "button", title: "Keep this request when others are dropped", onclick });
  show();
  return button;
}

function violations(item) {
  if (!item.violations?.length) return "";
  const row = ({ field, rule, message }) =>
    h(
      "tr",
      h("th", { scope: "row", dir: "auto" }, field ?? ""),
      h("td", h("code", rule)),
      h("td", { dir: "auto" }, message),
    );
  const columns = [{ title: "Parameter" }, { title: "Rule" }, { title: "Message" }];
  return [h("h2", "Broken rules"), table("Broken rules", columns, item.violations.map(row))];
}

function parameters(item) {
  const row = ({ name, value, in: place, cut }) =>
    h(
      "tr",
      h("th", { scope: "row", dir: "auto" }, name),
      h("td.value", { dir: "auto" }, value, cut && h("span.tag", "cut")),
      h("td", place ?? "unknown"),
    );
  const columns = [{ title: "Name" }, { title: "Value" }, { title: "In" }];
  const has = item.parameters.length > 0;
  return [h("h2", "Parameters"), has ? table("Parameters", columns, item.parameters.map(row)) : h("p", "None.")];
}

function parts(item, signal) {
  if (!item.parts?.length) return "";
  const row = (part, n) =>
    h(
      "tr",
      h("th", { scope: "row", dir: "auto" }, part.name),
      h("td", part.parameter ?? ""),
      h("td", part.type),
      h("td.number", `${part.size.toLocaleString()} bytes`),
      h("td", thumbnail(item.id, n, part, signal)),
    );
  const columns = [
    { title: "Part" },
    { title: "File of" },
    { title: "Type" },
    { title: "Size", class: "number" },
    { title: "Image" },
  ];
  return [h("h2", "Parts"), table("Parts", columns, item.parts.map(row))];
}

function thumbnail(id, n, part, signal) {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(part.type)) return "";
  if (!part.kept) return "not kept";
  const element = h("img.thumbnail", { alt: `The image in the part ${part.name}` });
  const box = h("span", element);
  image(`requests/${id}/parts/${n}`, element, signal).catch(() => fill(box, "not kept"));
  return box;
}

function response({ status, response }) {
  if (!response) return h("p", "None: the connection was cut, or the client had gone.");
  return [
    code("response", `${status}\n${lines(response.headers)}\n\n${response.body}`),
    response.cut && h("p.hint", `The body has ${response.size.toLocaleString()} bytes; the beginning is kept.`),
  ];
}

const lines = (headers) =>
  Object.entries(headers)
    .sort()
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
