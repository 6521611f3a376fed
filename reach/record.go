package reach

import (
	"fmt"
	"slices"
)

// Record is one row by its columns' names.
type Record map[string]any

// Table gives the rows by their columns' names.
func (a Answer) Table() []Record {
	records := make([]Record, len(a.Rows))
	for i, row := range a.Rows {
		records[i] = Record{}
		for j, column := range a.Columns {
			if j < len(row) {
				records[i][column] = row[j]
			}
		}
	}
	return records
}

// Text is a column's value as text, empty for null.
func (r Record) Text(column string) string { return Text(r[column]) }

// Is says whether a column is true.
func (r Record) Is(column string) bool { b, _ := r[column].(bool); return b }

// Number is a column's whole number, zero for anything else.
func (r Record) Number(column string) int64 { n, _ := r[column].(int64); return n }

// Texts is a list of texts, sorted: the order says nothing.
// Text is a column's value as text, empty for null.
func (r Record) Texts(column string) []string {
	list, _ := r[column].([]any)
	var all []string
	for _, v := range list {
		all = append(all, Text(v))
	}
	slices.Sort(all)
	return all
}

// Text is a value as text, empty for null.
func Text(value any) string {
	if value == nil {
		return ""
	}
	if s, ok := value.(string); ok {
		return s
	}
	return fmt.Sprint(value)
}
