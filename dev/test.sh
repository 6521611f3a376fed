#!/usr/bin/env bash
# `dev/test.sh check`: format, vet, lint, unit and golden tests of the program. `dev/test.sh all`: the same of every module
# (which compiles all of Kubernetes), then the conformance tests, the box and real servers.
# Ends with one line "N passed, N failed, N skipped" over all modules.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin
what=${1:-all}
cd "$root"
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
failed=0

say() { printf '\n== %s (%ds)\n' "$1" "$SECONDS"; }
# gotest NAME DIR ARGS...: one module's tests; a failure is remembered and the rest still runs.
gotest() {
  local name=$1 dir=$2
  shift 2
  say "tests: $name"
  (cd "$dir" && "$bin/gotestsum" --format pkgname --hide-summary skipped --jsonfile "$results/$name.json" -- "$@") || failed=1
}

if [ "$what" = check ]; then dev/setup.sh check; else dev/setup.sh tools; fi

say "format"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'gofmt would change:\n%s\n' "$unformatted"
  failed=1
fi
say "vet and lint"
modules=(.)
[ "$what" = check ] || modules+=(dev dev/engine dev/tools)
for dir in "${modules[@]}"; do (cd "$dir" && go vet ./... && "$bin/golangci-lint" run --allow-parallel-runners --config "$root/.golangci.yml" ./...) || failed=1; done

if [ "$what" = check ]; then
  gotest program . -short ./...
else
  gotest program . $(go list ./... | grep -v /tests/onbox)
  gotest engine dev/engine -timeout 20m ./...
  gotest box dev -timeout 20m ./...
  gotest onbox . -timeout 40m ./tests/onbox
fi
say "done"
"$bin/tally" "$results"/*.json
exit $failed
