package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// A manager calls the control API of a sandbox that runs, for an account, or for all with the control token.
type manager struct {
	baseURL, tokenFile, controlTokenFile, account string
}

func (m *manager) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&m.baseURL, "base-url", "", "`URL` of the sandbox (default $"+baseURLVariable+")")
	flags.StringVar(&m.tokenFile, "auth-token-file", "", "read the token of the account $"+accountVariable+" from `FILE` (default $"+tokenVariable+")")
	flags.StringVar(&m.controlTokenFile, "control-token-file", "", "act for all accounts, by the control token in `FILE`")
	flags.StringVar(&m.account, "account", "", "with --control-token-file, act for one `ACCOUNT`")
	for _, flag := range []string{"base-url", "account"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
}

// request is one with the credentials of the command line.
func (m *manager) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	var missing []string
	base := cmp.Or(m.baseURL, os.Getenv(baseURLVariable))
	if base == "" {
		missing = append(missing, "the sandbox (set "+baseURLVariable+", or give --base-url)")
	}
	account, token, err := m.credentials(ctx)
	if err != nil {
		return nil, err
	}
	if m.controlTokenFile == "" && account == "" {
		missing = append(missing, "the account (set "+accountVariable+")")
	}
	if token == "" {
		missing = append(missing, "the token (set "+tokenVariable+", or give --auth-token-file, or --control-token-file)")
	}
	if len(missing) > 0 {
		return nil, usagef("missing: %s.", strings.Join(missing, ", "))
	}
	if err := checkBaseURL(base); err != nil {
		return nil, err
	}
	query := ""
	if m.controlTokenFile != "" && m.account != "" {
		query = "?account=" + url.QueryEscape(m.account)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(base, "/")+"/_sandbox/"+path+query, body)
	if err != nil {
		return nil, usagef("--base-url: %v", err)
	}
	if m.controlTokenFile != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	} else {
		request.SetBasicAuth(account, token)
	}
	return request, nil
}

// credentials are an account and its token, or the control token.
func (m *manager) credentials(ctx context.Context) (account, token string, err error) {
	if m.controlTokenFile != "" {
		if m.tokenFile != "" {
			return "", "", usagef("--auth-token-file and --control-token-file exclude each other: the one is of an account, the other of all")
		}
		token, err = readToken(ctx, "--control-token-file", m.controlTokenFile)
		return "", token, err
	}
	if m.account != "" {
		return "", "", usagef("--account needs --control-token-file; without it the account is that of $%s", accountVariable)
	}
	token = os.Getenv(tokenVariable)
	if m.tokenFile != "" {
		token, err = readToken(ctx, "--auth-token-file", m.tokenFile)
	}
	return os.Getenv(accountVariable), token, err
}

// checkBaseURL refuses what a client would refuse, which sends no token in clear to another machine.
func checkBaseURL(base string) error {
	client, err := wrapper.New("account", "token", wrapper.WithBaseURL(base))
	if err != nil {
		return usagef("%v", err)
	}
	client.Close()
	return nil
}

// send sends a request and returns its response, if it is a success; its error has the exit code of what is known.
func (m *manager) send(request *http.Request, changes bool) (*http.Response, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 2 * time.Minute
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	dial := &net.OpError{}
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		return nil, &failure{exitNotSent, "not sent: " + err.Error()}
	case err != nil && changes:
		return nil, inDoubt(err)
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusOK:
		return response, nil
	}
	defer response.Body.Close()
	message := "the sandbox responded with " + response.Status
	var envelope struct{ Message string }
	if body, err := io.ReadAll(io.LimitReader(response.Body, maxToken)); err == nil && json.Unmarshal(body, &envelope) == nil && envelope.Message != "" {
		message += ": " + plain(envelope.Message)
	}
	if response.StatusCode >= 500 && changes {
		return nil, inDoubt(errors.New(message))
	}
	if response.StatusCode >= 400 && response.StatusCode < 500 {
		return nil, &failure{exitRefused, "refused: " + message}
	}
	return nil, errors.New(message)
}

func inDoubt(err error) error {
	return &failure{exitInDoubt, "in doubt: it is not known whether it was done: " + err.Error()}
}

// count sends a request whose response is one number, which is said in words.
func (m *manager) count(cmd *cobra.Command, request *http.Request, member, says string) error {
	response, err := m.send(request, true)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var counts map[string]int64
	body, err := io.ReadAll(io.LimitReader(response.Body, maxToken))
	if err == nil {
		err = json.Unmarshal(body, &counts)
	}
	n, has := counts[member]
	if err != nil || !has {
		return inDoubt(errors.Join(errors.New("this is no response of a sandbox"), err))
	}
	noun := "contacts"
	if n == 1 {
		noun = "contact"
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %d %s.\n", says, n, noun)
	return err
}
