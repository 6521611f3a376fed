#!/usr/bin/env bash
# The daily verbs on a stack, on the local box: up, preview, verify, down, shell.
#   dev/stack.sh VERB [STACK]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
verb=${1:?usage: dev/stack.sh up|preview|verify|down|shell [STACK]} stack=${2:-dev}
box=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin/box
cd "$root"

pulumi() { "$box" pulumi "$@"; }
select_stack() { pulumi stack select --create "$stack" >/dev/null; }

case $verb in
up)
  dev/setup.sh
  "$box" up
  select_stack
  pulumi up --yes --skip-preview --stack "$stack"
  ;;
preview)
  [ -x "$box" ] || dev/setup.sh
  select_stack
  pulumi preview --diff --stack "$stack"
  ;;
verify)
  eval "$("$box" env)"
  exec bin/neo4jcheck --stack "$stack"
  ;;
down)
  if "$box" status >/dev/null 2>&1 && pulumi stack select "$stack" >/dev/null 2>&1; then
    pulumi destroy --yes --skip-preview --stack "$stack"
    pulumi stack rm --yes --preserve-config "$stack"
  fi
  "$box" down
  ;;
shell) exec "$box" env ;;
*)
  echo "dev/stack.sh: no verb $verb" >&2
  exit 2
  ;;
esac
