package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const redacted = "[token]"

// secrets are the texts that no record may hold.
type secrets struct {
	known   []string // the longest first
	digests tokenDigests
}

// tokenDigests are the SHA-256 of tokens that are not known otherwise.
type tokenDigests map[[sha256.Size]byte]*Account

func (d tokenDigests) has(token string) bool { return d[sha256.Sum256([]byte(token))] != nil }

// newSecrets are the tokens with which a sandbox is started, and the credentials of HTTP Basic that they are part of.
func newSecrets(account, token, controlToken string) secrets {
	credentials := base64.StdEncoding.EncodeToString([]byte(account + ":" + token))
	return secrets{}.with(token, credentials, controlToken)
}

// with returns the secrets and more, as they are and as JSON has them.
func (s secrets) with(more ...string) secrets {
	s.known = slices.Clone(s.known)
	for _, text := range more {
		for _, text := range []string{text, string(appendEscaped(nil, text))} {
			if text != "" && !slices.Contains(s.known, text) {
				s.known = append(s.known, text)
			}
		}
	}
	slices.SortStableFunc(s.known, func(a, b string) int { return len(b) - len(a) })
	return s
}

// ofRequest returns the secrets and the credentials that a request brought, unless those are among them. Wrong ones
// count, as they may be right somewhere else, but not if they are short: they would make every text unreadable.
func (s secrets) ofRequest(credentials, token string, denied bool) secrets {
	switch {
	case !denied && (slices.Contains(s.known, token) || isGeneratedToken(token)):
		return s
	case denied && len(token) < shortToken:
		return s.with(credentials)
	}
	return s.with(credentials, token)
}

// shortToken is the length of a token that can be told from a word.
const shortToken = 8

func isGeneratedToken(text string) bool {
	return len(text) == generatedToken && strings.Trim(text, generatedCharacters) == ""
}

// redact returns a text without secrets, of at most n bytes, and whether that is all of it.
func (s secrets) redact(text string, n int) (short string, whole bool) {
	n = max(n, 0)
	longest := s.longest()
	if len(text) <= n+longest {
		if text = s.all(text); len(text) <= n {
			return text, true
		}
		return wholeRunes(text[:n]), false
	}
	// What the cut leaves of a secret is at the end, and goes with it.
	text = s.all(text[:n+longest])
	return wholeRunes(text[:min(n, max(len(text)-longest, 0))]), false
}

// longest is how many bytes a secret has at most.
func (s secrets) longest() int {
	n := maxEncodedToken
	if len(s.known) > 0 {
		n = max(n, len(s.known[0]))
	}
	return n
}

// wholeRunes is a text that was cut, without the first bytes of a character at its end.
func wholeRunes(text string) string {
	for i := 1; i <= utf8.UTFMax && i <= len(text); i++ {
		if b := text[len(text)-i]; utf8.RuneStart(b) {
			if !utf8.FullRuneInString(text[len(text)-i:]) {
				return text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// all redacts all of a text.
func (s secrets) all(text string) string {
	text = s.withinWords(text)
	if len(s.digests) > 0 {
		text = s.redactWords(text)
	}
	return text
}

// in tells whether bytes hold a secret. Only a text has words.
func (s secrets) in(content string) bool {
	return s.withinWords(content) != content || utf8.ValidString(content) && s.all(content) != content
}

// withinWords redacts those secrets that are found also within a word.
func (s secrets) withinWords(text string) string {
	for _, secret := range s.known {
		if len(secret) <= len(text) && strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	if strings.Contains(text, cut) {
		text = s.redactCut(text)
	}
	if len(s.digests) == 0 {
		return text
	}
	return s.redactGenerated(s.redactEncoded(text))
}

// A token that crypto/rand.Text made is so long, and of these characters.
const (
	generatedToken      = 26
	maxEncodedToken     = 256 // of one in base64, with the account before it
	generatedCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	// A / of base64 stands for characters that neither an AccountSID nor such a token has.
	base64Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
)

// redactGenerated hides the tokens that crypto/rand.Text made, also within a word.
func (s secrets) redactGenerated(text string) string {
	return redactRuns(text, &isGenerated, generatedToken, func(run string) string {
		looks := 0
		for i := 0; i+generatedToken <= len(run); {
			token := run[i : i+generatedToken]
			if !isVaried(token) {
				i++
				continue
			}
			if looks++; looks > maxLooks {
				return run[:i] + redacted
			}
			if s.digests.has(token) {
				run = run[:i] + redacted + run[i+generatedToken:]
				i += len(redacted)
			} else {
				i++
			}
		}
		return run
	})
}

// maxLooks bounds what a text of nothing but such characters costs. What is after them is hidden unseen.
const maxLooks = 4096

// isVaried tells whether a text has as many characters as a token that was made at random.
func isVaried(text string) bool {
	var seen uint32
	for i := range len(text) {
		seen |= 1 << (text[i] & 31)
	}
	return bits.OnesCount32(seen) >= 8
}

// cut follows a name that was cut when it was read.
const cut = "…"

// redactCut hides the beginning of a secret before the sign of a cut.
func (s secrets) redactCut(text string) string {
	pieces := strings.Split(text, cut)
	for i, piece := range pieces[:len(pieces)-1] {
		rest := len(piece)
		for _, secret := range s.known {
			for n := min(len(secret)-1, len(piece)); n >= shortToken/2; n-- {
				if strings.HasSuffix(piece, secret[:n]) {
					rest = min(rest, len(piece)-n)
					break
				}
			}
		}
		if generated := len(strings.TrimRight(piece, generatedCharacters)); len(piece)-generated >= shortToken && len(s.digests) > 0 {
			rest = min(rest, generated)
		}
		if rest < len(piece) {
			pieces[i] = piece[:rest] + redacted
		}
	}
	return strings.Join(pieces, cut)
}

// redactWords hides other tokens, where they stand by themselves in a text.
func (s secrets) redactWords(text string) string {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\"'/=,;:&?<>(){}[]\\", r) }) {
		if len(word) >= shortToken && s.digests.has(word) {
			text = strings.ReplaceAll(text, word, redacted)
		}
	}
	if s.digests.has(text) {
		return redacted
	}
	return text
}

// redactEncoded hides texts in base64 that hold such a token, as the credentials of HTTP Basic do.
func (s secrets) redactEncoded(text string) string {
	return redactRuns(text, &isBase64, base64.RawStdEncoding.EncodedLen(generatedToken), func(run string) string {
		for i := range 4 {
			encoded := run[i:]
			if len(encoded)%4 == 1 {
				encoded = encoded[:len(encoded)-1]
			}
			decoded, _ := base64.RawStdEncoding.DecodeString(encoded)
			if plain := string(decoded); s.redactGenerated(plain) != plain {
				return redacted
			}
		}
		return run
	})
}

var isGenerated, isBase64 = setOf(generatedCharacters), setOf(base64Characters)

func setOf(characters string) (set [256]bool) {
	for _, c := range []byte(characters) {
		set[c] = true
	}
	return set
}

// redactRuns replaces each longest run of at least n characters of a set.
func redactRuns(text string, set *[256]bool, n int, replace func(string) string) string {
	for end := n - 1; end < len(text); {
		if !set[text[end]] {
			end += n // no run of that length has this character
			continue
		}
		begin := end
		for begin > 0 && set[text[begin-1]] {
			begin--
		}
		for end < len(text) && set[text[end]] {
			end++
		}
		if end-begin >= n {
			instead := replace(text[begin:end])
			text, end = text[:begin]+instead+text[end:], begin+len(instead)
		}
		end += n
	}
	return text
}
