package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/contacts/internal/conformance"
)

type runFlags struct {
	source
	adapter, name, filter, report, known string
	slow, environment                    bool
}

func newRun() *cobra.Command {
	var f runFlags
	command := &cobra.Command{
		Use:   "run --adapter PROGRAM --contract FILE --vectors FOLDER",
		Short: "Play all cases to one client",
		Example: `  conformance run --adapter clients/python/tests/adapter --contract openapi.yaml --vectors tests/vectors
  conformance run --adapter ./adapter --contract openapi.yaml --filter '^updating/' --report report.json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return f.run(command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	f.source.flags(command)
	command.Flags().StringVar(&f.adapter, "adapter", "", "the adapter's program, with arguments if need be (required)")
	command.Flags().StringVar(&f.name, "name", "", "what to call the client; the adapter's name if absent")
	command.Flags().StringVar(&f.filter, "filter", "", "play only cases whose group/name this regular expression finds")
	command.Flags().StringVar(&f.report, "report", "", "write all results as JSON to this file")
	command.Flags().StringVar(&f.known, "known-failures", "", "a JSON object of cases that are known to fail, and why")
	command.Flags().BoolVar(&f.slow, "slow", false, "play the cases that take long, too")
	command.Flags().BoolVar(&f.environment, "environment", false, "play the cases with variables for proxies and certificates, too, if the client reads them")
	if err := command.MarkFlagRequired("adapter"); err != nil {
		panic(err)
	}
	return command
}

func (f *runFlags) run(stdout, stderr io.Writer) error {
	plan, err := f.plan()
	if err != nil {
		return err
	}
	api, cases, _, err := f.load()
	if err != nil {
		return err
	}
	player, stop, err := startPlayer(api, f.adapter, f.environment)
	if err != nil {
		return err
	}
	if f.name == "" {
		f.name = filepath.Base(strings.Fields(f.adapter)[0])
	}
	progress := newProgress(stdout, stderr, len(cases))
	results, err := player.Run(cases, plan, progress.tell)
	progress.end()
	if err := errors.Join(err, stop()); err != nil {
		fmt.Fprintf(stderr, "conformance: %s: %v\n", f.name, err)
		return errFailed
	}
	if err := conformance.Census(cases, results, plan.Known); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d cases: %d passed, %d failed, %d known failures, %d skipped\n", f.name, len(results), conformance.Count(results, conformance.Passed),
		conformance.Count(results, conformance.Failed), conformance.Count(results, conformance.Known), conformance.Count(results, conformance.Skipped))
	if err := f.write(results); err != nil {
		return err
	}
	switch {
	case conformance.Count(results, conformance.Failed) > 0:
		return errFailed
	case conformance.Count(results, conformance.Passed) == 0:
		return errors.New("no case was played")
	}
	return nil
}

func (f *runFlags) plan() (conformance.Plan, error) {
	plan := conformance.Plan{Slow: f.slow}
	if f.filter != "" {
		filter, err := regexp.Compile(f.filter)
		if err != nil {
			return plan, fmt.Errorf("--filter: %w", err)
		}
		plan.Filter = filter
	}
	if f.known == "" {
		return plan, nil
	}
	text, err := os.ReadFile(f.known)
	if err != nil {
		return plan, err
	}
	if err := json.Unmarshal(text, &plan.Known); err != nil {
		return plan, fmt.Errorf("--known-failures: %s: %w", f.known, err)
	}
	return plan, nil
}

func (f *runFlags) write(results []conformance.Result) error {
	if f.report == "" {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{"name": f.name, "contract": f.contract, "results": results}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(f.report, append(text, '\n'), 0o644)
}

// A progress tells of failures as they come, and on a terminal how far the run is.
type progress struct {
	stdout, stderr io.Writer
	terminal       bool
	all, done      int
}

func newProgress(stdout, stderr io.Writer, all int) *progress {
	file, isFile := stderr.(*os.File)
	return &progress{stdout: stdout, stderr: stderr, all: all, terminal: isFile && term.IsTerminal(int(file.Fd()))}
}

func (p *progress) tell(r conformance.Result) {
	p.done++
	if r.Verdict == conformance.Failed {
		p.end()
		fmt.Fprintf(p.stdout, "FAILED %s\n  %s\n", r.ID, strings.ReplaceAll(r.Reason, "\n", "\n  "))
	}
	if p.terminal && p.done%10 == 0 {
		fmt.Fprintf(p.stderr, "\r%d of %d", p.done, p.all)
	}
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
}
