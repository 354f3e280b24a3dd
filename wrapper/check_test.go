package wrapper

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func FuzzWellFormed(f *testing.F) {
	for _, seed := range []string{"", "a", "abcd", "abc\xff", "é", "abcdé", "\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) { assert.Equal(t, utf8.ValidString(s), wellFormed(s)) })
}

func TestChecksOfValues(t *testing.T) {
	assert.True(t, tooShort("é", 2))
	assert.False(t, tooShort("éé", 2))
	assert.True(t, tooLong("ééé", 2))
	assert.False(t, tooLong("éé", 2))
	assert.True(t, tooLongJoined([]string{"éé", "a"}, 3), "the delimiter counts")
	assert.False(t, tooLongJoined([]string{"éé", "a"}, 4))
	for text, ok := range map[string]bool{"": true, "a b~!": true, " a": false, "a ": false, "é": false, "a\r\nb": false, "\x7f": false, "\xff": false} {
		assert.Equal(t, ok, isHeader(text), "%q", text)
	}
	assert.True(t, isFinite(0) && !isFinite(math.NaN()) && !isFinite(math.Inf(-1)))
	assert.Equal(t, []string{"5", "-1"}, wireTexts([]int64{5, -1}))
	assert.Equal(t, []string{"0.5", "0"}, wireTexts([]float64{0.5, math.Copysign(0, -1)}))
	assert.True(t, (&Enum{Values: []string{"1", "2"}}).has("2"))
	assert.False(t, (&Enum{Values: []string{"1", "2"}}).has("3"))
}

func TestANumberThatIsNone(t *testing.T) {
	c := checker{}
	c.wrongType(&Field{Name: "Price", WrongType: "Price must be a number."})
	assert.Equal(t, []Violation{{"Price", RuleType, "Price must be a number."}}, c.violations)
}

func TestPageNumbers(t *testing.T) {
	assert.EqualValues(t, 7, pageCount("7"))
	assert.Zero(t, pageCount("-7"))
	assert.EqualValues(t, 7, pageNumber(new(int64(7))))
	assert.Zero(t, pageNumber(nil))
}

func TestChecksOfLists(t *testing.T) {
	assert.True(t, hasEmpty([]string{"a", ""}))
	assert.False(t, hasEmpty([]string{"a", " "}))
	assert.True(t, hasDelimiter([]string{"a", "b|c"}, "|"))
	assert.True(t, hasDelimiter([]string{""}, "|"))
	assert.False(t, hasDelimiter([]string{"a", "b,c"}, "|"))
	for _, blank := range []string{"\t", "\n", "\v", "\f", "\r", " "} {
		assert.True(t, hasBlanks([]string{"a", blank + "b"}))
		assert.True(t, hasBlanks([]string{"b" + blank}))
	}
	assert.False(t, hasBlanks([]string{"a b", "\u00a0"}))
	assert.True(t, hasDuplicate([]int64{1, 2, 1}))
	assert.False(t, hasDuplicate([]bool{true, false}))
	assert.True(t, share([]string{"a", "b"}, []string{"c", "b"}))
	assert.False(t, share([]string{"a"}, nil))
}

func TestNamesOfFiles(t *testing.T) {
	named := func(name string) *File { return FileFromBytes([]byte("x")).Named(name) }
	for name, bad := range map[string]bool{
		"": false, "a": false, "A-1_b.png": false, strings.Repeat("a", 100): false,
		strings.Repeat("a", 101): true, ".a": true, "-a": true, "_a": true, "a b": true, `a"`: true, "é": true, "LABELS": true,
	} {
		assert.Equal(t, bad, named(name).badName("Labels"), name)
	}
	assert.False(t, (*File)(nil).badName())
	assert.Nil(t, (*File)(nil).Named("a"))
}

// The rules of a valid input cost no allocation, and no more of it in the other modes.
func TestValidateDoesNotAllocate(t *testing.T) {
	input := wile()
	input.Labels = []string{"Main Contact", "Acme Partner"}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if input.Validate() != nil {
			t.Fatal("it is valid")
		}
	}))
}

func TestModes(t *testing.T) {
	soft := wile()
	soft.Title, soft.LastName, soft.EmailAddress = strings.Repeat("x", 256), "", "wile"
	soft.Labels = []string{" a "}
	hard := soft
	hard.FirstName = "\xff"
	hard.Accounts = []string{"a,b"}
	hard.ProfileImageFile = FileFromBytes(nil)
	fields := func(input *CreateContactInput, strict bool) (names []string) {
		c := checker{strict: strict}
		createContactCheck(&c, nil, input)
		for _, v := range c.violations {
			names = append(names, v.Field+" "+string(v.Rule))
		}
		return names
	}
	assert.Equal(t, []string{"LastName required", "EmailAddress format", "Title too_long", "Labels list_item"}, fields(&soft, true))
	assert.Empty(t, fields(&soft, false))
	assert.Equal(t, []string{"FirstName format", "Accounts list_item", "ProfileImageFile needs_file"}, fields(&hard, false))

	c := checker{}
	getContactCheck(&c, &getContactPath{})
	assert.Len(t, c.violations, 2, "a parameter of the path must be there in every mode")
	c = checker{}
	getContactCheck(&c, &getContactPath{new(int64(1)), ".."})
	assert.Len(t, c.violations, 1)
}

func TestAnUpdateOfNothing(t *testing.T) {
	assert.Equal(t, []Violation{{"", RuleRequired, "At least one parameter is required."}}, UpdateContactInput{}.Validate())
	assert.Len(t, UpdateContactInput{WorkPhoneNumber: "1"}.Validate(), 1, "the country is missing, but there is a parameter")
	assert.Empty(t, UpdateContactInput{Title: "x"}.Validate())
}
