#!/bin/sh
# Builds the Pulumi engine for a machine where it cannot be installed: the CLI, the language host for Go
# beside it, and the official Kubernetes provider, from its own module, where the CLI looks for plugins.
# Nothing of the user's own Pulumi installation is touched. What is built already is left alone.
#
#   sh dev/engine/build.sh
#
# Environment: XDG_CACHE_HOME (default ~/.cache) is where it all goes, under neo4j-kubernetes/.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes"
keys="$cache/keys"

engine=$(go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3)
# The program's SDK asks for exactly its own version of the plugin.
sdk=$(awk '/pulumi-kubernetes\/sdk\/v4 / { print $(NF == 2 ? 2 : NF - 1) }' ../../go.mod | grep -o '^v[0-9.]*' || true)
plugin=${sdk:?no pulumi-kubernetes/sdk in go.mod}

modules=$(cat go.mod go.sum | sha256sum | cut -c1-32)
sources=$(find cmd internal -name '*.go' ! -name '*_test.go' | LC_ALL=C sort | xargs cat go.mod go.sum | sha256sum | cut -c1-32)

# compile TARGET PACKAGE LDFLAGS: go build, which on a cold cache takes minutes, with a line now and then of
# how far it is. It compiles only what is not in Go's cache, so it may be done before the last package.
compile() {
	log=$(mktemp)
	total=$(go list -deps "$2" | wc -l)
	CGO_ENABLED=0 go build -v -trimpath -ldflags "-s -w $3" -o "$1" "$2" >"$log" 2>&1 &
	pid=$!
	# A background job of a script does not hear the Ctrl-C that ends the script.
	trap 'kill "$pid" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
	waited=0
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		waited=$((waited + 1))
		if [ $((waited % 15)) -eq 0 ]; then
			printf '  %s of at most %s packages, %s s\n' "$(wc -l <"$log")" "$total" "$waited"
		fi
	done
	status=0
	wait "$pid" || status=$?
	trap - INT TERM
	[ "$status" -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return "$status"
}

# build NAME TARGET KEY PACKAGE LDFLAGS: builds PACKAGE to TARGET unless KEY says that it is there.
build() {
	name=$1 target=$2 key=$3 package=$4 ldflags=$5
	if [ -x "$target" ] && [ "$(cat "$keys/$name" 2>/dev/null)" = "$key" ]; then
		return
	fi
	printf '%s: building ...\n' "$name"
	started=$(date +%s)
	mkdir -p "$(dirname "$target")" "$keys"
	# A new file in the old one's place, so that a running one is not disturbed.
	compile "$target.new" "$package" "$ldflags"
	mv "$target.new" "$target"
	printf '%s' "$key" >"$keys/$name"
	printf '%s: built in %s s\n' "$name" "$(($(date +%s) - started))"
}

build "pulumi-$engine" "$cache/bin/pulumi" "$modules-$engine" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi \
	"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$engine"
build pulumi-language-go "$cache/bin/pulumi-language-go" "$sources-$engine" ./cmd/pulumi-language-go \
	"-X main.version=${engine#v}"
sh ./embed.sh "${plugin#v}"
build "pulumi-resource-kubernetes-$plugin" \
	"$cache/pulumi-home/plugins/resource-kubernetes-$plugin/pulumi-resource-kubernetes" "$modules-$sources-$plugin" \
	./cmd/pulumi-resource-kubernetes "-X main.version=${plugin#v}"
