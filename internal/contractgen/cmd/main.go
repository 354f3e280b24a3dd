// Command contractgen writes the fields and rules of a contract's request bodies in one language, or the
// contract in an older dialect of OpenAPI.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/contacts/internal/contractgen"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "usage: contractgen CONTRACT LANGUAGE FOLDER\n\n"+
			"Writes one file to FOLDER from the OpenAPI 3.1 document CONTRACT. LANGUAGE is one of: %s, for the\n"+
			"fields and rules of the request bodies; or %s, for the same document in that dialect.\n\n"+
			"Example: contractgen openapi.yaml go gen\n", strings.Join(contractgen.Languages(), ", "), contractgen.OpenAPI30)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "contractgen:", err)
		os.Exit(1)
	}
}

func run(contractFile, language, folder string) error {
	document, err := os.ReadFile(contractFile)
	if err != nil {
		return err
	}
	name := filepath.Base(contractFile)
	contract, err := contractgen.Read(name, document)
	if err != nil {
		return err
	}
	var file string
	var source []byte
	if language == contractgen.OpenAPI30 {
		file = contractgen.OpenAPI30 + ".yaml"
		source, err = contractgen.Derive30(name, document)
	} else {
		file, source, err = contractgen.Render(contract, language)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, file), source, 0o644)
}
