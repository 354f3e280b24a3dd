package wrapper

import (
	"cmp"
	"slices"
	"strings"

	"example.com/contacts/gen"
)

// A Contact is what CreateContact sends. Its fields are the parameters of the API's page, in its order and
// under its names. An empty one counts as absent (FACTS D1).
//
// Text is UTF-8, and has at most 255 Unicode code points (FACTS F6); a list has as many in all, with the
// commas that join it.
type Contact struct {
	FirstName    string // required
	LastName     string // required
	EmailAddress string // required: something, one @, something; no white space and no comma (FACTS D8)

	// Accounts are the ids of the partner accounts that the contact belongs to; at least one. An id
	// holds no comma, and neither begins nor ends with white space (FACTS D4).
	Accounts []string

	Title string

	// ProfileImageUrl is where the contact's image is on the web; not together with ProfileImageFile.
	ProfileImageUrl string
	// ProfileImageFile is an image to upload; not together with ProfileImageUrl.
	ProfileImageFile *Image

	WorkPhoneNumber string
	// WorkPhoneNumberCountry is required with a WorkPhoneNumber (the page), and is accepted without one
	// (FACTS D6): an officially assigned ISO 3166-1 alpha-2 code in upper case (FACTS D5).
	WorkPhoneNumberCountry CountryCode

	CellphoneNumber string
	// CellphoneNumberCountry is to CellphoneNumber what WorkPhoneNumberCountry is to WorkPhoneNumber.
	CellphoneNumberCountry CountryCode

	// Labels are bound by the same rules as Accounts, but there may be none.
	Labels []string
}

// CountryCode is one of the constants gen.CountryCodeAD to gen.CountryCodeZW, or the same as text: "US".
type CountryCode = gen.CountryCode

// Violation is a rule that a contact breaks.
type Violation = gen.Violation

// Validate checks a contact without sending it. It returns nil, or an *InvalidError with all violations.
// To do so it opens and reads the beginning of the image file, if there is one.
func (c *Contact) Validate() error {
	_, err := c.encode()
	return err
}

// check joins the contract's violations with the wrapper's: in the contract's order of fields, one for each
// field, the contract's first. The error is nil or an *InvalidError.
func (c *Contact) check(violations, own []Violation, cause error) error {
	for _, list := range []struct {
		field string
		items []string
	}{{"Accounts", c.Accounts}, {"Labels", c.Labels}} {
		if slices.ContainsFunc(list.items, badItem) {
			own = append(own, Violation{Field: list.field, Rule: gen.RuleListItem, Message: list.field + " " + gen.MessageListItem})
		}
	}
	if len(own) > 0 {
		order := func(v Violation) int { return slices.Index(gen.ContactUploadFields[:], v.Field) }
		violations = append(violations, own...)
		slices.SortStableFunc(violations, func(a, b Violation) int { return cmp.Compare(order(a), order(b)) })
		violations = slices.CompactFunc(violations, func(a, b Violation) bool { return a.Field == b.Field })
	}
	if len(violations) == 0 {
		return nil
	}
	return &InvalidError{Violations: violations, Err: cause}
}

const whiteSpace = "\t\n\v\f\r "

// badItem tells whether an item cannot be part of a comma-separated list (FACTS D4).
func badItem(item string) bool {
	return item == "" || strings.IndexByte(item, ',') >= 0 ||
		strings.IndexByte(whiteSpace, item[0]) >= 0 || strings.IndexByte(whiteSpace, item[len(item)-1]) >= 0
}

func (c *Contact) form() gen.ContactForm {
	return gen.ContactForm{
		FirstName:              c.FirstName,
		LastName:               c.LastName,
		EmailAddress:           gen.EmailAddress(c.EmailAddress),
		Accounts:               strings.Join(c.Accounts, ","),
		Title:                  c.Title,
		ProfileImageUrl:        c.ProfileImageUrl,
		WorkPhoneNumber:        c.WorkPhoneNumber,
		WorkPhoneNumberCountry: c.WorkPhoneNumberCountry,
		CellphoneNumber:        c.CellphoneNumber,
		CellphoneNumberCountry: c.CellphoneNumberCountry,
		Labels:                 strings.Join(c.Labels, ","),
	}
}

// upload is the form with the name of the image's part.
func (c *Contact) upload(part string) gen.ContactUpload {
	form, upload := c.form(), gen.ContactUpload{ProfileImageFile: part}
	for name, value := range form.Fields() {
		upload.SetField(name, value)
	}
	return upload
}
