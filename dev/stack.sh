#!/usr/bin/env bash
# The daily verbs on a stack, on the local box: up, preview, verify, down, shell. Never anywhere else: a cloud is `pulumi up` by hand.
#   dev/stack.sh VERB [STACK] [FOLDER, for the summary of a preview]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
verb=${1:?usage: dev/stack.sh up|preview|verify|down|shell [STACK] [FOLDER]} stack=${2:-dev}
if [ -n "${3:-}" ]; then NEO4J_SUMMARY=$(realpath -m "$3") && export NEO4J_SUMMARY; fi
box=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin/box
cd "$root"

. dev/platforms/onbox.sh

# The stack dev is made for the box and used as its file stands; the others by a copy: see onbox.sh.
project=$root
pulumi() { (cd "$project" && "$box" pulumi "$@"); }
# A stack that the box's state does not know must not bring the salt of another state: its passphrase would not fit. Values
# that are encrypted with it are somebody's, so then the file stays as it is and Pulumi says what is wrong.
drop_salt() {
  if ! grep -q 'secure:' "$project/Pulumi.$stack.yaml"; then sed -i '/^encryptionsalt:/d' "$project/Pulumi.$stack.yaml"; fi
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
  forget_copy
}
# As in a pull request: no cluster is asked, also where the box is up with another stack.
preview_without_cluster() (
  eval "$("$box" env)"
  nowhere=$(mktemp)
  trap 'rm -f "$nowhere"' EXIT
  export KUBECONFIG=$nowhere
  cd "$project" && command pulumi preview --diff --stack "$stack"
)
check() {
  eval "$("$box" env)"
  bin/neo4jcheck --stack "$stack"
}

case $verb in
up)
  named "$stack"
  dev/setup.sh
  copy
  select_stack
  settle
  "$box" up
  dev/platforms/cluster.sh make "$stack"
  pulumi up --yes --skip-preview --suppress-outputs --stack "$stack"
  check
  ;;
preview)
  named "$stack"
  [ -x "$box" ] || dev/setup.sh
  # A stack that is up on the box is previewed as it is there, any other as its file stands.
  if copied; then copy; fi
  select_stack
  # A preview alone leaves no stack behind, and no salt in its file, on Ctrl-C neither.
  if [ "$made" = yes ]; then trap forget EXIT; fi
  if copied; then settle; fi
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
  if copied; then project=$copy; fi
  left=0
  if "$box" status >/dev/null 2>&1 && pulumi stack select "$stack" >/dev/null 2>&1; then
    pulumi destroy --yes --skip-preview --stack "$stack"
    remove_kept || left=1
    dev/platforms/cluster.sh remove "$stack"
    forget
  fi
  others=$("$box" status >/dev/null 2>&1 && stacks_up || true)
  if [ -n "$others" ]; then
    echo "the box stays up, for others are on it: $others" >&2
  else
    "$box" down
    nothing_on_host || left=1
  fi
  exit $left
  ;;
shell) exec "$box" env ;;
*)
  echo "dev/stack.sh: no verb $verb" >&2
  exit 2
  ;;
esac
