// A server on loopback that does what a test asks for.
import http from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";

export const created = '{"Status":"OK","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/2750"}';

/** Serves until the test ends; returns the URL. */
export async function serve(t: TestContext, handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
}

/** The same below HTTP: the handler has the connection. */
export async function listen(t: TestContext, handler: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    handler(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
}

/** A valid input. */
export const input = { firstName: "Wile", lastName: "Coyote", emailAddress: "wile@example.com", accounts: ["10000"] };

/** A response of HTTP/1.1 with the created contact. */
export function response(head = "200 OK", body = created): string {
  return `HTTP/1.1 ${head}\r\nContent-Length: ${body.length.toString()}\r\n\r\n${body}`;
}

/** What a promise is rejected with; it fails if that does not happen in time. */
export async function rejection(promise: Promise<unknown>, ms = 5000): Promise<unknown> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, ms, new Error(`nothing happened in ${ms.toString()} ms`)).unref();
  });
  const settled = promise.then((value) => Promise.reject(new Error(`it succeeded: ${JSON.stringify(value)}`)), (error: unknown) => ({ error }));
  return (await Promise.race([settled, late])).error;
}
