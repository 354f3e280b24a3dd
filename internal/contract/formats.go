package contract

// A format that is enforced is a portable pattern, and so means the same in every language.
type format struct{ pattern, mustBe, example string }

const (
	// The months with their lengths, and 29 February in leap years.
	datePattern = `(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))` +
		`|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)`
	timePattern = `(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])`
)

var formats = map[string]format{
	"date":      {"^" + datePattern + "$", "a date such as 2026-02-28", "2026-02-28"},
	"date-time": {"^" + datePattern + "[Tt]" + timePattern + "$", "a date and time such as 2026-02-28T12:30:00Z", "2026-02-28T12:30:00Z"},
	"uuid": {"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
		"a UUID such as 123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"},
	"uri": {`^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:\/?#@!\x24&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})+$`,
		"an absolute URI such as https://example.com/a", "https://example.com/a"},
}
