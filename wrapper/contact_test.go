package wrapper_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/contacts/gen"
	"example.com/contacts/wrapper"
)

// A parameter that the contract gains must be given to Contact by hand.
func TestContactHasEveryParameterOfTheContract(t *testing.T) {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[wrapper.Contact]()) {
		names = append(names, field.Name)
	}
	assert.Equal(t, gen.ContactUploadFields[:], names)
}
