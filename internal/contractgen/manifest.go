package contractgen

import (
	"fmt"
	"regexp"
	"strings"

	"example.com/contacts/internal/contract"
)

// A Manifest is the file in which a client says what it is to its language's package manager.
type Manifest struct {
	Language, Path       string
	version, description *regexp.Regexp // each is there once
}

// Manifests are those of all languages that have one with a version.
var Manifests = []Manifest{
	{"typescript", "package.json", regexp.MustCompile(`(?m)^(  "version": ")[^"]+(",)$`), regexp.MustCompile(`(?m)^(  "description": ").*(",)$`)},
	{"python", "pyproject.toml", regexp.MustCompile(`(?m)^(version = ")[^"]+(")$`), regexp.MustCompile(`(?m)^(description = ").*(")$`)},
	{"java", "pom.xml", regexp.MustCompile(`(?m)^(  <version>)[^<]+(</version>)$`), regexp.MustCompile(`(?m)^(  <description>).*(</description>)$`)},
	{"rust", "Cargo.toml", regexp.MustCompile(`(?m)^(version = ")[^"]+(")$`), regexp.MustCompile(`(?m)^(description = ").*(")$`)},
}

// WithVersion is the manifest's text with a version in place of the one that it has.
func (m Manifest) WithVersion(text, version string) (string, error) {
	return m.replace(m.version, text, "version", version)
}

func (m Manifest) replace(place *regexp.Regexp, text, what, by string) (string, error) {
	if n := len(place.FindAllString(text, -1)); n != 1 {
		return "", fmt.Errorf("%s must hold the %s once, in the form %s; it does %d times", m.Path, what, place, n)
	}
	return place.ReplaceAllString(text, "${1}"+strings.ReplaceAll(by, "$", "$$")+"${2}"), nil
}

// setManifest lets the manifest among the files of a standalone client name its own version and contract.
func setManifest(language string, files []File, api contract.API, pkg Package) error {
	for _, m := range Manifests {
		for i, file := range files {
			if m.Language != language || m.Path != file.Path {
				continue
			}
			text, err := m.WithVersion(string(file.Content), pkg.Version)
			if err != nil {
				return err
			}
			about := "A client of " + plainTitle(api.Title) + " that enforces its contract's rules, and says what is known after each call"
			if text, err = m.replace(m.description, text, "description", about); err != nil {
				return err
			}
			files[i].Content = []byte(text)
		}
	}
	return nil
}

var notPlain = regexp.MustCompile(`[^\pL\pN .,:()'/-]+`)

// plainTitle needs no escape in any manifest.
func plainTitle(title string) string {
	return strings.Join(strings.Fields(notPlain.ReplaceAllString(title, " ")), " ")
}
