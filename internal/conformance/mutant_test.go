package conformance

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryMutantIsDetected(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: it takes long")
	}
	c := contracts["contacts"]
	api, oracle := read(t, c.document)
	cases, err := Load(c.vectors, api)
	require.NoError(t, err)
	derived, err := Derive(api, oracle)
	require.NoError(t, err)
	for _, m := range Mutants {
		t.Run(m.Name, func(t *testing.T) {
			p := player(t, api, newReference(api))
			id, err := p.Detect(m, append(cases, derived.Cases...))
			require.NoError(t, err)
			t.Log(id)
		})
	}
}

// What a team without vectors has: the cases that follow from the contract alone.
func TestDerivedCasesDetectDroppedParametersAndRules(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) {
			api, oracle := read(t, c.document)
			derived, err := Derive(api, oracle)
			require.NoError(t, err)
			for _, op := range api.Operations {
				cases := slices.DeleteFunc(slices.Clone(derived.Cases), func(c Case) bool { return c.Call != op.ID })
				for _, f := range op.Fields {
					m := Mutant{Name: "drops " + f.Name, before: func(r *Request) {
						if r.Call == op.ID {
							delete(r.Input, f.Name)
							delete(r.Path, f.Name)
						}
					}}
					_, err := player(t, api, newReference(api)).Detect(m, cases)
					require.NoError(t, err, op.ID)
				}
			}
			for _, v := range rejectedBy(derived.Cases) {
				m := Mutant{Name: "has not the rule " + v.Message, after: func(r Request, report *Report) {
					if len(report.Violations) == 1 && report.Violations[0] == v {
						report.Outcome, report.Violations = outcomeValid, nil
					}
				}}
				cases := slices.DeleteFunc(slices.Clone(derived.Cases), func(c Case) bool { return !slices.Contains(c.Rejected, v) })
				_, err := player(t, api, newReference(api)).Detect(m, cases)
				require.NoError(t, err)
			}
		})
	}
}

func rejectedBy(cases []Case) (all []Violation) {
	seen := map[Violation]bool{}
	for i := range cases {
		if cases[i].Rejected != nil && !seen[cases[i].Rejected[0]] {
			seen[cases[i].Rejected[0]] = true
			all = append(all, cases[i].Rejected[0])
		}
	}
	return all
}

func TestCensusSeesMissingDoubledAndUnknownCases(t *testing.T) {
	cases := []Case{{Group: "g", Name: "a"}, {Group: "g", Name: "b"}}
	a, b := Result{ID: "g/a", Verdict: Passed}, Result{ID: "g/b", Verdict: Skipped}
	require.NoError(t, Census(cases, []Result{a, b}, nil))
	require.ErrorContains(t, Census(cases, []Result{a}, nil), "g/b has 0 results")
	require.ErrorContains(t, Census(cases, []Result{a, b, b}, nil), "g/b has 2 results")
	require.ErrorContains(t, Census(cases, []Result{a, b, {ID: "g/c"}}, nil), "3 results for 2 cases")
	require.ErrorContains(t, Census(cases, []Result{a, b}, map[string]string{"g/z": "why"}), "g/z is no case")
}

func TestVectorsThatProveNothingAreRefused(t *testing.T) {
	api, _ := read(t, contracts["contacts"].document)
	good := Case{Name: "good", Call: "createContact", Input: Values{"FirstName": "a"}, Sent: &Sent{}}
	rejected := func(input Values, variant string) Case {
		return Case{Name: "bad", Call: "createContact", Input: input, Rejected: []Violation{{Field: "FirstName"}}, ValidVariant: variant}
	}
	with := func(c Case, change func(*Case)) Case {
		change(&c)
		return c
	}
	require.NoError(t, checkGroup(api, []Case{good, rejected(Values{}, "good")}))
	for says, cases := range map[string][]Case{
		"is no case of this group":                          {rejected(Values{}, "good")},
		"rejects [FirstName], but differs from its valid v": {good, rejected(Values{"LastName": "x"}, "good")},
		"differs from its valid variant in []":              {good, rejected(Values{"FirstName": "a"}, "good")},
		"\"bad\" is no case of this group":                  {good, rejected(Values{}, "bad")},
		"exactly one of rejected, sent and then":            {{Name: "x", Call: "createContact"}},
		"two cases of this name":                            {good, good},
		"then goes together with respond":                   {{Name: "x", Call: "createContact", Then: &Then{Outcome: "created"}}},
		"the contract has no operation \"makeContact\"":     {with(good, func(c *Case) { c.Call = "makeContact" })},
		"the outcome of createContact is one of":            {{Name: "x", Call: "createContact", Respond: &Respond{Status: 200}, Then: &Then{Outcome: "deleted"}}},
		"says which items there are":                        {{Name: "x", Call: "listContacts", Pages: true, Respond: &Respond{Status: 200}, Then: &Then{Outcome: "found"}}},
	} {
		require.ErrorContains(t, checkGroup(api, cases), says)
	}
}
