package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

var day = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

var checkout = map[string]string{
	"VERSION":                         "1.2.3\n",
	"clients/typescript/package.json": "{\n  \"name\": \"x\",\n  \"version\": \"1.2.3\",\n  \"type\": \"module\"\n}\n",
	"clients/python/pyproject.toml":   "[project]\nname = \"x\"\nversion = \"1.2.3\"\n",
	"clients/java/pom.xml":            "<project>\n  <version>1.2.3</version>\n  <a>\n    <version>9</version>\n  </a>\n</project>\n",
	"clients/java/README.md":          "```xml\n  <version>1.2.3</version>\n```\n",
	"clients/rust/Cargo.toml":         "[package]\nversion = \"1.2.3\"\n[dependencies]\ny = { version = \"1\" }\n",
	"CHANGELOG.md":                    "# Changelog\n\n## Unreleased\n\n- A parameter.\n\n## 1.2.3 - 2026-01-01\n\n- All.\n",
	"openapi.yaml":                    "openapi: 3.1.0\n",
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return folder
}

func readAll(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		out[filepath.ToSlash(name)] = string(content)
		return err
	}))
	return out
}

func TestReleaseSetsTheVersionEverywhere(t *testing.T) {
	folder := write(t, checkout)
	require.NoError(t, release(folder, "1.3.0", day))
	assert.Equal(t, map[string]string{
		"VERSION":                         "1.3.0\n",
		"clients/typescript/package.json": "{\n  \"name\": \"x\",\n  \"version\": \"1.3.0\",\n  \"type\": \"module\"\n}\n",
		"clients/python/pyproject.toml":   "[project]\nname = \"x\"\nversion = \"1.3.0\"\n",
		"clients/java/pom.xml":            "<project>\n  <version>1.3.0</version>\n  <a>\n    <version>9</version>\n  </a>\n</project>\n",
		"clients/java/README.md":          "```xml\n  <version>1.3.0</version>\n```\n",
		"clients/rust/Cargo.toml":         "[package]\nversion = \"1.3.0\"\n[dependencies]\ny = { version = \"1\" }\n",
		"CHANGELOG.md":                    "# Changelog\n\n## Unreleased\n\n## 1.3.0 - 2026-11-25\n\n- A parameter.\n\n## 1.2.3 - 2026-01-01\n\n- All.\n",
		"openapi.yaml":                    "openapi: 3.1.0\n",
		"tests/released/openapi.yaml":     "openapi: 3.1.0\n",
		"tests/released/accepted.txt":     "",
	}, readAll(t, folder))
}

func TestReleaseChangesNothingIfSomethingIsMissing(t *testing.T) {
	for name, change := range map[string]func(map[string]string) string{
		"the version": func(map[string]string) string { return "v1" },
		"a manifest":  func(f map[string]string) string { delete(f, "clients/java/pom.xml"); return "1.3.0" },
		"two versions": func(f map[string]string) string {
			f["clients/rust/Cargo.toml"] += "version = \"2.0\"\n"
			return "1.3.0"
		},
		"the changelog": func(f map[string]string) string {
			f["CHANGELOG.md"] = "# Changelog\n\n## Unreleased\n\n## 1.2.3\n"
			return "1.3.0"
		},
		"the contract":    func(f map[string]string) string { delete(f, "openapi.yaml"); return "1.3.0" },
		"no such heading": func(f map[string]string) string { f["CHANGELOG.md"] = "# Changelog\n"; return "1.3.0" },
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(checkout)
			version := change(files)
			folder := write(t, files)
			assert.Error(t, release(folder, version, day))
			assert.Equal(t, files, readAll(t, folder))
		})
	}
}

// The places that hold a version in this checkout have the form that a release expects.
func TestEveryPackageHasTheVersion(t *testing.T) {
	version, err := os.ReadFile("../../VERSION")
	require.NoError(t, err)
	for _, manifest := range contractgen.Manifests {
		text, err := os.ReadFile(filepath.Join("../../clients", manifest.Language, manifest.Path))
		require.NoError(t, err)
		same, err := manifest.WithVersion(string(text), strings.TrimSpace(string(version)))
		require.NoError(t, err)
		assert.Equal(t, string(text), same, manifest.Path)
	}
}
