package main

import (
	"encoding/json"
	"io"
	"iter"
	"strings"

	xwidth "golang.org/x/text/width"
)

const (
	firstRows = 100 // are looked at to find the widths of the columns
	maxColumn = 30
	columnGap = 2
)

// A table prints items in columns, as many as have room. A column that is empty is left out.
type table struct {
	w       io.Writer
	width   int
	columns []string
	widths  []int
}

func newTable(w io.Writer, width int, columns []string) *table {
	return &table{w: w, width: width, columns: columns}
}

func (t *table) print(items iter.Seq[json.RawMessage]) error {
	var rows [][]string
	begun := false
	for item := range items {
		row := t.row(item)
		if begun {
			if err := t.printRow(row); err != nil {
				return err
			}
			continue
		}
		if rows = append(rows, row); len(rows) == firstRows {
			begun = true
			if err := t.begin(rows); err != nil {
				return err
			}
		}
	}
	if begun || len(rows) == 0 {
		return nil
	}
	return t.begin(rows)
}

// row has a text for each column.
func (t *table) row(item json.RawMessage) []string {
	members := map[string]any{}
	_ = json.Unmarshal(item, &members)
	row := make([]string, len(t.columns))
	for i, name := range t.columns {
		switch value := members[name].(type) {
		case nil:
		case string:
			row[i] = plain(value)
		default:
			text, _ := json.Marshal(value)
			row[i] = string(text)
		}
	}
	return row
}

// begin finds the columns that have room, and prints the head and the first rows.
func (t *table) begin(rows [][]string) error {
	t.widths = make([]int, len(t.columns))
	left := t.width
	for i, name := range t.columns {
		widest := 0
		for _, row := range rows {
			widest = max(widest, columnsOf(row[i]))
		}
		if widest == 0 {
			continue
		}
		width := min(max(widest, columnsOf(name)), maxColumn)
		if left < width {
			break
		}
		t.widths[i] = width
		left -= width + columnGap
	}
	for _, row := range append([][]string{t.columns}, rows...) {
		if err := t.printRow(row); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) printRow(row []string) error {
	var b strings.Builder
	for i, text := range row {
		if t.widths[i] > 0 {
			text = cut(text, t.widths[i])
			b.WriteString(text + strings.Repeat(" ", t.widths[i]-columnsOf(text)+columnGap))
		}
	}
	_, err := io.WriteString(t.w, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

// cut leaves as much of a text as has room, and shows that there was more.
func cut(text string, width int) string {
	if columnsOf(text) <= width {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if width -= columnsOf(string(r)); width < 1 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// columnsOf is how many columns of a terminal a text takes.
func columnsOf(text string) (columns int) {
	for _, r := range text {
		columns++
		if kind := xwidth.LookupRune(r).Kind(); kind == xwidth.EastAsianWide || kind == xwidth.EastAsianFullwidth {
			columns++
		}
	}
	return columns
}
