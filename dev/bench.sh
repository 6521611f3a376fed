#!/usr/bin/env bash
# The table of `make bench`: dev/bench.sh [--runs N] [--only NAME] [--json], see --help. Installs and builds what is missing first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
case " $* " in *" --help "* | *" -h "*) ;; *) dev/setup.sh ;; esac
CGO_ENABLED=0 go build -trimpath -o bin/bench ./tests/bench
exec bin/bench "$@"
