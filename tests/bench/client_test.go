package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/contacts/wrapper"
)

const okAnswer = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`

// page is the contact of the API's documentation.
var page = wrapper.CreateContactInput{
	FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"},
	Title: "Acme Partner Manager", WorkPhoneNumber: "8051234567", WorkPhoneNumberCountry: "US",
	CellphoneNumber: "8059876543", CellphoneNumberCountry: "US", Labels: []string{"Main Contact", "Acme Partner"},
}

// pageForm is the same, as it is on the wire.
var pageForm = [][2]string{
	{"FirstName", "Wile"}, {"LastName", "Coyote"}, {"EmailAddress", "wile.coyote@example.com"}, {"Accounts", "10000"},
	{"Title", "Acme Partner Manager"}, {"WorkPhoneNumber", "8051234567"}, {"WorkPhoneNumberCountry", "US"},
	{"CellphoneNumber", "8059876543"}, {"CellphoneNumberCountry", "US"}, {"Labels", "Main Contact,Acme Partner"},
}

// A creator makes one contact, in one of the ways that are compared.
type creator func() error

func ours(tb testing.TB, baseURL string, options ...wrapper.Option) creator {
	client, err := wrapper.New("IRsandbox", "secret", append(options, wrapper.WithBaseURL(baseURL))...)
	if err != nil {
		tb.Fatal(err)
	}
	return func() error {
		_, err := client.CreateContact(context.Background(), 1000, page)
		return err
	}
}

// handTuned is net/http with all that does not change made before, and a deadline for each request: it checks
// nothing, and knows nothing of what became of a request that failed.
func handTuned(baseURL string, client *http.Client) creator {
	target, err := url.Parse(baseURL + "/Advertisers/IRsandbox/Campaigns/1000/Contacts")
	if err != nil {
		panic(err)
	}
	header := http.Header{
		"Accept":        {"application/json"},
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("IRsandbox:secret"))},
		"Content-Type":  {"application/x-www-form-urlencoded"},
	}
	return func() error {
		body := make([]byte, 0, 512)
		for _, pair := range pageForm {
			if len(body) > 0 {
				body = append(body, '&')
			}
			body = append(append(body, pair[0]...), '=')
			body = append(body, url.QueryEscape(pair[1])...)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		request := (&http.Request{
			Method: http.MethodPost, URL: target, Header: header, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
		}).WithContext(ctx)
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		var answer struct{ Status, Uri string }
		return json.Unmarshal(content, &answer)
	}
}

// inProcess answers without a network.
type inProcess struct{}

func (inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, request.Body)
	request.Body.Close()
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(okAnswer)), ContentLength: int64(len(okAnswer)),
	}, nil
}

func inProcessRows(tb testing.TB) []Row {
	client := &http.Client{Transport: inProcess{}}
	creators := []creator{
		ours(tb, "https://api.example.com", wrapper.WithHTTPClient(client)),
		handTuned("https://api.example.com", client),
	}
	const rounds, times = 21, 5000
	took := make([][]float64, len(creators))
	allocations := make([]float64, len(creators))
	for range rounds {
		for i, create := range creators {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			for range times {
				must(tb, create())
			}
			took[i] = append(took[i], float64(time.Since(begin).Nanoseconds())/times)
			runtime.ReadMemStats(&after)
			allocations[i] = float64(after.Mallocs-before.Mallocs) / times
		}
	}
	for i, name := range []string{"ours", "hand-tuned"} {
		tb.Logf("in process, %-13s %6.0f ns, %.0f allocations", name+":", median(took[i]), allocations[i])
	}
	return []Row{
		{"one create in process, time", "hand-tuned net/http with a deadline", ratio(took[0], took[1]), "<= 2.1"},
		{"one create in process, allocations", "50", allocations[0] / 50, "<= 1"},
	}
}

func loopbackRows(tb testing.TB) []Row {
	server := answering(tb)
	creators := []creator{
		ours(tb, server),
		handTuned(server, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}),
	}
	const rounds, callers, times = 15, 32, 100
	rates := make([][]float64, len(creators))
	for round := range rounds {
		for i, create := range creators {
			begin := time.Now()
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for range times {
						if err := create(); err != nil {
							tb.Error(err)
						}
					}
				})
			}
			all.Wait()
			if round > 0 { // the first opens the connections
				rates[i] = append(rates[i], callers*times/time.Since(begin).Seconds())
			}
		}
	}
	for i, name := range []string{"ours", "hand-tuned"} {
		tb.Logf("32 callers, %-13s %6.0f creates/s", name+":", median(rates[i]))
	}
	return []Row{
		{"32 callers on loopback, rate", "hand-tuned net/http with a deadline", ratio(rates[0], rates[1]), ">= 0.95"},
	}
}

func rulesRows(tb testing.TB) []Row {
	const rounds, times = 21, 200_000
	var took []float64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		begin := time.Now()
		for range times {
			if page.Validate() != nil {
				tb.Fatal("the page's contact is refused")
			}
		}
		took = append(took, float64(time.Since(begin).Nanoseconds())/times)
	}
	runtime.ReadMemStats(&after)
	allocations := float64(after.Mallocs-before.Mallocs) / (rounds * times)
	tb.Logf("rules: %.0f ns, %.2f allocations", median(took), allocations)
	return []Row{
		{"rules, valid contact, time", "100 ns", median(took) / 100, "<= 1"},
		{"rules, valid contact, allocations", "1", allocations, "<= 0.001"},
	}
}

// answering is a server that does as little as one can: it reads requests and answers that a contact was
// created.
func answering(tb testing.TB) (baseURL string) {
	return listen(tb, func(conn net.Conn) {
		answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(okAnswer), okAnswer))
		reader := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
	})
}

// listen serves each connection to a new address on loopback.
func listen(tb testing.TB, serve func(net.Conn)) (baseURL string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	tb.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
