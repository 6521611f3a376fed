#!/usr/bin/env bash
# Installs and builds what the local box and the engine need, each only where it is missing. Says what it installs or builds,
# step n of m, and the time so far. `dev/setup.sh tools` adds the linter, the test runner and cert-manager.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes
mkdir -p "$cache/bin"

wanted=${1:-}
steps=(packages engine box images program)
[ "$wanted" = tools ] && steps+=(tools certmanager)
[ "$wanted" = check ] && steps=(tools)

began=$SECONDS n=0
step() { n=$((n + 1)); printf '[%d/%d %3ds] %s\n' "$n" "${#steps[@]}" $((SECONDS - began)) "$1" >&2; }

debian=(containerd runc containernetworking-plugins nftables iptables ipset conntrack iproute2 kmod xfsprogs mmdebstrap maven openjdk-17-jdk-headless ca-certificates)
packages() {
  local missing=()
  for p in "${debian[@]}"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    step "Debian packages: all ${#debian[@]} are installed"
    return
  fi
  step "Debian packages: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

engine() {
  if command -v pulumi >/dev/null && pulumi plugin ls 2>/dev/null | grep -q '^kubernetes '; then
    step "Pulumi: the installed $(pulumi version) with its Kubernetes plugin is used"
    return
  fi
  step "Pulumi: none installed with its Kubernetes plugin; the command and the official provider from their modules, and a language host"
  "$root/dev/engine/build.sh"
}

box() { step "the local box: Kubernetes, CoreDNS, supervisor"; "$root/dev/build.sh"; }

# Stack dev wants one release; the tests want all. A box imports what is built, so a newcomer's has less to wait for.
images() {
  local releases=(3.5.0-beta03)
  [ "$wanted" != tools ] || releases=()
  step "Neo4j images"
  "$cache/bin/box" images build "${releases[@]}"
}

program() {
  step "the Pulumi program and neo4jcheck"
  # The language host's own flags, so that its first build finds everything compiled; without cgo, as the provider, which shares the
  # kinds of Kubernetes with the program: they are the largest packages of all.
  (cd "$root" && export CGO_ENABLED=0 && go build -buildvcs=false -trimpath -ldflags "-w -s" -o bin/ ./cmd/neo4jcheck &&
    go build -buildvcs=false -trimpath -ldflags "-w -s" -o bin/neo4j .)
}

tools() {
  step "linter and test runner"
  local stamp
  stamp=$cache/bin/.tools-$(cat "$root"/dev/tools/go.{mod,sum} "$root"/dev/tools/cmd/tally/*.go | sha256sum | cut -c1-16)
  [ -f "$stamp" ] && return
  (cd "$root/dev/tools" && go build -o "$cache/bin/" tool ./cmd/tally)
  touch "$stamp"
}

certmanager() { step "cert-manager, for the tests that have it issue certificates"; "$root/dev/certmanager/build.sh"; }

if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
  if [ "$wanted" != check ]; then
    echo "The local box needs Linux and root. Without them use minikube: minikube start && pulumi stack init minikube && pulumi up" >&2
    exit 1
  fi
fi
for s in "${steps[@]}"; do "$s"; done
printf '[done %ds]\n' $((SECONDS - began)) >&2
