#!/usr/bin/env bash
# The daily verbs on a stack, on the local box: up, preview, verify, down, shell.
#   dev/stack.sh VERB [STACK] [FOLDER, for the summary of a preview]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
verb=${1:?usage: dev/stack.sh up|preview|verify|down|shell [STACK] [FOLDER]} stack=${2:-dev}
if [ -n "${3:-}" ]; then NEO4J_SUMMARY=$(realpath -m "$3") && export NEO4J_SUMMARY; fi
box=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin/box
cd "$root"

pulumi() { "$box" pulumi "$@"; }
# A stack that the box's state does not know must not bring the salt of another state: its passphrase would not fit. Values
# that are encrypted with it are somebody's, so then the file stays as it is and Pulumi says what is wrong.
drop_salt() {
  if ! grep -q 'secure:' "Pulumi.$stack.yaml"; then sed -i '/^encryptionsalt:/d' "Pulumi.$stack.yaml"; fi
}
select_stack() {
  made=no
  if ! pulumi stack select "$stack" >/dev/null 2>&1; then
    made=yes
    drop_salt
    pulumi stack init "$stack" >/dev/null
  fi
}
forget() {
  pulumi stack rm --yes --preserve-config "$stack" >/dev/null
  drop_salt
}
# As in a pull request: no cluster is asked, also where the box is up with another stack.
preview_without_cluster() (
  eval "$("$box" env)"
  nowhere=$(mktemp)
  trap 'rm -f "$nowhere"' EXIT
  export KUBECONFIG=$nowhere
  command pulumi preview --diff --stack "$stack"
)
check() {
  eval "$("$box" env)"
  bin/neo4jcheck --stack "$stack"
}

case $verb in
up)
  dev/setup.sh
  "$box" up
  select_stack
  pulumi up --yes --skip-preview --suppress-outputs --stack "$stack"
  check
  ;;
preview)
  [ -x "$box" ] || dev/setup.sh
  select_stack
  # A preview alone leaves no stack behind, and no salt in its file, on Ctrl-C neither.
  if [ "$made" = yes ]; then trap forget EXIT; fi
  if [ "${CLUSTER:-}" = yes ]; then
    pulumi preview --diff --stack "$stack"
  else
    preview_without_cluster
  fi
  ;;
verify)
  check
  ;;
down)
  if "$box" status >/dev/null 2>&1 && pulumi stack select "$stack" >/dev/null 2>&1; then
    pulumi destroy --yes --skip-preview --stack "$stack"
    forget
  fi
  "$box" down
  ;;
shell) exec "$box" env ;;
*)
  echo "dev/stack.sh: no verb $verb" >&2
  exit 2
  ;;
esac
