package conformance

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
	"example.com/contacts/internal/contractgen"
)

var allLanguages = []string{"go", "typescript", "python", "java", "rust"}

// languages are those named in LANGS; without it Go alone, whose adapter needs no other toolchain.
func languages() []string {
	if named := strings.Fields(os.Getenv("LANGS")); len(named) > 0 {
		return named
	}
	return []string{"go"}
}

// start runs the adapter of a language's client, as it is in a copy of the repository, and ends it with the
// test.
func start(t *testing.T, repository, language string) *run {
	repository, err := filepath.Abs(repository)
	require.NoError(t, err)
	program := filepath.Join(repository, "clients", language, "tests", "adapter")
	if language == "go" {
		program = filepath.Join(t.TempDir(), "adapter")
		build := exec.Command("go", "build", "-o", program, "./tests/conformance/adapter")
		build.Dir = repository
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	a, err := startAdapter(program)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.stop()) })
	r, err := newRun(a, t.TempDir())
	require.NoError(t, err)
	return r
}

// allCases are the vectors, and those derived from the contract.
func allCases(t *testing.T) []testCase {
	cases, err := load("../vectors")
	require.NoError(t, err)
	source, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	contract, err := contractgen.Read("openapi.yaml", source)
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(source)
	require.NoError(t, err)
	derived, err := derive(contract, func(body string, values map[string]string) error {
		instance := map[string]any{}
		for name, value := range values {
			instance[name] = value
		}
		return document.Components.Schemas[body].Value.VisitJSON(instance, openapi3.EnableJSONSchema2020())
	})
	require.NoError(t, err)
	return append(cases, derived...)
}

func TestVectors(t *testing.T) {
	cases := allCases(t)
	var excuses map[string]map[string]string
	source, err := os.ReadFile("excused.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(source, &excuses))

	results := &matrix{}
	t.Run("language", func(t *testing.T) {
		for _, language := range languages() {
			t.Run(language, func(t *testing.T) {
				t.Parallel()
				r := start(t, "../..", language)
				for i := range cases {
					c := &cases[i]
					t.Run(c.id(), func(t *testing.T) {
						err := r.play(c)
						switch reason, excused := excuses[language][c.id()]; {
						case excused && err == nil:
							results.add(language, c.Group, func(n *count) { n.failed++ })
							t.Fatalf("passes, although it is excused (%s): take the excuse away", reason)
						case excused:
							results.add(language, c.Group, func(n *count) { n.excused++ })
							t.Skipf("excused: %s: %v", reason, err)
						case err != nil:
							results.add(language, c.Group, func(n *count) { n.failed++ })
							t.Fatal(err)
						}
						results.add(language, c.Group, func(n *count) { n.passed++ })
					})
				}
				require.Empty(t, r.strays(), "requests that no case asked for")
			})
		}
	})
	require.NoError(t, results.census(languages(), cases))
	for _, c := range cases {
		ran := slices.ContainsFunc(languages(), func(l string) bool { return excuses[l][c.id()] == "" })
		require.True(t, ran, "%s: no language runs it", c.id())
	}
	table := results.markdown(languages(), cases, excuses)
	require.NoError(t, os.MkdirAll("../../.cache", 0o700))
	require.NoError(t, os.WriteFile("../../.cache/conformance.md", []byte(table), 0o644)) // of this run, for make to print
	if reflect.DeepEqual(languages(), allLanguages) {
		require.NoError(t, os.WriteFile("../../CONFORMANCE.md", []byte(table), 0o644))
	}
}

var seed = flag.Uint64("seed", rand.Uint64(), "of the random cases")

// TestAgreement gives random contacts and answers to all clients: whatever they do, they do alike.
func TestAgreement(t *testing.T) {
	var runs []*run
	for _, language := range languages() {
		runs = append(runs, start(t, "../..", language))
	}
	t.Logf("-seed %d plays the same again", *seed)
	random := rand.New(rand.NewPCG(*seed, 0))

	play := func(c testCase) {
		type result struct {
			outcome, uri, id, message string
			status                    int
			violations                []violation
			errors, contact           string
			bodies                    []string
		}
		var first result
		var firstWait float64
		for i, r := range runs {
			answer, seen, err := r.playAll(&c)
			if c.Sent != nil { // whether it was sent or not is for the clients to agree about
				err = nil
			}
			require.NotEmpty(t, answer.Outcome, "%v", err)
			got := result{
				outcome: answer.Outcome, uri: answer.URI, id: answer.ContactID, message: answer.Message, status: answer.Status,
				violations: append([]violation{}, answer.Violations...), errors: fmt.Sprint(answer.Errors), contact: canonical(t, answer.Contact),
			}
			for _, request := range seen {
				if request.method == http.MethodPost { // some HTTP libraries send a GET again
					got.bodies = append(got.bodies, withoutBoundary(request))
				}
			}
			if i == 0 {
				first, firstWait = got, answer.WaitMs
				continue
			}
			input, _ := json.Marshal(c)
			require.Equal(t, first, got, "%s and %s differ (-seed %d) on %s", languages()[0], languages()[i], *seed, input)
			require.InDelta(t, firstWait, answer.WaitMs, 2000, "%s and %s differ (-seed %d) on %s", languages()[0], languages()[i], *seed, input)
		}
	}
	for range 300 {
		play(testCase{Group: "random", Name: "contact", Contact: randomContact(random), Sent: &sent{}})
	}
	for range 100 {
		upload := base("ContactUpload")
		upload["ProfileImageFile"] = randomFile(random)
		play(testCase{Group: "random", Name: "image", Contact: upload, Image: randomImage(random), Sent: &sent{}})
	}
	for range 300 {
		answer := randomAnswer(random)
		play(testCase{Group: "random", Name: "answer", Contact: base("ContactForm"), Respond: &answer, Then: &then{}})
	}
	for range 300 {
		found := randomFound(random)
		play(testCase{Group: "random", Name: "found", Call: "get", URI: "/Advertisers/IRsandbox/Campaigns/{campaign}/Contacts/2750", Respond: &found, Then: &then{}})
	}
}

// withoutBoundary is the body of a request, with another text in place of the boundary, which is random.
func withoutBoundary(request captured) string {
	_, boundary, _ := strings.Cut(request.header.Get("Content-Type"), "boundary=")
	if boundary == "" {
		return string(request.body)
	}
	return strings.ReplaceAll(string(request.body), boundary, "boundary")
}

// canonical is JSON without what tells nothing, as some languages have no way to tell that from its absence.
func canonical(t *testing.T, text json.RawMessage) string {
	if text == nil {
		return ""
	}
	var value any
	require.NoError(t, json.Unmarshal(text, &value))
	out, err := json.Marshal(telling(value))
	require.NoError(t, err)
	return string(out)
}

// contactMembers are the names of the contract's Contact and Account; some languages keep others, too.
var contactMembers = append(membersOf(gen.Contact{}), membersOf(gen.Account{})...)

func membersOf(value any) (names []string) {
	for field := range reflect.TypeOf(value).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func telling(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if member = telling(member); !slices.Contains(contactMembers, name) || member == nil || member == "" || member == false || reflect.DeepEqual(member, []any{}) {
				delete(value, name)
			}
		}
	case []any:
		for _, item := range value {
			telling(item)
		}
	}
	return value
}

// TestGates breaks each client in each way that the runner must see.
func TestGates(t *testing.T) {
	cases := allCases(t)
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			r := start(t, "../..", language)
			sound := r.client
			for fault, f := range faults {
				t.Run(fault, func(t *testing.T) {
					i := slices.IndexFunc(cases, func(c testCase) bool { return c.id() == f.shownBy })
					require.GreaterOrEqual(t, i, 0)
					strays := len(r.strays())
					require.NoError(t, r.play(&cases[i]))
					f.asker = sound
					r.client = f.broken
					defer func() { r.client = sound }()
					err := r.play(&cases[i])
					require.True(t, err != nil || len(r.strays()) > strays, "the runner did not see it")
				})
			}
		})
	}
}

func TestCensusSeesAMissingCase(t *testing.T) {
	cases := []testCase{{Group: "g", Name: "a"}, {Group: "g", Name: "b"}}
	results := &matrix{}
	results.add("go", "g", func(n *count) { n.passed++ })
	require.Error(t, results.census([]string{"go"}, cases))
	results.add("go", "g", func(n *count) { n.passed++ })
	require.NoError(t, results.census([]string{"go"}, cases))
}

func TestVectorsThatProveNothingAreRefused(t *testing.T) {
	good := testCase{Name: "good", Contact: contact{"FirstName": "a"}, Sent: &sent{}}
	rejected := func(c contact, sibling string) testCase {
		return testCase{Name: "bad", Contact: c, Rejected: []violation{{Field: "FirstName"}}, Sibling: sibling}
	}
	require.NoError(t, checkGroup([]testCase{good, rejected(contact{}, "good")}))
	for name, cases := range map[string][]testCase{
		"no sibling":           {rejected(contact{}, "good")},
		"differs in two":       {good, rejected(contact{"LastName": "x"}, "good")},
		"differs in none":      {good, rejected(contact{"FirstName": "a"}, "good")},
		"sibling is not sent":  {rejected(contact{}, "bad")},
		"no expectation":       {{Name: "x"}},
		"two of a name":        {good, good},
		"then without respond": {{Name: "x", Then: &then{}}},
	} {
		require.Error(t, checkGroup(cases), name)
	}
}
