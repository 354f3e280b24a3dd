package main

import (
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// A pathParameter is an argument if the API has something at the path that it ends: the thing that a command
// is about. Otherwise it is a flag, or a variable of the environment, that stays the same for many commands.
type pathParameter struct {
	*wrapper.Field
	argument bool
}

func pathParameters(o *wrapper.Operation) (parameters []pathParameter) {
	for i := range o.Fields {
		if field := &o.Fields[i]; field.In == wrapper.InPath {
			parameters = append(parameters, pathParameter{field, isPath(pathUntil(o, field))})
		}
	}
	return parameters
}

// pathUntil is the path of an operation up to a parameter.
func pathUntil(o *wrapper.Operation, field *wrapper.Field) string {
	before, _, _ := strings.Cut(o.Path, "{"+field.Name+"}")
	return before + "{" + field.Name + "}"
}

func isPath(path string) bool {
	for i := range wrapper.Operations {
		if wrapper.Operations[i].Path == path {
			return true
		}
	}
	return false
}

func (p pathParameter) variable() string { return variableName(p.Kebab) }

// usage is what stands for a parameter on the command line.
func (p pathParameter) usage() string { return strings.ToUpper(p.Kebab) }

// A pathInput is the path that a command line describes.
type pathInput struct {
	operation  *wrapper.Operation
	parameters []pathParameter
	flags      map[string]*string // by the parameter's name
}

func newPathInput(o *wrapper.Operation) *pathInput {
	return &pathInput{operation: o, parameters: pathParameters(o), flags: map[string]*string{}}
}

// usage is what follows the command's name.
func (p *pathInput) usage() (usage string) {
	for _, parameter := range p.parameters {
		if parameter.argument {
			usage += " " + parameter.usage()
		}
	}
	return usage
}

func (p *pathInput) addFlags(cmd *cobra.Command) {
	for _, parameter := range p.parameters {
		if parameter.argument {
			continue
		}
		help := sentence(p.operation, parameter.Field) + " (default $" + parameter.variable() + "; in the sandbox " + parameter.Example + ")"
		value := &fieldValue{field: parameter.Field}
		p.flags[parameter.Name] = &value.last
		cmd.Flags().Var(value, flagName(parameter.Field), help)
		must(cmd.RegisterFlagCompletionFunc(flagName(parameter.Field), cobra.NoFileCompletions))
	}
}

// checkCount refuses a wrong number of arguments.
func (p *pathInput) checkCount(cmd *cobra.Command, args []string) error {
	usage := p.usage()
	switch want := strings.Fields(usage); {
	case len(want) == 0:
		return noArguments(cmd, args)
	case len(args) == 1 && strings.Contains(args[0], "/"):
	case len(args) != len(want), strings.Contains(strings.Join(args, ""), "/"):
		return usagef("%s takes%s, or the Uri that the server returned, as one argument; a value that holds a blank needs quotes", cmd.CommandPath(), usage)
	}
	return nil
}

// read finds the parameters of the path: in the Uri or the arguments, in the flags, in the environment, and for
// a sandbox in the examples of the contract. missing says what is in none of them.
func (p *pathInput) read(args []string, account string, sandbox bool) (path wrapper.Draft, missing []string, err error) {
	path = wrapper.Draft{}
	if len(args) == 1 && strings.Contains(args[0], "/") {
		path, err = p.parseURI(args[0], account)
		if err != nil {
			return nil, nil, err
		}
		args = nil
	}
	for _, parameter := range p.parameters {
		given, inURI := path[parameter.Name]
		if parameter.argument {
			if !inURI && len(args) > 0 {
				path[parameter.Name], args = parse(parameter.Field, args[0]), args[1:]
			}
			continue
		}
		flag := *p.flags[parameter.Name]
		switch text := os.Getenv(parameter.variable()); {
		case inURI && flag != "" && parse(parameter.Field, flag) != given:
			return nil, nil, usagef("the Uri and --%s name two different ones; leave --%[1]s out", flagName(parameter.Field))
		case inURI:
		case flag != "":
			path[parameter.Name] = parse(parameter.Field, flag)
		case text != "":
			path[parameter.Name] = parse(parameter.Field, text)
		case sandbox:
			path[parameter.Name] = parse(parameter.Field, parameter.Example)
		default:
			missing = append(missing, "the "+strings.ReplaceAll(parameter.Kebab, "-", " ")+
				" (give --"+flagName(parameter.Field)+", or set "+parameter.variable()+")")
		}
	}
	return path, missing, nil
}

// parseURI takes the parameters from a path that the server returned, up to the last argument.
func (p *pathInput) parseURI(uri, account string) (wrapper.Draft, error) {
	template := ""
	for _, parameter := range p.parameters {
		if parameter.argument {
			template = pathUntil(p.operation, parameter.Field)
		}
	}
	wrong := usagef("the Uri %q must have the form %s", uri, template)
	want, got := strings.Split(template, "/"), strings.Split(uri, "/")
	if len(want) != len(got) {
		return nil, wrong
	}
	path := wrapper.Draft{}
	for i, segment := range want {
		text, err := url.PathUnescape(got[i])
		if err != nil {
			return nil, wrong
		}
		name, isParameter := strings.CutPrefix(segment, "{")
		field := p.operation.Field(strings.TrimSuffix(name, "}"))
		switch {
		case !isParameter && segment != text:
			return nil, wrong
		case isParameter && field != nil:
			path[field.Name] = parse(field, text)
		case isParameter && text != account:
			return nil, usagef("the Uri is of another account than %s", account)
		}
	}
	return path, nil
}

// parse is a value in its type. What is not of the type stays text, which the rules refuse.
func parse(field *wrapper.Field, text string) any {
	if value, ok := field.ParseText(text); ok {
		return value
	}
	return text
}

// examplePath is the path of an operation with the contract's examples.
func examplePath(o *wrapper.Operation, account string) string {
	segments := strings.Split(o.Path, "/")
	for i, segment := range segments {
		name, isParameter := strings.CutPrefix(segment, "{")
		if field := o.Field(strings.TrimSuffix(name, "}")); field != nil {
			segments[i] = url.PathEscape(field.Example)
		} else if isParameter {
			segments[i] = account
		}
	}
	return strings.Join(segments, "/")
}
