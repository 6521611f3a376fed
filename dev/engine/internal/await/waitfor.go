package await

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// test is one condition of a program's own.
type test struct {
	text string
	met  func(*unstructured.Unstructured) bool
}

// waitForRule reads the annotation pulumi.com/waitFor: one expression, or a JSON list of them that must
// all hold. An expression is "condition=<Type>[=<Status>]" or "jsonpath={<path>}[=<value>]".
func waitForRule(annotation string) (rule, error) {
	var expressions []string
	if err := json.Unmarshal([]byte(annotation), &expressions); err != nil {
		expressions = []string{annotation}
	}
	if len(expressions) == 0 {
		return rule{}, errors.New("pulumi.com/waitFor: at least one condition must be specified")
	}
	var tests []test
	for _, expression := range expressions {
		t, err := parseTest(expression)
		if err != nil {
			return rule{}, fmt.Errorf("pulumi.com/waitFor: %w", err)
		}
		tests = append(tests, t)
	}
	return rule{judge: func(seen view) verdict {
		if seen.object == nil {
			return gone()
		}
		v := verdict{done: true}
		for _, t := range tests {
			if !t.met(seen.object) {
				v.done = false
				v.progress = "Waiting for " + t.text
				v.missing = append(v.missing, t.text+" does not hold")
			}
		}
		return v
	}}, nil
}

func parseTest(expression string) (test, error) {
	kind, rest, _ := strings.Cut(expression, "=")
	switch kind {
	case "condition":
		name, want, ok := strings.Cut(rest, "=")
		if !ok {
			want = "True"
		}
		if name == "" {
			return test{}, fmt.Errorf("%q names no condition", expression)
		}
		return test{text: expression, met: func(o *unstructured.Unstructured) bool {
			status, _, _ := condition(o, name)
			return strings.EqualFold(status, want)
		}}, nil
	case "jsonpath":
		return parsePathTest(expression, rest)
	}
	return test{}, fmt.Errorf("expected a \"jsonpath=\" or \"condition=\" prefix, got %q", expression)
}

func parsePathTest(expression, rest string) (test, error) {
	end := strings.LastIndexByte(rest, '}')
	if !strings.HasPrefix(rest, "{") || end < 0 {
		return test{}, fmt.Errorf("%q: a path is written in braces, as in jsonpath={.status.phase}=Ready", expression)
	}
	path, want := rest[:end+1], ""
	valued := strings.HasPrefix(rest[end+1:], "=")
	switch {
	case valued:
		want = strings.Trim(rest[end+2:], `"`)
	case rest[end+1:] != "":
		return test{}, fmt.Errorf("%q: after the path only =<value> may follow", expression)
	}
	parsed := jsonpath.New("waitFor")
	if err := parsed.Parse(path); err != nil {
		return test{}, fmt.Errorf("%q: %w", expression, err)
	}
	return test{text: expression, met: func(o *unstructured.Unstructured) bool {
		var out bytes.Buffer
		if err := parsed.Execute(&out, o.Object); err != nil {
			return false // nothing is at the path yet
		}
		return !valued || out.String() == want
	}}, nil
}
