package contractgen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Package is what a client is called.
type Package struct {
	Name    string // lower-case letters and digits: "contacts"
	Version string
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Names that a package cannot have: keywords of a language, and folders and libraries with a meaning of their own.
var reservedPackages = strings.Fields(`abstract alloc and as assert async await become boolean box break build byte case catch char class const
	continue core crate def default del do double dyn elif else enum except extends extern false final finally float fn for from gen global goto if
	impl implements import in instanceof int interface internal is java lambda let long loop macro main match mod move mut native new node none
	nonlocal not null or override package pass priv private proc protected pub public raise ref return self short static std strictfp struct super
	switch synchronized target test this throw throws trait transient true try type typeof union unsafe unsized use vendor virtual void volatile
	where while with yield`)

// Check tells whether packages of all languages can have the name.
func (p Package) Check() error {
	switch {
	case !packageName.MatchString(p.Name):
		return fmt.Errorf("%q must be lower-case letters and digits, the first a letter", p.Name)
	case slices.Contains(reservedPackages, p.Name):
		return fmt.Errorf("no package can have the name %q, as it has a meaning of its own in some language", p.Name)
	}
	return nil
}
