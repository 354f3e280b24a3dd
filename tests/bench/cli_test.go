package bench

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// BenchmarkCommand prints the row of the command line. One run of it is a whole measurement: use -benchtime 1x.
func BenchmarkCommand(b *testing.B) {
	for b.Loop() {
		for _, row := range cliRows(b) {
			fmt.Printf("%-60s %-40s %5.2f  %s\n", row.What, row.Against, row.Ratio, row.Want)
		}
	}
}

// cliRows starts a sandbox as a process of its own and lets `contacts create` and curl send the same contact to
// it in turn.
func cliRows(tb testing.TB) []Row {
	curl, err := exec.LookPath("curl")
	if err != nil {
		tb.Skip("curl is not installed")
	}
	contacts := buildContacts(tb)
	box := startSandbox(tb, contacts)

	create := func() *exec.Cmd {
		cmd := exec.Command(contacts, "create", "--first-name", "Wile", "--last-name", "Coyote",
			"--email-address", "wile.coyote@example.com", "--accounts", "10000", "--title", "Acme Partner Manager",
			"--work-phone-number", "8051234567", "--work-phone-number-country", "US",
			"--cellphone-number", "8059876543", "--cellphone-number-country", "US",
			"--labels", "Main Contact", "--labels", "Acme Partner")
		cmd.Env = append(os.Environ(), "CONTACTS_BASE_URL="+box.URL, "CONTACTS_ACCOUNT=IRsandbox",
			"CONTACTS_TOKEN="+box.Token, "CONTACTS_CAMPAIGN_ID=1000")
		return cmd
	}
	post := func() *exec.Cmd {
		return exec.Command(curl, "--silent", "--fail", box.URL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts",
			"-u", "IRsandbox:"+box.Token, "-H", "Accept: application/json",
			"-d", "FirstName=Wile", "-d", "LastName=Coyote", "-d", "EmailAddress=wile.coyote@example.com",
			"-d", "Accounts=10000", "-d", "Title=Acme Partner Manager",
			"-d", "WorkPhoneNumberCountry=US", "-d", "WorkPhoneNumber=8051234567",
			"-d", "CellphoneNumberCountry=US", "-d", "CellphoneNumber=8059876543", "-d", "Labels=Main Contact,Acme Partner")
	}
	const warmUp, rounds = 5, 60
	var ours, theirs []float64 // milliseconds
	for round := range warmUp + rounds {
		a, b := wallTime(tb, create()), wallTime(tb, post())
		if round >= warmUp {
			ours, theirs = append(ours, a), append(theirs, b)
		}
	}
	tb.Logf("contacts create %.1f ms, curl %.1f ms (medians of %d)", median(ours), median(theirs), rounds)
	return []Row{{"contacts create, as a process", "curl's POST", ratio(ours, theirs), "<= 1.3"}}
}

func wallTime(tb testing.TB, cmd *exec.Cmd) float64 {
	begin := time.Now()
	out, err := cmd.Output()
	taken := float64(time.Since(begin)) / float64(time.Millisecond)
	if err != nil || !strings.Contains(string(out), `"OK"`) {
		tb.Fatalf("%s: %v: %s", cmd.Path, err, out)
	}
	return taken
}
