#!/usr/bin/env bash
# Holds the golden manifests against Kubernetes' own schemas (kubeconform, strict, every release of dev/tools/manifests/releases.txt) and
# against kube-score, whose critical findings stand by name and reason only (dev/tools/manifests/kube-score.txt); and the workflows
# against actionlint. Builds the tools and makes the schemas where they are missing: `dev/manifests.sh tools` does that alone.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes
tools=$root/dev/tools/manifests

# stamp is a short name of the content of files.
stamp() { cat "$@" | sha256sum | cut -c1-16; }
key=$(stamp "$tools"/go.{mod,sum} "$tools"/cmd/kubeschemas/{main,schemas,crds}.go "$tools"/cmd/scorecard/main.go)
bin=$cache/manifests/bin-$key
if [ ! -d "$bin" ]; then
  echo "building kubeconform, kube-score and actionlint" >&2
  mkdir -p "$cache/manifests"
  rm -rf "$cache"/manifests/bin-*
  (cd "$tools" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$bin.new/" tool ./cmd/kubeschemas ./cmd/scorecard)
  mv "$bin.new" "$bin"
fi
schemas=$cache/manifests/schemas-$(stamp "$tools/cmd/kubeschemas/schemas.go")
kinds=$cache/manifests/kinds-$(stamp "$tools"/cmd/kubeschemas/{schemas,crds}.go "$tools/crds.txt")
"$bin/kubeschemas" "$tools/releases.txt" "$schemas" "$tools/crds.txt" "$kinds"
[ "${1:-}" != tools ] || exit 0

cd "$root"
failed=0
for release in $(awk '/^v/ { print $1 }' "$tools/releases.txt"); do
  printf 'Kubernetes %s: ' "$release"
  "$bin/kubeconform" -strict -summary -kubernetes-version "${release#v}" \
    -schema-location "$schemas/{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json" \
    -schema-location "$kinds/{{.ResourceKind}}{{.KindSuffix}}.json" \
    tests/golden/*.yaml || failed=1
done
printf 'kube-score: '
"$bin/scorecard" "$bin/kube-score" dev/tools/manifests/kube-score.txt tests/golden/*.yaml || failed=1
if [ -d .github/workflows ]; then
  # shellcheck and pyflakes are used where they are installed only; the same findings everywhere are worth more.
  "$bin/actionlint" -shellcheck= -pyflakes= .github/workflows/*.yml && echo "actionlint: $(ls .github/workflows/*.yml | wc -l) workflows" || failed=1
fi
exit $failed
