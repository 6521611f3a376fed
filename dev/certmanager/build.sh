#!/usr/bin/env bash
# Builds cert-manager's controllers into the cache and puts the CRDs of the same version beside them, unless these very sources are built
# already. Only tests want them. Says what it builds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes
cd "$here"
key=$(cat go.mod go.sum build.sh main.go | sha256sum | cut -c1-16)
stamp=$cache/bin/.cert-manager-$key
if [ -f "$stamp" ] && [ -x "$cache/bin/cert-manager" ]; then
  exit 0
fi
mkdir -p "$cache/bin"
module=github.com/cert-manager/cert-manager
began=$SECONDS
echo "building cert-manager $(go list -m -f '{{.Version}}' $module), its controllers alone (the first time takes minutes)" >&2
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$cache/bin/cert-manager.new" .
rm -rf "$cache/cert-manager-crds"
mkdir "$cache/cert-manager-crds"
install -m 644 "$(go list -m -f '{{.Dir}}' $module)"/deploy/crds/*.yaml "$cache/cert-manager-crds/"
mv "$cache/bin/cert-manager.new" "$cache/bin/cert-manager"
rm -f "$cache"/bin/.cert-manager-*
touch "$stamp"
echo "built cert-manager in $((SECONDS - began))s" >&2
