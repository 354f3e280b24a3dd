// One request: what came, what was wrong with it, and what it got.

import { call, get, image } from "../control.js";
import { code, copyButton, facts, fill, h, heading, say, table } from "../dom.js";
import { statusTag, time, took } from "./cells.js";

export async function request({ rest, model, signal }) {
  const id = rest[0];
  if (!/^\d+$/.test(id)) throw Object.assign(new Error("A request is #/requests/ and its number."), { status: 404 });
  const item = await get(`requests/${id}`, { signal });
  const pin = h("button", { type: "button", "aria-pressed": String(Boolean(item.pinned)), title: "A pinned request is kept when others are dropped", onclick: async () => {
    try {
      await call(`requests/${id}/pin`, { method: item.pinned ? "DELETE" : "PUT" });
      item.pinned = !item.pinned;
      pin.setAttribute("aria-pressed", String(item.pinned));
      pin.textContent = item.pinned ? "Pinned" : "Pin";
    } catch (problem) {
      say(problem.message);
    }
  } }, item.pinned ? "Pinned" : "Pin");
  const operation = model.operation(item.operation);
  return h("section", {}, h("p", { class: "back" }, h("a", { href: "#/requests" }, "All requests")),
    heading(`Request ${item.id}`, h("div", { class: "actions" }, pin,
      labelled("Copy as curl", copyButton("Copy as curl, without the token", () => get(`requests/${id}/curl`).then(({ program }) => program))),
      labelled("Copy link", copyButton("Copy link to this request", () => location.href)),
      operation && h("a", { class: "button", href: `#/try/${item.operation}?request=${item.id}` }, "Send again"))),
    h("p", { class: "line" }, statusTag(item.status), " ", h("code", {}, `${item.method} ${item.target ?? item.path} ${item.protocol ?? ""}`)),
    facts(["Time", time(item.time)], ["Took", took(item.seconds)], ["Operation", operation && h("a", { href: `#/contract/${item.operation}` }, item.operation)], ["Account", item.account], ["User", item.user],
      ["Encoding", item.encoding], ["Body", item.length > 0 && `${item.length.toLocaleString()} bytes`], ["Faults", item.faults?.join(" · ")], ["Ignored", item.ignored?.join(" · ")]),
    item.violations?.length > 0 && [h("h2", {}, "Broken rules"), table("Broken rules", [{ title: "Parameter" }, { title: "Rule" }, { title: "Message" }],
      item.violations.map(({ field, rule, message }) => h("tr", {}, h("th", { scope: "row" }, field ?? ""), h("td", {}, h("code", {}, rule)), h("td", { dir: "auto" }, message))))],
    h("h2", {}, "Parameters"),
    item.parameters.length === 0 ? h("p", {}, "None.") : table("Parameters", [{ title: "Name" }, { title: "Value" }, { title: "In" }],
      item.parameters.map(({ name, value, in: place, cut }) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, name), h("td", { dir: "auto", class: "value" }, value, cut && h("span", { class: "tag" }, "cut")), h("td", {}, place ?? "unknown")))),
    item.parts?.length > 0 && [h("h2", {}, "Parts"), table("Parts", [{ title: "Part" }, { title: "File of" }, { title: "Type" }, { title: "Size", class: "number" }, { title: "Image" }],
      item.parts.map((part, n) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, part.name), h("td", {}, part.parameter ?? ""), h("td", {}, part.type), h("td", { class: "number" }, `${part.size.toLocaleString()} bytes`),
        h("td", {}, thumbnail(id, n, part, signal)))))],
    h("h2", {}, "Request headers"), code("request headers", lines(item.headers)),
    h("h2", {}, "Response"),
    item.response ? [code("response", `${item.status}\n${lines(item.response.headers)}\n\n${item.response.body}`),
      item.response.cut && h("p", { class: "hint" }, `The body has ${item.response.size.toLocaleString()} bytes; the beginning is kept.`)]
      : h("p", {}, "None: the connection was cut, or the client had gone."));
}

const lines = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");

function labelled(text, button) {
  fill(button, text);
  button.removeAttribute("aria-label");
  return button;
}

function thumbnail(id, n, part, signal) {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(part.type)) return "";
  if (!part.kept) return "not kept";
  const element = h("img", { class: "thumbnail", alt: `The image in the part ${part.name}` });
  const box = h("span", {}, element);
  image(`requests/${id}/parts/${n}`, element, signal).catch(() => fill(box, "not kept"));
  return box;
}
