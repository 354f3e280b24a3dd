// Command release gives the contract and the packages of all languages a version: make release VERSION=1.2.3.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"example.com/contacts/internal/contractgen"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: make release VERSION=1.2.3")
		os.Exit(2)
	}
	if err := release(".", os.Args[1], time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
	generate := exec.Command("make", "generate")
	generate.Stdout, generate.Stderr = os.Stdout, os.Stderr
	if err := generate.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
	fmt.Printf("\nVersion %[1]s stands in all packages, and tests/released has its contract.\nRun `make test`, commit, and tag the commit: git tag v%[1]s\n", os.Args[1])
}

var (
	versionForm = regexp.MustCompile(`^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)
	unreleased  = "## Unreleased\n"
	// A dependency of Maven names the version.
	javaDependency = regexp.MustCompile(`(?m)^(  <version>)[0-9.]+(</version>)$`)
)

const javaReadme = "clients/java/README.md"

// release changes the files of a checkout: all of them, or none if one has not the form that is expected.
func release(folder, version string, now time.Time) error {
	if !versionForm.MatchString(version) {
		return fmt.Errorf("the version %q must have the form 1.2.3", version)
	}
	changed := map[string]string{}
	read := func(name string) (string, error) {
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		return string(content), err
	}
	if _, err := read("VERSION"); err != nil {
		return err
	}
	changed["VERSION"] = version + "\n"
	for _, manifest := range contractgen.Manifests {
		name := "clients/" + manifest.Language + "/" + manifest.Path
		text, err := read(name)
		if err != nil {
			return err
		}
		if changed[name], err = manifest.WithVersion(text, version); err != nil {
			return fmt.Errorf("clients/%s: %w", manifest.Language, err)
		}
	}
	readme, err := read(javaReadme)
	if err != nil {
		return err
	}
	if n := len(javaDependency.FindAllString(readme, -1)); n != 1 {
		return fmt.Errorf("%s must hold the version once, in the form %s; it does %d times", javaReadme, javaDependency, n)
	}
	changed[javaReadme] = javaDependency.ReplaceAllString(readme, "${1}"+version+"${2}")
	changelog, err := read("CHANGELOG.md")
	if err != nil {
		return err
	}
	before, after, found := strings.Cut(changelog, unreleased)
	entry, _, _ := strings.Cut(after, "\n## ")
	if !found || strings.TrimSpace(entry) == "" {
		return fmt.Errorf("CHANGELOG.md has nothing under %q; say there what the version brings (`make breaking` prints the lines for the contract)", strings.TrimSpace(unreleased))
	}
	changed["CHANGELOG.md"] = before + unreleased + "\n## " + version + " - " + now.Format("2006-01-02") + "\n" + after
	if changed["tests/released/openapi.yaml"], err = read("openapi.yaml"); err != nil {
		return err
	}
	changed["tests/released/accepted.txt"] = ""
	for name, text := range changed {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
