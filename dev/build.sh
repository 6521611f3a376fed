#!/usr/bin/env bash
# Builds the box and the pause program into the cache, unless these very sources are built already. Says what it builds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin
cd "$here"
key=$(find go.mod go.sum build.sh cmd internal -type f ! -name '*_test.go' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
stamp=$bin/.box-$key
if [ -f "$stamp" ] && [ -x "$bin/box" ]; then
  exit 0
fi
mkdir -p "$bin"
# Components without a version fail Kubernetes' own version checks.
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
flags="-s -w"
for pkg in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags="$flags -X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=$(echo "$version" | cut -d. -f2)"
  flags="$flags -X $pkg.gitTreeState=clean -X $pkg.buildDate=2026-01-01T00:00:00Z"
done
began=$SECONDS
echo "building Kubernetes $version, CoreDNS and the box into one program (the first time takes minutes)" >&2
CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$bin/box.new" ./cmd/box
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$bin/pause" ./cmd/pause
mv "$bin/box.new" "$bin/box"
rm -f "$bin"/.box-*
touch "$stamp"
echo "built the box in $((SECONDS - began))s" >&2
