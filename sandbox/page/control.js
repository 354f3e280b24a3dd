// The control API of the sandbox. See docs/sandbox.md.

import { bearer, session } from "./session.js";

// A Problem is an error response, or that there was none.
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status; // 0: no response
  }
}

// call sends a request to the control API, and returns the response if it is a success.
export async function call(path, { method = "GET", json, accept, headers, signal } = {}) {
  const request = {
    method,
    signal,
    credentials: "omit",
    cache: "no-store",
    headers: { Authorization: bearer(), ...headers },
  };
  if (accept) request.headers.Accept = accept;
  if (json !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(json);
  }
  let response;
  try {
    response = await fetch(`/_sandbox/${path}`, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The sandbox does not respond. Is it running? Start it with: contacts sandbox");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  if (response.status === 401 && session.token !== null) dispatchEvent(new Event("unauthorized"));
  throw new Problem(response.status, body.Message ?? `The sandbox responded with ${response.status}.`);
}

export const get = async (path, options) => (await call(path, options)).json();
export const put = async (path, json) => (await call(path, { method: "PUT", json })).json();

// image fetches an image of the control API for an <img>. Its memory is given back once it is drawn.
export async function image(path, element, signal) {
  const url = URL.createObjectURL(await (await call(path, { signal })).blob());
  element.src = url;
  await element.decode().finally(() => URL.revokeObjectURL(url));
}
