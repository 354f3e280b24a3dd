// TLS and proxies: what fails before there is a way to the server is not sent.
import { Client, InDoubtError, NotSentError, fetchTransport, nodeTransport } from "@example/contacts/node";
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { created, input, listen, rejection, serve } from "./server.js";
import { cert, key } from "./tls.js";

/** A server for TLS on loopback; returns its port. */
async function secure(t: TestContext, handler: http.RequestListener): Promise<number> {
  const server = https.createServer({ key, cert }, handler);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** An agent that asks a proxy for a tunnel (RFC 9110, 9.3.6), as agents of packages do. */
class ProxyAgent extends https.Agent {
  constructor(readonly proxy: string, readonly user = "") {
    super({ keepAlive: true, ca: cert });
  }

  override createConnection(options: http.RequestOptions, callback: (error: Error | null, socket: Duplex) => void): undefined {
    const fail = callback as (error: Error) => void;
    const headers = this.user === "" ? {} : { "Proxy-Authorization": `Basic ${btoa(this.user)}` };
    const request = http.request(this.proxy, { method: "CONNECT", path: `${String(options.host)}:${String(options.port)}`, headers });
    request.on("error", fail);
    request.on("connect", (response, socket) => {
      if (response.statusCode !== 200) fail(new Error(`the proxy refused with ${String(response.statusCode)}`));
      else callback(null, tls.connect({ ...(options as tls.ConnectionOptions), socket, servername: String(options.host) }));
    });
    request.end();
  }
}

/** A proxy that leads every tunnel to a port; it notes what it was asked for. */
async function proxy(t: TestContext, port: number, answer = "200 OK"): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer();
  server.on("connect", (request, socket: Socket) => {
    asked.push(`${String(request.url)} ${String(request.headers["proxy-authorization"])}`);
    socket.on("error", () => undefined);
    socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
    if (answer !== "200 OK") {
      socket.end();
      return;
    }
    const server = net.connect(port, "127.0.0.1");
    server.on("error", () => socket.destroy());
    socket.pipe(server).pipe(socket);
    t.after(() => {
      socket.destroy();
      server.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`, asked };
}

function through(t: TestContext, agent: https.Agent, baseUrl = "https://api.test"): Client {
  t.after(() => {
    agent.destroy();
  });
  return new Client("IRtest", "secret-token", { baseUrl, retries: 0, timeoutMs: 2000, transport: nodeTransport({ https: agent }) });
}

test("a call goes through a proxy whose agent is given, over a tunnel that is used again", async (t) => {
  const port = await secure(t, (_, response) => response.end(created));
  const { url, asked } = await proxy(t, port);
  const client = through(t, new ProxyAgent(url, "Wile:Coyote"));
  for (let i = 0; i < 3; i++) assert.equal((await client.createContact(1000, input)).contactId, "2750");
  assert.deepEqual(asked, [`api.test:443 Basic ${btoa("Wile:Coyote")}`]);
});

test("a proxy that refuses, closes, cannot be reached or is silent is not sent", async (t) => {
  const port = await secure(t, (_, response) => response.end(created));
  const urls = ["http://127.0.0.1:9", await listen(t, (socket) => socket.destroy()), await listen(t, () => undefined)];
  for (const answer of ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"]) urls.push((await proxy(t, port, answer)).url);
  for (const url of urls) {
    const error = await rejection(through(t, new ProxyAgent(url)).createContact(1000, input, { timeoutMs: 500 }));
    assert.ok(error instanceof NotSentError, String(error));
  }
});

test("a server behind a proxy that nobody trusts, or that is silent in the handshake, is not sent", async (t) => {
  let requests = 0;
  const port = await secure(t, () => requests++);
  const untrusting = new ProxyAgent((await proxy(t, port)).url);
  Object.assign(untrusting.options, { ca: undefined });
  assert.ok((await rejection(through(t, untrusting).createContact(1000, input))) instanceof NotSentError);
  const silent = await listen(t, () => undefined);
  const agent = new ProxyAgent((await proxy(t, Number(new URL(silent).port))).url);
  assert.ok((await rejection(through(t, agent).createContact(1000, input, { timeoutMs: 300 }))) instanceof NotSentError);
  assert.equal(requests, 0);
});

test("after the handshake, what fails is in doubt, through a proxy and without", async (t) => {
  const port = await secure(t, (request) => request.socket.destroy());
  const { url } = await proxy(t, port);
  for (const client of [through(t, new ProxyAgent(url)), through(t, new https.Agent({ ca: cert }), `https://localhost:${port.toString()}`)]) {
    assert.ok((await rejection(client.createContact(1000, input))) instanceof InDoubtError);
  }
});

test("a certificate that is not trusted, of another host, or no TLS at all, is not sent", async (t) => {
  let requests = 0;
  const count: http.RequestListener = (_, response) => {
    requests++;
    response.end(created);
  };
  const port = (await secure(t, count)).toString();
  const plain = new URL(await serve(t, count)).port;
  for (const [agent, baseUrl] of [
    [new https.Agent(), `https://localhost:${port}`],
    [new https.Agent({ ca: cert, servername: "other.test" }), `https://localhost:${port}`],
    [new https.Agent({ ca: cert, minVersion: "TLSv1.3", maxVersion: "TLSv1.3", ciphers: "TLS_AES_128_CCM_8_SHA256" }), `https://localhost:${port}`],
    [new https.Agent({ ca: cert }), `https://localhost:${plain}`],
  ] as const) {
    const error = await rejection(through(t, agent, baseUrl).createContact(1000, input));
    assert.ok(error instanceof NotSentError, String(error));
  }
  assert.equal(requests, 0);
});

test("no variable of a proxy is read, and an error of a connection says so", async (t) => {
  const through = await proxy(t, 9);
  const names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const before = names.map((name) => process.env[name]);
  t.after(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    }
  });
  for (const name of names) Reflect.deleteProperty(process.env, name);
  // 0.0.0.0 leads to this machine, but is no loopback address.
  const fail = (baseUrl: string, agent?: https.Agent) =>
    rejection(new Client("IRtest", "secret-token", { baseUrl, retries: 0, transport: nodeTransport({ https: agent }) }).createContact(1000, input)).then(String);
  assert.doesNotMatch(await fail("https://0.0.0.0:9"), /PROXY/u);
  for (const name of names) {
    process.env[name] = through.url;
    assert.match(await fail("https://0.0.0.0:9"), new RegExp(`${name} is set, but not read: give nodeTransport an https agent that knows the proxy`, "u"));
    assert.doesNotMatch(await fail("http://127.0.0.1:9"), /proxy/iu);
    assert.doesNotMatch(await fail("https://localhost:9"), /proxy/iu);
    assert.doesNotMatch(await fail("https://0.0.0.0:9", new https.Agent()), /proxy/iu);
    Reflect.deleteProperty(process.env, name);
  }
  assert.deepEqual(through.asked, []);
});

test("redirects are not followed, and cookies are not sent", async (t) => {
  const seen: (string | undefined)[] = [];
  const baseUrl = await serve(t, (request, response) => {
    seen.push(request.headers.cookie);
    response.writeHead(307, { Location: "/elsewhere", "Set-Cookie": "a=b" }).end();
  });
  for (const transport of [nodeTransport(), fetchTransport()]) {
    const client = new Client("IRtest", "secret-token", { baseUrl, retries: 0, transport });
    for (let i = 0; i < 2; i++) assert.ok((await rejection(client.createContact(1000, input))) instanceof InDoubtError);
  }
  assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
});
