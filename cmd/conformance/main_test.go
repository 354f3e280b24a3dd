package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const contractFile, vectorsFolder = "../../openapi.yaml", "../../tests/vectors"

func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

func TestCheckCountsCases(t *testing.T) {
	out, err := execute(t, "check", "--contract", contractFile, "--vectors", vectorsFolder, "-v")
	require.NoError(t, err)
	require.Regexp(t, `^Contacts 1\.0\.0: \d+ operations, \d+ vectors, \d+ derived cases\n`, out)
	require.Contains(t, out, "\nderived-updateContact/fullest\n")
}

func TestOverlayAddsItsRulesToTheCases(t *testing.T) {
	overlay := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(overlay, []byte(`overlay: 1.0.0
info: {title: Rules, version: 1.0.0}
actions:
  - target: $.components.schemas.NewContact.properties.Title
    update: {minLength: 2}
`), 0o600))
	out, err := execute(t, "check", "--contract", contractFile, "--overlay", overlay, "-v")
	require.NoError(t, err)
	require.Contains(t, out, "\nderived-createContact/Title-too_short-")
}

func TestVectorsOfAnotherContractAreRefused(t *testing.T) {
	_, err := execute(t, "check", "--contract", contractFile, "--vectors", "../../tests/shop/vectors")
	require.ErrorContains(t, err, `the contract has no operation "placeOrder"`)
}

func TestFolderWithoutVectorsIsRefused(t *testing.T) {
	_, err := execute(t, "check", "--contract", contractFile, "--vectors", t.TempDir())
	require.ErrorContains(t, err, "there is no file *.json")
}

func TestRunNeedsAnAdapterAndAContract(t *testing.T) {
	_, err := execute(t, "run")
	require.ErrorContains(t, err, `"adapter", "contract"`)
	_, err = execute(t, "run", "--contract", contractFile, "--adapter", "./no-such-program")
	require.ErrorContains(t, err, "the adapter cannot be started")
}

// cat reports what it was asked.
func TestReportThatDoesNotFitTheProtocolEndsTheRun(t *testing.T) {
	out, err := execute(t, "run", "--contract", contractFile, "--adapter", "cat")
	require.ErrorIs(t, err, errFailed)
	require.Contains(t, out, "does not fit the protocol")
	require.Contains(t, out, "missing property 'outcome'")
}

func TestFilterThatFindsNothingIsNoSuccess(t *testing.T) {
	_, err := execute(t, "run", "--contract", contractFile, "--adapter", "cat", "--filter", "^no-such-group/")
	require.ErrorContains(t, err, "no case was played")
}

func TestSchemaIsPrinted(t *testing.T) {
	out, err := execute(t, "schema", "protocol")
	require.NoError(t, err)
	require.Contains(t, out, `"title": "Protocol of adapters"`)
	_, err = execute(t, "schema", "other")
	require.Error(t, err)
}

func TestKnownFailuresThatCannotBeReadAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"group/name": }`), 0o600))
	_, err := execute(t, "run", "--contract", contractFile, "--adapter", "cat", "--known-failures", file)
	require.ErrorContains(t, err, "--known-failures: "+file+": invalid character")
}
