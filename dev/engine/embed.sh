#!/bin/sh
# Makes the two files that the Kubernetes provider embeds, from its module's own: sh dev/engine/embed.sh VERSION
# They follow from the module and the version (4.25.0), so they are not committed.
set -eu
cd "$(dirname "$0")"
version=${1:?usage: embed.sh VERSION}
# On a machine that has compiled nothing of it yet, list would know no folder of the module.
go mod download github.com/pulumi/pulumi-kubernetes/provider/v4
module=$(go list -m -f '{{.Dir}}' github.com/pulumi/pulumi-kubernetes/provider/v4)/cmd/pulumi-resource-kubernetes
into=cmd/pulumi-resource-kubernetes
# The schema's own generator sets the version as its first key; the mapping stays as it is.
sed "1s/{/{\"version\":\"$version\",/" "$module/schema.json" >"$into/schema-embed.json"
cat "$module/terraform-mapping.json" >"$into/terraform-mapping-embed.json"
