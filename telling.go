package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/config"
	"neo4j-kubernetes/summary"
)

// summaryFolder is the variable of the environment that names a folder for <stack>.md and <stack>.json, the summary of each run. The engine's
// language host gives the program its whole environment. A relative path is below the project's folder.
const summaryFolder = "NEO4J_SUMMARY"

// told says what an update does, before it does it, and keeps it where it is wanted. What is refused the engine says as the error that it is.
func (r running) told(s summary.Summary) error {
	if err := keep(s); err != nil {
		return err
	}
	if s.Kind == summary.Refused {
		return nil
	}
	return r.ctx.Log.Info(s.Text(), nil)
}

// wrong keeps what is wrong with a configuration, and gives the error back with what went wrong then.
func wrong(ctx *pulumi.Context, err error) error {
	var problems config.Problems
	var refusals []summary.Refusal
	if errors.As(err, &problems) {
		for _, p := range problems {
			refusals = append(refusals, summary.Refusal{Path: p.Path, Value: p.Value, Reason: p.Reason, Mend: p.Mend, Text: p.String()})
		}
	} else {
		refusals = []summary.Refusal{{Path: "neo4j:cluster", Reason: err.Error(), Text: err.Error()}}
	}
	return errors.Join(err, keep(summary.OfProblems(ctx.Stack(), refusals)))
}

// keep writes a summary into the folder that is wanted, if any.
func keep(s summary.Summary) error {
	folder := os.Getenv(summaryFolder)
	if folder == "" {
		return nil
	}
	text, err := s.JSON()
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	for _, file := range []struct{ ending, text string }{{".md", s.Markdown()}, {".json", string(text)}} {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, s.Stack+file.ending), []byte(file.text), 0o644)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: the summary cannot be kept, nothing was touched: %w", summaryFolder, err)
	}
	return nil
}
