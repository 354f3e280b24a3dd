package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edited is the contract of tests/shop with replacements, each of which must hit.
func edited(t *testing.T, replacements ...string) API {
	t.Helper()
	source, err := os.ReadFile("../../tests/shop/openapi.yaml")
	require.NoError(t, err)
	text := string(source)
	for i := 0; i < len(replacements); i += 2 {
		require.Contains(t, text, replacements[i])
		text = strings.Replace(text, replacements[i], replacements[i+1], 1)
	}
	api, err := Read(Source{"openapi.yaml", []byte(text)})
	require.NoError(t, err)
	return api
}

func TestAContractDoesNotDifferFromItself(t *testing.T) {
	assert.Empty(t, Compare(edited(t), edited(t)))
}

// Each edit of a contract is one change, of the level that its users would give it.
func TestCompare(t *testing.T) {
	for name, test := range map[string]struct {
		edit []string
		want string
	}{
		"length": {[]string{"maxLength: 160", "maxLength: 100"}, "breaking: sendMessage: Text: Text must have at most 100 characters."},
		"longer": {[]string{"maxLength: 160", "maxLength: 300"}, "addition: sendMessage: Text: Text must have at most 300 characters."},
		"no length": {[]string{"                  maxLength: 160\n", ""},
			"addition: sendMessage: Text: no longer holds: Text must have at most 160 characters."},
		"parameter": {[]string{"        Gift:\n", "        Wrap: {type: string, description: The paper., examples: [red]}\n        Gift:\n"},
			"addition: placeOrder has a new parameter, Wrap"},
		"parameter removed": {[]string{"                Callback:\n                  description: Where to report what became of the message.\n                  type: string\n                  format: uri\n                  examples: [\"https://example.com/report?id=1\"]\n", ""},
			"breaking: sendMessage no longer has the parameter Callback"},
		"required":           {[]string{"required: [Skus, Quantity]", "required: [Skus, Quantity, Price]"}, "breaking: placeOrder: Price is required."},
		"no longer required": {[]string{"required: [Skus, Quantity]", "required: [Skus]"}, "addition: placeOrder: no longer holds: Quantity is required."},
		"exclusion": {[]string{"        - not: {required: [Photo, PhotoUrl]}\n", "        - not: {required: [Photo, PhotoUrl]}\n        - not: {required: [Gift, Express]}\n"},
			"breaking: placeOrder: Gift cannot be used together with Express."},
		"looser pattern": {[]string{`pattern: '^[A-Z0-9]+$'`, `pattern: '^[A-Z0-9-]+$'`},
			"addition: placeOrder: Coupon: Coupon must match the pattern ^[A-Z0-9-]+$."},
		"stricter pattern": {[]string{`pattern: '^[A-Z0-9]+$'`, `pattern: '^[A-Z]+$'`},
			"breaking: placeOrder: Coupon: Coupon must match the pattern ^[A-Z]+$."},
		"a limit in the path": {[]string{"schema: {type: integer, minimum: 1, examples: [7001]}", "schema: {type: integer, minimum: 2, examples: [7001]}"},
			"breaking: getOrder: OrderId: OrderId must be at least 2."},
		"words": {[]string{"x-must-be: a phone number with its country's prefix", "x-must-be: a phone number"},
			"notice: sendMessage: To: the words \"Each item of To must be a phone number with its country's prefix.\" became \"Each item of To must be a phone number.\""},
		"operation renamed": {[]string{"operationId: getOrder\n", "operationId: readOrder\n"}, "breaking: the operation getOrder was renamed to readOrder"},
		"server":            {[]string{"https://api.shop.example/v2", "https://api.shop.example/v3"}, "breaking: the server https://api.shop.example/v2 became https://api.shop.example/v3"},
		"response member removed": {[]string{"        paid: {description: Whether it is paid., type: boolean}\n", ""},
			"breaking: StoredOrder no longer has the member paid"},
		"value removed": {[]string{"enum: [open, paid, sent]", "enum: [open, paid]"}, "breaking: OrderStatus no longer has the value sent"},
		"value added":   {[]string{"enum: [open, paid, sent]", "enum: [open, paid, sent, lost]"}, "addition: OrderStatus has a new value, lost"},
		"file forbidden": {[]string{"        - not: {required: [Photo, PhotoUrl]}\n", "", "        Photo:\n          description: A picture to print.\n          type: string\n          format: binary\n", ""},
			"breaking: placeOrder no longer has the parameter Photo"},
		"deprecated": {[]string{"operationId: cancelOrder\n", "operationId: cancelOrder\n      deprecated: true\n"}, "notice: cancelOrder is deprecated"},
		"schema renamed": {[]string{"schema: {$ref: '#/components/schemas/Receipt'}", "schema: {$ref: '#/components/schemas/Slip'}", "    Receipt:\n", "    Slip:\n"},
			"breaking: sendMessage returns the type Slip, no longer Receipt"},
		"one more value that is queued": {[]string{"queued: [waiting]", "queued: [waiting, later]"},
			"addition: placeOrder has more values that tell what became of it (x-outcome)"},
		"a value no longer refused": {[]string{", refused: [denied]", ""},
			"breaking: placeOrder tells in another way what became of it (x-outcome)"},
		"a body that must hold something": {[]string{"              type: object\n              properties:\n                note:", "              type: object\n              minProperties: 1\n              properties:\n                note:"},
			"breaking: setNote requires at least one parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, change := range Compare(edited(t), edited(t, test.edit...)) {
				got = append(got, change.String())
			}
			assert.Contains(t, got, test.want)
			if !strings.HasPrefix(test.want, "breaking") {
				assert.NotContains(t, strings.Join(got, "\n"), "breaking", "a false alarm")
			}
		})
	}
}

// A rule about a whole body that is taken out lets more through.
func TestRulesOfTheBodyThatAreGone(t *testing.T) {
	before := edited(t)
	for i, op := range before.Operations {
		if op.ID == "sendMessage" {
			op.NotEmpty = &Rule{Message: "At least one parameter must be given."}
			op.Disjoint = []Rule{{Field: "To", With: []string{"Cc"}, Message: "To cannot hold an item that Cc holds, too."}}
			before.Operations[i] = op
		}
	}
	assert.Equal(t, []Change{
		{Addition, "sendMessage no longer requires a parameter"},
		{Addition, "sendMessage: no longer holds: To cannot hold an item that Cc holds, too."},
	}, Compare(before, edited(t)))
}

func TestAddedEncodingIsNoFalseAlarm(t *testing.T) {
	both := edited(t)
	form := edited(t)
	for i := range form.Operations {
		if form.Operations[i].Body != nil && form.Operations[i].Body.Form {
			body := *form.Operations[i].Body
			body.Multipart = false
			form.Operations[i].Body = &body
		}
	}
	assert.Equal(t, Addition, Compare(form, both)[0].Level)
	assert.Equal(t, Breaking, Compare(both, form)[0].Level)
}

func TestPathParametersAreToldByTheirOrder(t *testing.T) {
	before, after := edited(t), edited(t)
	for i := range before.Operations {
		if op := &before.Operations[i]; op.ID == "getOrder" {
			op.Fields = []Field{{Name: "OrderId", In: InPath}, {Name: "Line", In: InPath}}
			after.Operations[i].Fields = []Field{{Name: "Line", In: InPath}, {Name: "OrderId", In: InPath}}
		}
	}
	assert.Equal(t, "breaking: getOrder takes the path parameters Line, OrderId, no longer OrderId, Line, and they are told by their order",
		Compare(before, after)[0].String())
}

func TestPatternInclusion(t *testing.T) {
	for _, test := range []struct {
		wide, narrow string
		want         bool
	}{
		{`^[a-z]*$`, `^[a-c]+$`, true}, {`^[a-c]+$`, `^[a-z]*$`, false}, {`^a{1,3}$`, `^a{2}$`, true}, {`^(?:a|b)$`, `^[ab]$`, true},
		{`^[^x]$`, `^[a-c]$`, true}, {`^[^b]$`, `^[a-c]$`, false},
	} {
		assert.Equal(t, test.want, accepts(test.wide, test.narrow), "%s accepts all of %s", test.wide, test.narrow)
	}
}
