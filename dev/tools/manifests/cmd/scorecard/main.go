// Command scorecard asks kube-score about manifests and fails for a critical finding that no line of a list excuses, and for a line that
// excuses nothing any more.
//
//	scorecard KUBE-SCORE LIST MANIFESTS...
//
// KUBE-SCORE is the program; LIST has a line an excuse, "check | kind | summary | reason". Each of the MANIFESTS is a cluster by itself.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// oldest is the oldest release of Kubernetes that the manifests are for: kube-score knows what a release has.
const oldest = "v1.28"

// critical is kube-score's grade of what must not be.
const critical = 1

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scorecard:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("usage: scorecard KUBE-SCORE LIST MANIFESTS...")
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	list, err := parseList(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	found := map[finding][]string{}
	for _, file := range args[2:] {
		out, err := score(args[0], file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := findings(out, file, found); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if problems := judge(list, found); len(problems) > 0 {
		return errors.New(strings.Join(problems, "\n"))
	}
	fmt.Printf("%d files, no critical finding but the %d kinds in %s\n", len(args)-2, len(list), args[1])
	return nil
}

// score is kube-score's answer. It ends with 1 where it finds something, which is none of our errors.
func score(program, file string) ([]byte, error) {
	var out, said bytes.Buffer
	cmd := exec.Command(program, "score", "--output-format", "json", "--kubernetes-version", oldest, file)
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 || out.Len() == 0) {
		return nil, fmt.Errorf("kube-score: %w %s", err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}

// finding is one kind of critical finding.
type finding struct{ check, kind, summary string }

func (f finding) String() string { return f.check + " | " + f.kind + " | " + f.summary }

// findings adds the critical ones of one answer, with the objects that have them.
func findings(answer []byte, file string, into map[finding][]string) error {
	var objects []struct {
		Type struct {
			Kind string `json:"kind"`
		} `json:"type_meta"`
		Meta struct {
			Name string `json:"name"`
		} `json:"object_meta"`
		Checks []struct {
			Check    struct{ ID string }
			Grade    int
			Skipped  bool
			Comments []struct{ Summary, Path string }
		}
	}
	if err := json.Unmarshal(answer, &objects); err != nil {
		return err
	}
	if len(objects) == 0 {
		return errors.New("kube-score saw no object")
	}
	for _, o := range objects {
		for _, c := range o.Checks {
			if c.Skipped || c.Grade != critical {
				continue
			}
			for _, comment := range c.Comments {
				f := finding{c.Check.ID, o.Type.Kind, comment.Summary}
				into[f] = append(into[f], strings.TrimSuffix(file+": "+o.Meta.Name+" "+comment.Path, " "))
			}
			if len(c.Comments) == 0 {
				f := finding{c.Check.ID, o.Type.Kind, ""}
				into[f] = append(into[f], file+": "+o.Meta.Name)
			}
		}
	}
	return nil
}

// parseList reads the excuses, each with its reason.
func parseList(text string) (map[finding]string, error) {
	list := map[finding]string{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 4 || parts[3] == "" {
			return nil, fmt.Errorf("line %d: %q is not \"check | kind | summary | reason\"", i+1, line)
		}
		list[finding{parts[0], parts[1], parts[2]}] = parts[3]
	}
	return list, nil
}

// judge says what is found and not excused, and what is excused and not found.
func judge(list map[finding]string, found map[finding][]string) []string {
	var problems []string
	for f, where := range found {
		if _, excused := list[f]; !excused {
			problems = append(problems, fmt.Sprintf("%s: critical, and no line of the list has a reason for it; %d times, first in %s", f, len(where), where[0]))
		}
	}
	for f := range list {
		if len(found[f]) == 0 {
			problems = append(problems, fmt.Sprintf("%s: in the list, and found nowhere: take the line away", f))
		}
	}
	slices.Sort(problems)
	return problems
}
