#!/usr/bin/env bash
# `dev/test.sh check`: format, vet, lint, manifests, workflows, unit and golden tests of the program. `dev/test.sh all`: the same of every module
# (which compiles all of Kubernetes), then the conformance tests, the box and real servers. `dev/test.sh kills`: TestKills alone, with
# KILLS kills (30) drawn from SEED.
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
# as_built sets the flags that dev/build.sh, dev/engine/build.sh and dev/setup.sh build with, or all of Kubernetes, of the
# engine and of Pulumi's kinds is compiled a second time.
as_built() {
  export GOFLAGS="${GOFLAGS:-} -trimpath" CGO_ENABLED=0
}
# gotest NAME DIR ARGS...: one module's tests; a failure is remembered and the rest still runs. Without go test's own vet,
# which would walk through all they link once more: "vet and lint" has done so with more rules.
gotest() {
  local name=$1 dir=$2
  shift 2
  say "tests: $name"
  (cd "$dir" && as_built && "$bin/gotestsum" --format "${format:-pkgname}" --hide-summary skipped --jsonfile "$results/$name.json" -- -vet=off "$@") || failed=1
}

if [ "$what" = check ]; then dev/setup.sh check; else dev/setup.sh tools; fi

if [ "$what" = kills ]; then
  # It takes hours: what is killed when, and what the next update says, is printed as it happens.
  format=standard-verbose gotest kills . -timeout 6h ./tests/onbox -run '^TestKills$' -kills "${KILLS:-30}" -kills.seed "${SEED:-0}"
  "$bin/tally" "$results"/*.json
  exit $failed
fi

say "format"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'gofmt would change:\n%s\n' "$unformatted"
  failed=1
fi
say "vet and lint"
modules=(.)
[ "$what" = check ] || modules+=(dev dev/engine dev/certmanager dev/tools dev/tools/manifests)
# The box's module links all of Kubernetes, the engine's all of its provider, through which the linters that follow facts would walk for
# minutes and gigabytes; they get go vet, which is among the linters of the others, by itself.
lean=--enable-only=errcheck,errorlint,gochecknoinits,importas,ineffassign,misspell,revive
for dir in "${modules[@]}"; do
  some=()
  case $dir in dev | dev/engine) some=("$lean") ;; esac
  (cd "$dir" && as_built && { [ ${#some[@]} = 0 ] || go vet ./...; } &&
    "$bin/golangci-lint" run --allow-parallel-runners --config "$root/.golangci.yml" ${some[@]+"${some[@]}"} ./...) || failed=1
done

say "manifests and workflows"
dev/manifests.sh || failed=1

if [ "$what" = check ]; then
  gotest program . -short ./...
else
  gotest program . $(go list ./... | grep -v /tests/onbox)
  gotest manifests dev/tools/manifests ./cmd/...
  # Side by side, for both wait more than they work; the box's words come after the engine's.
  (gotest box dev -timeout 20m ./...; exit $failed) >"$results/box.txt" 2>&1 &
  box=$!
  gotest engine dev/engine -timeout 30m ./...
  wait $box || failed=1
  cat "$results/box.txt"
  # Three at once on any machine: real servers wait more than they work.
  gotest onbox . -timeout 60m -parallel 3 ./tests/onbox
  "$bin/gotestsum" tool slowest --jsonfile "$results/onbox.json" --threshold 60s || true # where the time goes
fi
say "done"
"$bin/tally" "$results"/*.json
exit $failed
