/**
 * The client of the Contacts API: it creates a contact, and says what is known after.
 *
 * This entry point needs nothing but the Fetch API. In Node import `@example/contacts/node`, which has the
 * same names, reads files, and can prove more of what was not sent.
 *
 * @packageDocumentation
 */
export type { StoredContact } from "./answer.js";
export { type CallOptions, type CampaignId, type ClientOptions, ContactsClient, defaultBaseUrl } from "./client.js";
export { type Contact, type ContactDraft, assertContact, validate } from "./contact.js";
export {
  type ContactsError,
  type Created,
  type FieldError,
  InDoubtError,
  InvalidError,
  NotSentError,
  QueuedError,
  RefusedError,
  type Reply,
  UnavailableError,
} from "./errors.js";
export { fetchTransport } from "./fetch-transport.js";
export { type CountryCode, type Rule, type Violation, valuesOfCountryCode as countryCodes } from "./generated/rules.js";
export { type Image, imageFromBlob } from "./image.js";
export { type Answer, type Outgoing, type Transport, Unsent } from "./transport.js";
