package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// healthcheckTime is how long a sandbox may take to tell that it is ready.
const healthcheckTime = 5 * time.Second

func newHealthcheck() *cobra.Command {
	var baseURL string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Tell whether a sandbox is ready",
		Long: `Tell whether a sandbox is ready: exit code 0 if it can carry out requests, 1
otherwise, with the reason on standard error. It needs no credentials. It is for
the supervisor of a container that has no other program in it.`,
		Example:           `  contacts sandbox healthcheck --base-url http://127.0.0.1:8080`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return checkHealth(cmd.Context(), cmp.Or(baseURL, os.Getenv(baseURLVariable), "http://"+sandboxAddr))
		},
	}
	cmd.Flags().StringVar(&baseURL, "base-url", "", "`URL` of the sandbox (default $"+baseURLVariable+", or http://"+sandboxAddr+")")
	must(cmd.RegisterFlagCompletionFunc("base-url", cobra.NoFileCompletions))
	return cmd
}

func checkHealth(ctx context.Context, baseURL string) error {
	ctx, cancel := context.WithTimeout(ctx, healthcheckTime)
	defer cancel()
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" {
		return usagef("--base-url must have the form http://127.0.0.1:8080, not %q", baseURL)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("readyz").String(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the sandbox does not respond: %w", err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox is not ready: %s %s", response.Status, body)
	}
	return nil
}
