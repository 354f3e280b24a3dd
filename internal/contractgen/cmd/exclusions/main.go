// Command exclusions prints what parameters a contract forbids to be given together that an earlier one
// allowed.
package main

import (
	"fmt"
	"os"

	"example.com/contacts/internal/contractgen"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: exclusions BASE REVISION\n\nExample: exclusions openapi-v1.yaml openapi.yaml")
		os.Exit(2)
	}
	var contracts [2]contractgen.Contract
	for i, file := range os.Args[1:] {
		document, err := os.ReadFile(file)
		if err == nil {
			contracts[i], err = contractgen.Read(file, document)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "exclusions:", err)
			os.Exit(2)
		}
	}
	for _, line := range contractgen.NewExclusions(contracts[0], contracts[1]) {
		fmt.Println(line)
	}
}
