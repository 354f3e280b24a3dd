// Package sandbox is the Contacts API in one process: its documented behaviour behind an [http.Handler].
//
// It is for trying a client out and for tests: [New] gives a handler that a test mounts in httptest, and
// [Sandbox.Server] a server with every timeout set.
//
// It takes the operations of the contract. The parameters of a request are read and checked by the contract's
// own rules, in the contract's own words; a parameter that is added to openapi.yaml is checked, kept and given
// back after `make generate` alone. Contacts are created, listed, read, updated and deleted as the API
// documents it. An operation that is added to openapi.yaml responds with the contract's example of its response.
//
// It is not the API. It knows the account of its [Config] and those of an [AccountStore], and takes any campaign;
// each account sees its own contacts, requests and faults. A partner account exists because a contact names it,
// under the name "Account " and its id; nothing is fetched from a ProfileImageUrl; requests are counted for the
// rate-limit headers, but no request is refused for the count unless a fault says so; and responses are JSON also to
// requests that ask for another type. A request that net/http itself refuses (a malformed or too long header, an unknown
// expectation, encoding or version) never reaches this package, and its response is plain text. Nor does net/http tell
// whether a request with chunks had a Content-Length as well: the chunks hold, and the connection is closed.
//
// It misbehaves on demand, and only then: [Config.Faults] and [Sandbox.SetFaults] cut connections before or after
// a contact is created, delay, limit, and respond as servers do that are broken. [FaultKind] says how a fault is
// written, which is the same for a program in any language: the control API under /_sandbox/ takes the same text,
// and so does the header Prefer of a single request. The control API also tells what the sandbox was sent.
//
// [Sandbox.ServeHTTP] documents what is refused.
package sandbox

// F and D numbers in comments are those of docs/api-facts.md.
