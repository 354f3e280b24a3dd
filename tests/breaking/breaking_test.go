package breaking

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// check runs the gate on the contract and a changed copy of it.
func check(t *testing.T, accepted string, change func(contract string) string) (out string, broken bool) {
	contract, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(contract))
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	command := exec.Command("./check", "../../openapi.yaml", write("openapi.yaml", changed), write("accepted.txt", accepted))
	text, err := command.CombinedOutput()
	t.Logf("%s", text)
	return string(text), err != nil
}

// inTitle changes the schema of Title.
func inTitle(old, new string) func(string) string {
	return func(contract string) string {
		before, title, _ := strings.Cut(contract, "\n    Title:\n")
		return before + "\n    Title:\n" + strings.Replace(title, old, new, 1)
	}
}

// excludeTitleAndLabels changes ContactForm, where no parameters exclude each other yet.
func excludeTitleAndLabels(contract string) string {
	before, form, _ := strings.Cut(contract, "\n    ContactForm:\n")
	return before + "\n    ContactForm:\n      not: {required: [Title, Labels]}\n" + form
}

func TestTheSameContractBreaksNothing(t *testing.T) {
	if out, broken := check(t, "", func(contract string) string { return contract }); broken {
		t.Fatal(out)
	}
}

func TestALooserRuleBreaksNothing(t *testing.T) {
	if out, broken := check(t, "", inTitle("maxLength: 255", "maxLength: 300")); broken {
		t.Fatal(out)
	}
}

func TestALooserExclusionBreaksNothing(t *testing.T) {
	if out, broken := check(t, "", func(contract string) string {
		return strings.Replace(contract, "required: [ProfileImageUrl, ProfileImageFile]", "required: [ProfileImageUrl, ProfileImageFile, Title]", 1)
	}); broken {
		t.Fatal(out)
	}
}

func TestBreakingChanges(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"a shorter title": inTitle("maxLength: 255", "maxLength: 100"),
		"a new required parameter": func(contract string) string {
			return strings.ReplaceAll(contract, "required: [FirstName, LastName, EmailAddress, Accounts]", "required: [FirstName, LastName, EmailAddress, Accounts, Title]")
		},
		"a parameter that needs another": func(contract string) string {
			return strings.ReplaceAll(contract, "WorkPhoneNumber: [WorkPhoneNumberCountry]", "WorkPhoneNumber: [WorkPhoneNumberCountry, Title]")
		},
		"parameters that exclude each other": excludeTitleAndLabels,
		"a contract that cannot be read":     func(string) string { return "openapi: 3.1.0" },
		"an operation that is gone": func(contract string) string {
			return strings.Replace(contract, "    get:\n      operationId: getContact", "    put:\n      operationId: getContact", 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, broken := check(t, "", change); !broken {
				t.Fatal("the gate did not see it")
			}
		})
	}
}

func TestAnAcceptedChange(t *testing.T) {
	change := inTitle("maxLength: 255", "maxLength: 100")
	accepted := "in API POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts the `Title` request property's maxLength was decreased to `100` (media type: application/x-www-form-urlencoded) [request-property-max-length-decreased]\n" +
		"in API POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts the `Title` request property's maxLength was decreased to `100` (media type: multipart/form-data) [request-property-max-length-decreased]\n"
	if out, broken := check(t, accepted, change); broken {
		t.Fatal(out)
	}
	accepted = "in ContactForm the parameters Title, Labels can no longer be given together [request-body-exclusion-added]\n"
	if out, broken := check(t, accepted, excludeTitleAndLabels); broken {
		t.Fatal(out)
	}
}
