package contractgen

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func readContract(t *testing.T, path string) contract.API {
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	api, err := contract.Read(contract.Source{Name: path, Content: content})
	require.NoError(t, err)
	return api
}

var somePackage = Package{Name: "shop", Version: "1.2.3"}

func TestLanguagesAreNamed(t *testing.T) {
	assert.Equal(t, []string{"go", "java", "python", "rust", "typescript"}, Languages())
	_, err := Render(contract.API{}, somePackage, "ruby", false)
	assert.EqualError(t, err, `there is no language "ruby"; the languages are go, java, python, rust, typescript`)
}

func TestTheOutputIsDeterministic(t *testing.T) {
	for _, path := range []string{"../../openapi.yaml", "../../tests/shop/openapi.yaml", "../../tests/overlay/vendor.yaml"} {
		for _, language := range append(Languages(), Programs) {
			t.Run(language+" "+path, func(t *testing.T) {
				t.Parallel()
				first, err := Render(readContract(t, path), somePackage, language, true)
				require.NoError(t, err)
				require.NotEmpty(t, first)
				again, err := Render(readContract(t, path), somePackage, language, true)
				require.NoError(t, err)
				assert.Equal(t, first, again)
				paths := map[string]bool{}
				for _, file := range first {
					assert.False(t, paths[file.Path], "%s is rendered twice", file.Path)
					paths[file.Path] = true
				}
			})
		}
	}
}

func TestPackagesAreNamed(t *testing.T) {
	for _, name := range []string{"", "My-Shop", "1shop", "shop_x", "vendor", "internal", "class", "fn", "std"} {
		_, err := Render(contract.API{}, Package{Name: name}, "python", false)
		assert.ErrorContains(t, err, `"`+name+`"`)
		_, err = Render(contract.API{}, Package{Name: name}, "python", true)
		assert.Error(t, err)
	}
}

// Each language has its own way with the kinds of values, and no way with those that it does not know.
func TestKindsThatALanguageDoesNotKnowFail(t *testing.T) {
	for name, change := range map[string]func(*contract.API){
		"a field":  func(api *contract.API) { api.Operations[0].Fields[1].Kind = "frob" },
		"an item":  func(api *contract.API) { api.Operations[0].Fields[0].Kind = "frob" },
		"a member": func(api *contract.API) { api.Objects[0].Members[0].Type = contract.Type{Kind: "frob"} },
		"a list member": func(api *contract.API) {
			api.Objects[0].Members[0].Type = contract.Type{Kind: contract.KindList, Item: &contract.Type{Kind: "frob"}}
		},
	} {
		for _, language := range Languages() {
			t.Run(language+": "+name, func(t *testing.T) {
				api := readContract(t, "../../tests/shop/openapi.yaml")
				change(&api)
				_, err := languages[language].Generated(api, somePackage)
				assert.Error(t, err)
			})
		}
	}
}

// The words of the table are the same in all languages.
func TestWordsThatTheRuntimesDoNotKnowFail(t *testing.T) {
	field := func(change func(*contract.Field)) func(*contract.API) {
		return func(api *contract.API) { change(&api.Operations[0].Fields[1]) }
	}
	rule := func(rule contract.Rule) func(*contract.API) {
		return field(func(f *contract.Field) {
			rule.Field = f.Name
			f.Value = append(slices.Clone(f.Value), rule)
		})
	}
	changes := map[string]func(*contract.API){
		"place of a field": field(func(f *contract.Field) { f.In = "frob" }),
		"kind of a rule":   rule(contract.Rule{Kind: "frob", Message: "M."}),
		"check of a rule":  rule(contract.Rule{Kind: contract.Format, Check: "frob", Message: "M."}),
		"retry":            func(api *contract.API) { api.Operations[0].Retry = "frob" },
		"outcome":          func(api *contract.API) { api.Operations[0].Done = "frob" },
	}
	for _, language := range Languages() {
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			t.Run(language+": "+name, func(t *testing.T) {
				api := readContract(t, "../../tests/shop/openapi.yaml")
				changes[name](&api)
				_, err := Render(api, somePackage, language, false)
				assert.Error(t, err)
			})
		}
	}
}

// A standalone client is named after its own contract, in its manifest, too, and brings the license of the runtime.
func TestStandaloneClientsSpeakOfTheirContract(t *testing.T) {
	api := readContract(t, "../../tests/shop/openapi.yaml")
	for _, language := range Languages() {
		files, err := Render(api, Package{Name: "shop", Version: "7.8.9"}, language, true)
		require.NoError(t, err)
		text := map[string]string{}
		for _, file := range files {
			text[file.Path] = string(file.Content)
		}
		assert.Contains(t, text["LICENSE"], "Apache License", language)
		for _, manifest := range Manifests {
			if manifest.Language == language {
				assert.Contains(t, text[manifest.Path], "7.8.9")
				assert.Contains(t, text[manifest.Path], "A client of Shop")
				assert.NotContains(t, strings.ToLower(text[manifest.Path]), "contact")
			}
		}
	}
}

func TestTitlesAreNoSyntaxOfAManifest(t *testing.T) {
	assert.Equal(t, "Bo's shop v2, orders (all) /b c", plainTitle("Bo's shop\nv2, orders (all) </b>\"\\c\""))
}
