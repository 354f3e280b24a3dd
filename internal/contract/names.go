package contract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// words splits a name of the wire into the words of an identifier: ProfileImageUrl, profile_image_url,
// profile-image-url and profile[image].url are all profile, image, url.
func words(name string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0:
			afterLower := !unicode.IsUpper(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if afterLower || beforeLower {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	if len(out) > 0 && unicode.IsDigit(rune(out[0][0])) {
		out[0] = "n" + out[0]
	}
	return out
}

// initialisms are written in capitals in Go.
var initialisms = []string{
	"acl", "api", "ascii", "cpu", "css", "dns", "eof", "guid", "html", "http", "https", "id", "ip", "json", "qps", "ram", "rpc",
	"sid", "sla", "smtp", "sql", "ssh", "tcp", "tls", "ttl", "udp", "ui", "uid", "uri", "url", "utf8", "uuid", "vm", "xml", "xsrf", "xss",
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func pascal(words []string) string {
	var b strings.Builder
	for _, word := range words {
		b.WriteString(title(word))
	}
	return b.String()
}

func goName(words []string) string {
	var b strings.Builder
	for _, word := range words {
		if slices.Contains(initialisms, word) {
			b.WriteString(strings.ToUpper(word))
		} else {
			b.WriteString(title(word))
		}
	}
	return b.String()
}

// usable tells whether a name of the wire can be one, and has an identifier.
func usable(name string) bool {
	return len(words(name)) > 0 && utf8.ValidString(name) && !strings.ContainsFunc(name, isControl)
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// valueNames are the identifiers of a field or a member.
func valueNames(name string) Names {
	w := words(name)
	if len(w) == 0 {
		return Names{}
	}
	camel := w[0] + pascal(w[1:])
	snake := strings.Join(w, "_")
	names := Names{
		Go:         goName(w),
		TypeScript: escapeReserved(camel, reservedTypeScript),
		Python:     escapeReserved(snake, reservedPython),
		Java:       escapeReserved(camel, reservedJava),
		Rust:       escapeReserved(snake, reservedRust),
		Kebab:      strings.Join(w, "-"),
	}
	if slices.Contains(reservedGo, names.Go) {
		names.Go += "Value"
	}
	return names
}

// argumentNames are the identifiers of a field that is an argument of a method of its own.
func argumentNames(name string) Names {
	names := valueNames(name)
	for _, identifier := range []*string{&names.TypeScript, &names.Python, &names.Java, &names.Rust} {
		*identifier = escapeReserved(*identifier, reservedArguments)
	}
	return names
}

// methodNames are the identifiers of an operation.
func methodNames(id string) Names {
	w := words(id)
	if slices.Contains(reservedMethods, strings.Join(w, "_")) {
		id = strings.Join(append(w, "operation"), "_")
	}
	return valueNames(id)
}

// typeNames are the identifiers of a type.
func typeNames(name string) Names {
	w := words(name)
	if len(w) == 0 {
		return Names{}
	}
	if slices.Contains(reservedTypes, pascal(w)) {
		w = append(w, "object")
	}
	p := pascal(w)
	return Names{Go: goName(w), TypeScript: p, Python: p, Java: p, Rust: p, Kebab: strings.Join(w, "-")}
}

// sameName tells whether two names are the same identifier in some language.
func sameName(a, b Names) bool {
	return a.Go == b.Go || a.TypeScript == b.TypeScript || a.Python == b.Python || a.Java == b.Java || a.Rust == b.Rust || a.Kebab == b.Kebab
}

// A namedType is a type of the generated code. Its name is compared without regard to case, as some file
// systems do.
type namedType struct {
	name, what string
	at         *yaml.Node
}

// nameClashes refuses two types, or two methods, of the same name in some language.
func (r *reader) nameClashes() {
	client := pascal(append(words(r.api.Title), "client"))
	types := map[string]string{}
	for _, one := range slices.Concat([]namedType{{client, "the client", r.root}}, r.inputs, r.types) {
		name := strings.ToLower(one.name)
		if other, taken := types[name]; taken {
			r.refuse(one.at, "%s and %s are both the type %s in some language; rename one", other, one.what, one.name)
			continue
		}
		types[name] = one.what
	}
	methods := map[string]string{}
	for _, op := range r.api.Operations {
		names := []string{op.ID, op.ID + " async"}
		if op.Pages != nil {
			names = append(names, op.ID+" page")
		}
		for _, name := range names {
			method := strings.Join(words(name), "")
			if other, taken := methods[method]; taken {
				r.refuse(op.at, "the operationIds %s and %s are both the method %s in some language; rename one", other, op.ID, pascal(words(name)))
				break
			}
			methods[method] = op.ID
		}
	}
}

func escapeReserved(name string, reserved []string) string {
	if slices.Contains(reserved, name) {
		return name + "_"
	}
	return name
}

var (
	reservedTypeScript = strings.Fields(`arguments await break case catch class const continue debugger default delete do else enum eval export
		extends false finally for function if implements import in instanceof interface let new null package private protected public return
		static super switch this throw true try typeof undefined var void while with yield constructor prototype then toJSON toString valueOf
		hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString`)
	reservedPython = strings.Fields(`and as assert async await break class continue def del elif else except finally for from global if import
		in is lambda nonlocal not or pass raise return try while with match case type str int float bool bytes list dict set tuple object
		property self cls none true false file options print
		parameters call iterate close aclose validate from_draft from_env`)
	reservedJava = strings.Fields(`abstract assert boolean break byte case catch char class const continue default do double else enum extends
		false final finally float for goto if implements import instanceof int interface long native new null package private protected public
		return short static strictfp super switch synchronized this throw throws transient true try void volatile while var record yield sealed
		permits when getClass notify notifyAll wait hashCode toString equals clone finalize builder toBuilder build validate close options`)
	reservedRust = strings.Fields(`abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen
		if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe
		unsized union use virtual where while yield new default clone build builder validate options`)
	reservedGo = []string{"Validate"}

	// Names of a method's other arguments, and of what its body needs.
	reservedArguments = strings.Fields(`input options opts ctx context client self this call path query headers body request response result error`)

	// Names of the clients' other methods, with words joined by _.
	reservedMethods = strings.Fields(`call call_pages close aclose validate options client new from_env builder account token`)

	// Names of the runtimes' own types and of types that every program of a language has.
	reservedTypes = strings.Fields(`Client AsyncClient BlockingClient Options ClientOptions CallOptions Option File Violation Rule RuleKind Outcome
		Operation Operations Field List Page Pages Response ResponseInfo RateLimit FieldError Error ApiError ApiException UsageError InvalidError
		NotSentError RefusedError QueuedError InDoubtError InvalidException NotSentException RefusedException QueuedException InDoubtException
		UsageException ClientError ErrorResponse ObjectType Member Condition Result Attempt Draft Credentials Transport Body Bytes ByteStream
		String Object Map Set Vec Box Some None Ok Err Array Number Boolean Integer Long Double Float Byte Short Character Void Date Promise Record
		Exception Function Symbol Optional Objects Stream Iterator Iterable Any Type Enum Class Override Deprecated Self Default Debug Clone Copy
		Drop Send Sync Sized From Into Iter Hash Eq Ord Fn Future Rules RulesMode Server ServerInterface RequestEditorFn HttpRequestDoer Names Retry
		In Kind Math Thread System Throwable Duration Instant Path Pattern Locale Uri Url Request Headers Blob FormData AbortSignal ReadableStream
		Buffer Json Partial Readonly Required Pick Omit Awaited Extract Exclude BaseException Version New OutcomeMember SharedOption ListForm FileForm
		BaseClient ApiInfo Alarm Backoff BaseUrl CallResult Classifier Core ExactStream FileSource HttpClients OwnClient RequestBody ResponseReader
		RetryAfter RuleCheck ServerWords Target TextBody ContentBody Values Witness
		CallOption Api Done FileContent Incoming Outgoing Shape SharedOptions Unsent Variables Agents Naming`)
)
