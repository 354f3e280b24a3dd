package contractgen

import (
	"fmt"
	"regexp/syntax"
	"slices"
)

// A DFA is a portable pattern as a table. A character's class is Class[c] if it is ASCII, and Class[128]
// if it is not: a portable pattern has no way to tell those apart. From State 1, the start, a character
// of class k leads to Next[state*Classes+k]. State 0 has no way out.
type DFA struct {
	Class   [129]uint8
	Classes int
	Next    []uint16
	Accept  []bool
}

const maxStates = 4096

// compile makes the table of a portable pattern by the subset construction.
func compile(pattern string) (DFA, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return DFA{}, err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return DFA{}, err
	}

	d := DFA{}
	var representatives []rune
	signatures := map[string]uint8{}
	for c := range rune(129) {
		signature := make([]byte, len(prog.Inst))
		for i := range prog.Inst {
			if isRune(&prog.Inst[i]) && prog.Inst[i].MatchRune(c) {
				signature[i] = 1
			}
		}
		class, seen := signatures[string(signature)]
		if !seen {
			class = uint8(len(representatives))
			signatures[string(signature)] = class
			representatives = append(representatives, c)
		}
		d.Class[c] = class
	}
	d.Classes = len(representatives)

	states := map[string]uint16{}
	var sets [][]uint32
	intern := func(set []uint32) uint16 {
		slices.Sort(set)
		key := fmt.Sprint(set)
		state, seen := states[key]
		if !seen {
			state = uint16(len(sets))
			states[key] = state
			sets = append(sets, set)
		}
		return state
	}
	intern(nil)
	intern(closure(prog, []uint32{uint32(prog.Start)}, syntax.EmptyBeginText|syntax.EmptyBeginLine))
	for state := 0; state < len(sets); state++ {
		if len(sets) > maxStates {
			return DFA{}, fmt.Errorf("needs more than %d states; repeat less", maxStates)
		}
		end := closure(prog, sets[state], syntax.EmptyEndText|syntax.EmptyEndLine)
		d.Accept = append(d.Accept, slices.ContainsFunc(end, func(pc uint32) bool { return prog.Inst[pc].Op == syntax.InstMatch }))
		for _, c := range representatives {
			var moved []uint32
			for _, pc := range sets[state] {
				if isRune(&prog.Inst[pc]) && prog.Inst[pc].MatchRune(c) {
					moved = append(moved, prog.Inst[pc].Out)
				}
			}
			d.Next = append(d.Next, intern(closure(prog, moved, 0)))
		}
	}
	return d, nil
}

// closure adds the instructions that are reached without reading a character. An assertion that does
// not hold yet stays in the set: it may at the end.
func closure(prog *syntax.Prog, from []uint32, holds syntax.EmptyOp) []uint32 {
	var set []uint32
	seen := map[uint32]bool{}
	var visit func(pc uint32)
	visit = func(pc uint32) {
		if seen[pc] {
			return
		}
		seen[pc] = true
		switch inst := prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			visit(inst.Out)
			visit(inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			visit(inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				visit(inst.Out)
			} else {
				set = append(set, pc)
			}
		default:
			set = append(set, pc)
		}
	}
	for _, pc := range from {
		visit(pc)
	}
	return set
}

func isRune(inst *syntax.Inst) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}
