package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// A contactLine is a contact as export writes it and load reads it: one JSON object in one line.
type contactLine struct {
	Account    string          `json:"account,omitempty"` // in an export of all accounts
	Campaign   int64           `json:"campaign"`
	ID         int64           `json:"id"`
	System     bool            `json:"system,omitempty"`
	ListedFrom string          `json:"listedFrom,omitempty"` // if it is not in the list yet
	Parameters json.RawMessage `json:"parameters"`
	Image      string          `json:"image,omitempty"` // in base64
}

var contactLineMembers = []string{"account", "campaign", "id", "system", "listedFrom", "parameters", "image"}

// lineOfContact is the line of a record. An account that is among its parameters is the id alone, as it was given.
func lineOfContact(record *Record, withAccount bool) ([]byte, error) {
	contact, err := parseObject(record.Contact)
	if err != nil {
		return nil, err
	}
	if _, ids := contact.items(accounts); ids != nil {
		contact.set(accounts, appendStrings(nil, ids))
	}
	line := contactLine{
		Campaign: record.CampaignID, ID: record.ID, System: record.System,
		Parameters: contact.appendTo(nil), Image: base64.StdEncoding.EncodeToString(record.Image),
	}
	if withAccount {
		line.Account = record.AccountSID
	}
	if record.ListedFrom.After(time.Now()) {
		line.ListedFrom = record.ListedFrom.Format(time.RFC3339Nano)
	}
	var b bytes.Buffer
	writeJSON(&b, line)
	return b.Bytes(), nil
}

func appendStrings(b []byte, texts []string) []byte {
	b = append(b, '[')
	for _, text := range texts {
		b = separate(b)
		b = appendString(b, text)
	}
	return append(b, ']')
}

// readContactLine reads a line for an account, or for the one that it names if that is "". An error begins with the
// name of what is wrong.
func readContactLine(text []byte, account string) (*Record, error) {
	draft, violations, err := wrapper.ParseDraft(text)
	if err != nil {
		return nil, errors.New("it must be one JSON object")
	}
	if len(violations) > 0 {
		return nil, errors.New(strings.TrimSuffix(violations[0].Message, "."))
	}
	for name := range draft {
		if !slices.Contains(contactLineMembers, name) {
			return nil, fmt.Errorf("there is no member %q; there are %s", displayName(name), strings.Join(contactLineMembers, ", "))
		}
	}
	for _, name := range []string{"campaign", "id", "parameters"} {
		if draft[name] == nil {
			return nil, errors.New(name + " is missing")
		}
	}
	var line contactLine
	if err := json.Unmarshal(text, &line); err != nil {
		wrong := &json.UnmarshalTypeError{}
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("%s must be %s", wrong.Field, map[string]string{"int64": "a whole number", "bool": "true or false"}[wrong.Type.String()])
		}
		return nil, err
	}
	return line.record(account)
}

func (line *contactLine) record(account string) (*Record, error) {
	record := &Record{ID: line.ID, AccountSID: account, CampaignID: line.Campaign, System: line.System}
	var err error
	switch {
	case record.ID < 1 || record.ID > MaxID:
		return nil, fmt.Errorf("id must be from 1 to %d", int64(MaxID))
	case account != "" && line.Account != "" && line.Account != account:
		return nil, errors.New("account is another one than that of the credentials; leave it out")
	case account == "" && line.Account == "":
		return nil, errors.New("account is missing; name it in each line, or load for one account")
	case account == "":
		if err := checkSID(line.Account); err != nil {
			return nil, fmt.Errorf("account: %w", err)
		}
		record.AccountSID = line.Account
	}
	if line.ListedFrom != "" {
		listed, err := time.Parse(time.RFC3339Nano, line.ListedFrom)
		if err != nil {
			return nil, errors.New("listedFrom must be a time such as 2006-01-02T15:04:05Z")
		}
		record.ListedFrom = listed.UTC().Truncate(time.Microsecond)
	}
	if line.Image != "" {
		if record.Image, err = base64.StdEncoding.DecodeString(line.Image); err != nil {
			return nil, errors.New("image must be in base64")
		}
		if imageType(record.Image) == "" {
			return nil, errors.New("image must be a PNG, JPEG, GIF or WebP image")
		}
	}
	record.Contact, err = contactOf(line.Parameters, record.Image)
	return record, err
}

// contactOf is the Record.Contact of parameters, which keep the rules of the contract for each value by itself: a contact
// that was updated may lack what a create needs, and its lists may have become long.
func contactOf(parameters json.RawMessage, image []byte) (string, error) {
	draft, violations, err := wrapper.ParseDraft(parameters)
	if err != nil {
		return "", errors.New("parameters must be an object")
	}
	operation := wrapper.OperationByID("createContact")
	name, hasFile := draft[imageFile].(string)
	switch {
	case hasFile && name == "", draft[imageFile] != nil && !hasFile:
		return "", errors.New("parameters: " + imageFile + " must be the name of the image")
	case hasFile != (image != nil):
		return "", errors.New("image: " + imageFile + " of the parameters names it; give both, or neither")
	case hasFile:
		draft[imageFile] = wrapper.FileFromBytes(image)
	}
	for _, violation := range append(violations, operation.CheckDraft(nil, draft)...) {
		if field := operation.Field(violation.Field); !isOfWhole(violation.Rule, field) {
			return "", errors.New("parameters: " + strings.TrimSuffix(violation.Message, "."))
		}
	}
	given, err := parseObject(string(parameters))
	if err != nil {
		return "", err
	}
	contact := object{}
	for _, m := range given {
		if value := draft[m.name]; value != "" {
			contact.set(m.name, valueOf(operation.Field(m.name), m.value, draft[m.name]))
		}
	}
	if hasFile {
		contact.set(imageFile, appendString(nil, name))
	}
	return string(contact.appendTo(nil)), nil
}

// isOfWhole tells whether a rule is about a contact, or a list, as a whole.
func isOfWhole(rule wrapper.RuleKind, field *wrapper.Field) bool {
	switch rule {
	case wrapper.RuleRequired, wrapper.RuleRequiredWith, wrapper.RuleRequiredIf:
		return true
	case wrapper.RuleTooLong, wrapper.RuleTooShort, wrapper.RuleTooMany, wrapper.RuleTooFew:
		return field != nil && field.List != nil
	}
	return false
}

// valueOf is the JSON of a value as a request would have left it.
func valueOf(field *wrapper.Field, raw json.RawMessage, value any) json.RawMessage {
	switch value := value.(type) {
	case nil:
		return json.RawMessage("null")
	case string:
		return appendString(nil, value)
	case []any:
		texts := []string{}
		for _, item := range value {
			text, isText := item.(string)
			if !isText {
				return raw
			}
			texts = append(texts, text)
		}
		return appendValue(nil, field.Name, texts)
	}
	if typed, is := field.ParseText(string(raw)); is {
		return appendValue(nil, field.Name, typed)
	}
	return raw
}
