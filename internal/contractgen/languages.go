package contractgen

// The languages, by the names that the command takes.
var languages = map[string]language{
	"go":         golang{},
	"java":       java{},
	"python":     python{},
	"rust":       rust{},
	"typescript": typescript{},
}
