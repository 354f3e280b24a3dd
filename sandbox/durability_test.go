package sandbox_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const (
	serveVariable = "SANDBOX_TEST_SERVE" // in its environment, the test binary is a sandbox with a database
	openVariable  = "SANDBOX_TEST_OPEN"  // in its environment, it says how opening one went
)

func TestMain(m *testing.M) {
	if path := os.Getenv(serveVariable); path != "" {
		serve(path)
	}
	if path := os.Getenv(openVariable); path != "" {
		_, err := sandbox.OpenSQLite(path)
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func serve(path string) {
	store, err := sandbox.OpenSQLite(path)
	if err != nil {
		panic(err)
	}
	handler, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token, Store: store})
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + listener.Addr().String())
	panic(handler.Server().Serve(listener))
}

// What was confirmed is there after kill -9 right after the response, image and all.
func TestKillLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	confirmed := map[string]string{} // Uri to title
	for range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), serveVariable+"="+path)
		child.Stderr = os.Stderr
		output, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		address, err := bufio.NewReader(output).ReadString('\n')
		require.NoError(t, err)

		created := load(t, strings.TrimSpace(address), func() {
			time.Sleep(300 * time.Millisecond)
			assert.NoError(t, child.Process.Kill()) // SIGKILL
		})
		_ = child.Wait()
		require.Greater(t, len(created), 16, "the load was a load")
		for uri, title := range created {
			require.NotContains(t, confirmed, uri, "an id was used again")
			confirmed[uri] = title
		}
	}

	a := start(t, sandbox.Config{Store: openSQLite(t, path)})
	for uri, title := range confirmed {
		require.Equal(t, title, a.contact(uri).Title)
		require.Equal(t, png+title, string(a.get(uri+"/ProfileImage").Body))
	}
}

// load creates over 16 connections until the server is gone, which kill sees to, and returns what was confirmed.
func load(t *testing.T, address string, kill func()) map[string]string {
	var mu sync.Mutex
	created := map[string]string{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var group sync.WaitGroup
	for worker := range 16 {
		group.Go(func() {
			for n := 0; ; n++ {
				title := strconv.Itoa(worker) + "." + strconv.Itoa(n)
				body := parts(required(text("Title", title), text("ProfileImageFile", "image.png"), file("image.png", "image.png", png+title))...)
				uri, err := create(client, address, body)
				if err != nil {
					return // the server is gone
				}
				mu.Lock()
				created[uri] = title
				mu.Unlock()
			}
		})
	}
	kill()
	group.Wait()
	return created
}

func create(client *http.Client, address, form string) (uri string, err error) {
	request, err := http.NewRequest("POST", address+contacts, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(sid, token)
	request.Header.Set("Content-Type", multipartType)
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := bufio.NewReader(response.Body).ReadString('}')
	if err != nil {
		return "", err
	}
	uri = strings.TrimSuffix(strings.TrimPrefix(body, `{"Status":"OK","Uri":"`), `"}`)
	if response.StatusCode != 200 || !strings.HasPrefix(uri, contacts+"/") {
		return "", fmt.Errorf("the response is %s", body)
	}
	return uri, nil
}

func TestContactsOutliveTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	store, err := sandbox.OpenSQLite(path)
	require.NoError(t, err)
	uri := start(t, sandbox.Config{Store: store}).post(formType, valid).Envelope.Uri
	require.NoError(t, store.Close())

	a := start(t, sandbox.Config{Store: openSQLite(t, path)})
	assert.Equal(t, "Wile", a.contact(uri).FirstName)
	assert.Equal(t, contacts+"/2751", a.post(formType, valid).Envelope.Uri)
}
