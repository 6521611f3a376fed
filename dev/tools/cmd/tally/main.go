// Command tally counts the tests in files of `go test -json` and prints one line, "N passed, N failed, N skipped". A test
// with subtests counts by its subtests only; a package that failed without a failing test (it did not build, or panicked)
// counts as one failure.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type event struct{ Action, Package, Test string }

func main() {
	passed, failed, skipped := 0, 0, 0
	for _, file := range os.Args[1:] {
		p, f, s, err := count(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(1)
		}
		passed, failed, skipped = passed+p, failed+f, skipped+s
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
}

func count(file string) (passed, failed, skipped int, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { _ = f.Close() }()
	ended := map[event]string{}
	parents, blamed, broken := map[event]bool{}, map[string]bool{}, map[string]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return 0, 0, 0, fmt.Errorf("%s: %w", file, err)
		}
		if e.Action != "pass" && e.Action != "fail" && e.Action != "skip" {
			continue
		}
		if e.Test == "" {
			broken[e.Package] = e.Action == "fail"
			continue
		}
		ended[event{Package: e.Package, Test: e.Test}] = e.Action
		if i := strings.LastIndex(e.Test, "/"); i > 0 {
			parents[event{Package: e.Package, Test: e.Test[:i]}] = true
		}
	}
	for test, action := range ended {
		blamed[test.Package] = blamed[test.Package] || action == "fail"
		// A parent that fails by itself, with every subtest green, is still a failure.
		if parents[test] && (action != "fail" || subtestFailed(ended, test)) {
			continue
		}
		switch action {
		case "pass":
			passed++
		case "fail":
			failed++
		case "skip":
			skipped++
		}
	}
	for pkg, b := range broken {
		if b && !blamed[pkg] {
			failed++
		}
	}
	return passed, failed, skipped, lines.Err()
}

func subtestFailed(ended map[event]string, parent event) bool {
	for test, action := range ended {
		if action == "fail" && test.Package == parent.Package && strings.HasPrefix(test.Test, parent.Test+"/") {
			return true
		}
	}
	return false
}
