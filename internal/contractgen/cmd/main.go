// Command contractgen writes the fields and rules of a contract's request bodies in one language.
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
			"Writes FOLDER/rules.gen.* from the OpenAPI 3.1 document CONTRACT.\nLANGUAGE is one of: %s\n\n"+
			"Example: contractgen openapi.yaml go gen\n", strings.Join(contractgen.Languages(), ", "))
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
	contract, err := contractgen.Read(filepath.Base(contractFile), document)
	if err != nil {
		return err
	}
	file, source, err := contractgen.Render(contract, language)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, file), source, 0o644)
}
