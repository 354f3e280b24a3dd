package contract_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func source(t *testing.T, path string) contract.Source {
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return contract.Source{Name: path, Content: content}
}

func TestAnOverlayAddsTheRulesOfAVendorsProse(t *testing.T) {
	vendor, rules := source(t, "../../tests/overlay/vendor.yaml"), source(t, "../../tests/overlay/rules.yaml")
	before, err := contract.Read(vendor)
	require.NoError(t, err)
	after, err := contract.Read(vendor, rules)
	require.NoError(t, err)

	describeAll := func(api contract.API, id string) (out []string) {
		for _, op := range api.Operations {
			if op.ID == id {
				for _, field := range op.Fields {
					field.Doc, field.Format = "", ""
					out = append(out, describe(field))
				}
			}
		}
		return out
	}
	assert.Equal(t, []string{"accountId path string required format=segment", "address body string required", "service body string required", "locker_code body string"},
		describeAll(before, "parcelSend")[:4])
	assert.Equal(t, []string{
		"address body string required too_long=300",
		"service body string required one_of=ParcelSendService",
		"locker_code body string required_if(service=locker) format=^[A-Z]{3}[0-9]{4}$",
		"phone body string required_with(locker_code)",
		"pickup_date body string required_with(pickup_note) exclusive(drop_off) " + datePattern(t),
		"drop_off body boolean exclusive(pickup_note)",
		"pickup_note body string",
		"weight body number too_small=0 open too_large=31.5",
		"label body file file(label false) exclusive(label_text)",
		"label_text body string",
	}, describeAll(after, "parcelSend"))
	assert.Equal(t, []string{"state query string one_of=ParcelListState", "page query integer too_small=1", "tags query list(,) of string"}, describeAll(after, "parcelList"))

	assert.Empty(t, before.AccountName)
	assert.Equal(t, "accountId", after.AccountName)
	assert.Equal(t, &contract.ErrorFormat{Message: "reason", Errors: "fields", Field: "field"}, after.ErrorFormat)
	send := after.Operations[1]
	assert.Equal(t, []string{"ok"}, send.Response.Outcome.Done)
	assert.Equal(t, "locker_code must be 3 capital letters and 4 digits.", send.Fields[2].Value[1].Message)
	assert.Equal(t, "locker_code is required when service is locker.", send.Fields[2].Presence[0].Message)
	assert.Equal(t, "drop_off cannot be used together with pickup_note.", send.Fields[5].Presence[0].Message)
	assert.Equal(t, "ABC1234", send.Fields[2].Example)
}

func datePattern(t *testing.T) string {
	api, err := read(form("properties: {A: {type: string, format: date}}"))
	require.NoError(t, err)
	return describeRule(api.Operations[0].Fields[0].Value[1])
}

// overlay is an Overlay document with these actions.
func overlay(actions string) string {
	return "overlay: 1.0.0\ninfo: {title: Rules, version: '1'}\nactions:\n" + indent(2, strings.TrimPrefix(actions, "\n"))
}

func TestWhatAnOverlayPutsInIsRefusedInItsOwnLine(t *testing.T) {
	refusedAt(t, form("properties:\n  A: {type: string, maxLength: 5}\n  B: {type: string}"), overlay(`
- target: $.paths.*.post.requestBody.content.*.schema
  update:
    dependentRequired:
      C: [A] #! dependentRequired names "C"
    not: {required: [A, D]} #! not names "D"
- target: $.paths.*.post.requestBody.content.*.schema.properties
  update:
    A:
      pattern: abc #! must begin with ^
    C2: {type: string}
    c2: {type: string} #! C2 and c2 are the same name
- target: $.paths.*.post.requestBody.content.*.schema.properties[*]
  update: {frob: 5} #! A: frob cannot be carried && B: frob cannot be carried && C2: frob cannot be carried && c2: frob cannot be carried
`), overlay(`
- target: $.paths.*.post.requestBody.content.*.schema.properties.A
  update:
    maxLength: many #! maxLength must be a whole number
`))
}

func TestActionsThatCannotBeAppliedAreRefused(t *testing.T) {
	refusedAt(t, form("properties: {A: {type: string}}"), overlay(`
- target: $.paths.*.post.requestBody.content.*.schema.properties.A
  update: {maxLength: 5}
- target: $.paths.*.get #! did not match any targets
  update: {deprecated: true}
- target: $.paths.*.post[ #! cannot be applied
  remove: true
`), overlay("- target: $.components #! did not match any targets\n  remove: true\n"))
	refusedAt(t, form("properties: {A: {type: string}}"), overlay(`
- {target: $.info, updates: {title: Other}} #! updates cannot be carried && and one of update and remove
- {target: $.info} #! and one of update and remove
- {update: {title: Other}} #! must have a target
- {target: $.info, update: {title: Other}, remove: true} #! and one of update and remove
- {target: $.info, remove: 1} #! remove must be true or false && and one of update and remove
- {target: $.info, copy: $.paths} #! copy cannot be carried
`))
	refusedAt(t, form("properties: {A: {type: string}}"), "overlay: 2.0.0 #! must say overlay: 1.0.0 && must have a list of actions\n")
	refusedAt(t, form("properties: {A: {type: string}}"), "overlay: 1.0.0\nactions: [ #! this is no YAML\n")
}

func TestOverlaysAreAppliedInTheirOrder(t *testing.T) {
	set := func(limit string) string {
		return overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties.A\n  update: {maxLength: " + limit + "}\n")
	}
	for _, test := range []struct {
		overlays []string
		want     string
	}{
		{nil, "A body string too_long=5"},
		{[]string{set("6"), set("7")}, "A body string too_long=7"},
		{[]string{set("7"), set("6")}, "A body string too_long=6"},
		{[]string{overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties.A.maxLength\n  remove: true\n")}, "A body string"},
		{[]string{overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties\n  update: {B: {type: integer}}\n- target: $.paths.*.post.requestBody.content.*.schema.properties.A\n  remove: true\n")}, "B body integer"},
		// Of a scalar the library takes over the value, and not whether it is text.
		{[]string{overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties.A\n  update: {type: integer, maxLength: null}\n"),
			overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties.A.maxLength\n  remove: true\n")}, "A body integer"},
		// A later action sees the values of those before.
		{[]string{overlay("- target: $.paths.*.post.requestBody.content.*.schema.properties.A\n  update: {description: 'yes'}\n" +
			"- target: $.paths.*.post.requestBody.content.*.schema.properties[?(@.description == 'yes')]\n  update: {deprecated: true}\n")}, "A body string too_long=5 doc=yes deprecated"},
	} {
		api, err := read(form("properties: {A: {type: string, maxLength: 5}}"), test.overlays...)
		require.NoError(t, err, "%v", test.overlays)
		require.Len(t, api.Operations[0].Fields, 1)
		assert.Equal(t, test.want, describe(api.Operations[0].Fields[0]))
	}
}
