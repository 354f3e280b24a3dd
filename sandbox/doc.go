// Package sandbox is the Contacts API in one process: the documented behaviour of "create a contact", and
// of reading the contact and its image back, behind an [http.Handler].
//
// It is for trying a client out and for tests: [New] gives a handler that a test mounts in httptest, and
// [Sandbox.Server] a server with every timeout set. It checks what the API's page and the contract say, in
// the contract's own words: the rules are those of package gen, so a rule that is added to openapi.yaml
// holds here after go generate alone.
//
// It is not the API. It knows one account and takes any campaign; a partner account exists because a
// contact names it, under the name "Account " and its id; nothing is fetched from a ProfileImageUrl;
// requests are counted for the rate-limit headers, but no request is refused for the count; and
// answers are JSON, whatever a request accepts. A request that net/http itself cannot read (a
// malformed header, say) never reaches this package, and is answered by net/http in plain text.
//
// The parameters that Create takes, what it refuses and why are documented at [Sandbox.CreateContact]. F and
// D numbers in comments are those of the project's list of facts about the API.
package sandbox
