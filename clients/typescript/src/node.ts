/**
 * The client of the Contacts API for Node: all of `@example/contacts`, images from files, and a client that
 * sends with node:http.
 *
 * @packageDocumentation
 */
import { ContactsClient as Client, type ClientOptions } from "./client.js";
import { nodeTransport } from "./node-transport.js";

export * from "./index.js";
export { imageFromPath } from "./node-image.js";
export { type Agents, nodeTransport } from "./node-transport.js";

/** Creates contacts for one account, and reads them; it sends with {@link nodeTransport} by default. */
export class ContactsClient extends Client {
  /** As the constructor of the class that it extends. */
  constructor(accountSid: string, authToken: string, options: ClientOptions = {}) {
    super(accountSid, authToken, { ...options, transport: options.transport ?? nodeTransport() });
  }
}
