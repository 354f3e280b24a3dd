package main

import (
	"strings"

	"example.com/contacts/gen"
)

// A parameter of the API, as a flag and as a member of the JSON object.
type parameter struct {
	name    string // the API's
	help    string
	country bool
	// Where its value goes: one of the two.
	text func(*input) *string
	list func(*input) *[]string
}

// parameters are those of the contract, in its order. Their names, as flags and as members, derive from the
// API's.
var parameters = [...]parameter{
	{name: "FirstName", help: "first `NAME`, required; at most 255 characters",
		text: func(in *input) *string { return &in.contact.FirstName }},
	{name: "LastName", help: "last `NAME`, required; at most 255 characters",
		text: func(in *input) *string { return &in.contact.LastName }},
	{name: "EmailAddress", help: "e-mail `ADDRESS`, required; at most 255 characters",
		text: func(in *input) *string { return &in.contact.EmailAddress }},
	{name: "Accounts", help: "`ID` of a partner account, required; repeat the flag for more; at most 255 characters in all",
		list: func(in *input) *[]string { return &in.contact.Accounts }},
	{name: "Title", help: "job `TITLE`; at most 255 characters",
		text: func(in *input) *string { return &in.contact.Title }},
	{name: "ProfileImageUrl", help: "`URL` of an image, at most 255 characters; not with --profile-image-file",
		text: func(in *input) *string { return &in.contact.ProfileImageUrl }},
	{name: "ProfileImageFile", help: "`PATH` of an image to upload, PNG, JPEG, GIF or WebP; not with --profile-image-url",
		text: func(in *input) *string { return &in.image }},
	{name: "WorkPhoneNumber", help: "phone `NUMBER` at work, at most 255 characters; needs --work-phone-number-country",
		text: func(in *input) *string { return &in.contact.WorkPhoneNumber }},
	{name: "WorkPhoneNumberCountry", help: "`CODE` of its country, two upper-case letters of ISO 3166-1 such as US", country: true,
		text: func(in *input) *string { return (*string)(&in.contact.WorkPhoneNumberCountry) }},
	{name: "CellphoneNumber", help: "mobile phone `NUMBER`, at most 255 characters; needs --cellphone-number-country",
		text: func(in *input) *string { return &in.contact.CellphoneNumber }},
	{name: "CellphoneNumberCountry", help: "`CODE` of its country, two upper-case letters of ISO 3166-1 such as US", country: true,
		text: func(in *input) *string { return (*string)(&in.contact.CellphoneNumberCountry) }},
	{name: "Labels", help: "`LABEL` of the contact; repeat the flag for more; at most 255 characters in all",
		list: func(in *input) *[]string { return &in.contact.Labels }},
}

// flag is the name in lower case, its words joined by hyphens.
func (p parameter) flag() string {
	var b strings.Builder
	for i, r := range p.name {
		if 'A' <= r && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func parameterNamed(name string) (parameter, bool) {
	for _, p := range parameters {
		if p.name == name {
			return p, true
		}
	}
	return parameter{}, false
}

func countryCodes() []string {
	var codes []string
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			if code := string(first) + string(second); gen.CountryCode(code).Valid() {
				codes = append(codes, code)
			}
		}
	}
	return codes
}
