package contract

// Formats are the formats that are rules, with what a value must be.
func Formats() map[string]string {
	out := map[string]string{}
	for name, format := range formats {
		out[name] = format.mustBe
	}
	return out
}

// Extensions are our own keys.
func Extensions() []string { return extensions }

var ReservedTypes = reservedTypes
