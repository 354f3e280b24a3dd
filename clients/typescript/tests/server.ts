// A server on loopback that does what a test asks for.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export const created = '{"Status":"OK","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/2750"}';

/** Serves until the test ends; returns the URL, and the number of requests that came. */
export async function serve(t: TestContext, handler: http.RequestListener): Promise<{ url: string; count: () => number }> {
  let count = 0;
  const server = http.createServer((request, response) => {
    count++;
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port.toString()}`, count: () => count };
}
