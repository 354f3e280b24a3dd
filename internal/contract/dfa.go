package contract

import (
	"fmt"
	"regexp/syntax"
	"slices"
)

// A DFA is a portable pattern as a table that reads the bytes of UTF-8. A byte b is of class Class[b]: that
// of its character if it is ASCII, that of all other characters if it begins one of them (a portable
// pattern has no way to tell those apart), and else one that changes nothing.
//
// A state is where its row begins in Next: from there, a byte of class k leads to Next[state+k]. Start is
// the first, 0 has no way out, and Next[state] is 1 if the text may end there.
type DFA struct {
	Class [256]uint8
	Start int
	Next  []uint16
}

const maxTable = 1 << 16

// CompilePattern makes the table of a portable pattern by the subset construction.
func CompilePattern(pattern string) (DFA, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return DFA{}, err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return DFA{}, err
	}

	d := DFA{}
	representatives := []rune{-1} // of each class; the first column is not one
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
	other, same := d.Class[128], uint8(len(representatives))
	for b := 0x80; b <= 0xff; b++ {
		d.Class[b] = other
		if b < 0xc0 {
			d.Class[b] = same
		}
	}
	width := len(representatives) + 1
	d.Start = width

	states := map[string]uint16{}
	var sets [][]uint32
	intern := func(set []uint32) uint16 {
		slices.Sort(set)
		key := fmt.Sprint(set)
		state, seen := states[key]
		if !seen {
			state = uint16(len(sets) * width)
			states[key] = state
			sets = append(sets, set)
		}
		return state
	}
	intern(nil)
	intern(closure(prog, []uint32{uint32(prog.Start)}, syntax.EmptyBeginText|syntax.EmptyBeginLine))
	for state := 0; state < len(sets); state++ {
		if len(sets)*width > maxTable {
			return DFA{}, fmt.Errorf("needs a table of more than %d entries; repeat less", maxTable)
		}
		var mayEnd uint16
		end := closure(prog, sets[state], syntax.EmptyEndText|syntax.EmptyEndLine)
		if slices.ContainsFunc(end, func(pc uint32) bool { return prog.Inst[pc].Op == syntax.InstMatch }) {
			mayEnd = 1
		}
		d.Next = append(d.Next, mayEnd)
		for _, c := range representatives[1:] {
			var moved []uint32
			for _, pc := range sets[state] {
				if isRune(&prog.Inst[pc]) && prog.Inst[pc].MatchRune(c) {
					moved = append(moved, prog.Inst[pc].Out)
				}
			}
			d.Next = append(d.Next, intern(closure(prog, moved, 0)))
		}
		d.Next = append(d.Next, uint16(state*width))
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
