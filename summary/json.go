package summary

import (
	"bytes"
	"encoding/json"
)

// JSON is the summary in the shape of docs/previews.md, indented, with a line break at its end.
func (s Summary) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read it
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return b.Bytes(), err
}
