package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edited is the contract of the project with replacements, each of which must hit.
func edited(t *testing.T, replacements ...string) API {
	t.Helper()
	source, err := os.ReadFile("../../openapi.yaml")
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

const titleSchema = "          description: The contact's job title.\n          type: string\n          maxLength: 255\n"

// Each edit of the contract is one change, of the level that its users would give it.
func TestCompare(t *testing.T) {
	for name, test := range map[string]struct {
		edit []string
		want string
	}{
		"length": {[]string{titleSchema, strings.Replace(titleSchema, "255", "100", 1)},
			"breaking: createContact: Title: Title must have at most 100 characters."},
		"longer": {[]string{titleSchema, strings.Replace(titleSchema, "255", "300", 1)},
			"addition: createContact: Title: Title must have at most 300 characters."},
		"no length": {[]string{titleSchema, strings.Replace(titleSchema, "          maxLength: 255\n", "", 1)},
			"addition: createContact: Title: no longer holds: Title must have at most 255 characters."},
		"parameter": {[]string{"        Title:\n" + titleSchema, "        Nickname: {type: string, description: A nickname.}\n        Title:\n" + titleSchema},
			"addition: createContact has a new parameter, Nickname"},
		"parameter removed": {[]string{"        Title:\n" + titleSchema + "          examples: [Acme Partner Manager]\n", ""},
			"breaking: createContact no longer has the parameter Title"},
		"required": {[]string{"required: [FirstName, LastName, EmailAddress, Accounts]", "required: [FirstName, LastName, EmailAddress, Accounts, Title]"},
			"breaking: createContact: Title is required."},
		"no longer required": {[]string{"required: [FirstName, LastName, EmailAddress, Accounts]", "required: [FirstName, LastName, EmailAddress]"},
			"addition: createContact: no longer holds: Accounts is required."},
		"exclusion": {[]string{"        required: [ProfileImageUrl, ProfileImageFile]", "        anyOf: [{required: [ProfileImageUrl, ProfileImageFile]}, {required: [Title, Labels]}]"},
			"breaking: createContact: Title cannot be used together with Labels."},
		"looser pattern": {[]string{`pattern: '^[A-Za-z0-9_-]+$'`, `pattern: '^[A-Za-z0-9_.-]+$'`},
			"addition: getContact: ContactId: ContactId must be one or more letters A-Z and a-z, digits, _ and -."},
		"stricter pattern on a path": {[]string{`pattern: '^[A-Za-z0-9_-]+$'`, `pattern: '^[0-9]+$'`},
			"breaking: getContact: ContactId: ContactId must be one or more letters A-Z and a-z, digits, _ and -."},
		"words": {[]string{"x-must-be: one or more letters A-Z and a-z, digits, _ and -", "x-must-be: an id"},
			"notice: getContact: ContactId: the words \"ContactId must be one or more letters A-Z and a-z, digits, _ and -.\" became \"ContactId must be an id.\""},
		"operation renamed": {[]string{"operationId: getContact\n", "operationId: readContact\n"},
			"breaking: the operation getContact was renamed to readContact"},
		"server": {[]string{"url: https://api.impact.com", "url: https://api2.impact.com"},
			"breaking: the server https://api.impact.com became https://api2.impact.com"},
		"response member removed": {[]string{"        WorkPhoneNumberCountry:\n          description: The two-letter country code of the phone number at work.\n          type: string\n", ""},
			"breaking: Contact no longer has the member WorkPhoneNumberCountry"},
		"value removed": {[]string{`"AD", "AE"`, `"AE"`}, "breaking: CountryCode no longer has the value AD"},
		"value added":   {[]string{`"AD", "AE"`, `"AD", "AE", "XX"`}, "addition: CountryCode has a new value, XX"},
		"file forbidden": {[]string{"        ProfileImageFile:\n          description: An image to upload, PNG, JPEG, GIF or WebP. Its part is named by this parameter's value.\n          type: string\n          format: binary\n          x-named-part: profile-image\n", "",
			"      not:\n        required: [ProfileImageUrl, ProfileImageFile]\n", ""},
			"breaking: createContact no longer has the parameter ProfileImageFile"},
		"one more value that is queued": {[]string{"queued: [QUEUED], refused: [ERROR]}", "queued: [QUEUED, LATER], refused: [ERROR]}"},
			"addition: createContact has more values that tell what became of it (x-outcome)"},
		"a value no longer refused": {[]string{"queued: [QUEUED], refused: [ERROR]}", "queued: [QUEUED]}"},
			"breaking: createContact tells in another way what became of it (x-outcome)"},
		"a body may be empty": {[]string{"      minProperties: 1\n", ""}, "addition: updateContact no longer requires a parameter"},
		"lists may overlap": {[]string{"        - [AccountsAdd, AccountsRemove]\n", ""},
			"addition: updateContact: no longer holds: AccountsAdd cannot hold an item that AccountsRemove holds, too."},
		"deprecated": {[]string{"operationId: deleteContact\n", "operationId: deleteContact\n      deprecated: true\n"}, "notice: deleteContact is deprecated"},
		"schema renamed": {[]string{"$ref: '#/components/schemas/DeletedContact'", "$ref: '#/components/schemas/GoneContact'", "    DeletedContact:\n", "    GoneContact:\n"},
			"breaking: deleteContact returns the type GoneContact, no longer DeletedContact"},
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

func TestAddedEncodingIsNoFalseAlarm(t *testing.T) {
	both := edited(t)
	form := edited(t)
	for i := range form.Operations {
		if form.Operations[i].Body != nil {
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
	for i, op := range after.Operations {
		if op.ID == "getContact" {
			op.Fields[0], op.Fields[1] = op.Fields[1], op.Fields[0]
			after.Operations[i] = op
		}
	}
	assert.Equal(t, "breaking: getContact takes the path parameters ContactId, CampaignId, no longer CampaignId, ContactId, and they are told by their order",
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
