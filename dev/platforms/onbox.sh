# Read by dev/stack.sh: how a stack that is written for a cluster elsewhere comes to the local box, and that nothing of it stays there.
# Its Pulumi.<stack>.yaml is never written to. A copy in the box's folder has the values of box.values and <stack>.values over it, so that
# neither its context nor a kubeconfig that it names leads anywhere but to the box.
# shellcheck shell=bash disable=SC2154 # root, box, stack and pulumi are stack.sh's
copy=${NEO4J_BOX_HOME:-${XDG_STATE_HOME:-$HOME/.local/state}/neo4j-kubernetes}/stacks/$stack

# named refuses what has no stack file, and a file that leads elsewhere and would be used as it stands.
named() {
  if [ ! -f "Pulumi.$1.yaml" ]; then
    echo "dev/stack.sh: no stack $1, for there is no Pulumi.$1.yaml; there are: $(echo Pulumi.*.yaml | sed -E 's/Pulumi\.([^ ]*)\.yaml/\1/g')" >&2
    exit 2
  fi
  if [ "$1" = dev ] && grep -Eq '^ +(kubeconfig|context):' Pulumi.dev.yaml; then
    echo "dev/stack.sh: Pulumi.dev.yaml names a cluster (kubernetes.kubeconfig or context), and make deploys to the local box alone: remove it, or use pulumi up by hand" >&2
    exit 2
  fi
}

copied() { [ -f "$copy/Pulumi.$stack.yaml" ]; }

# copy takes the stack's file as it is now, without what another state's keys have encrypted; the salt is that of the copy before. The
# program is the one that dev/setup.sh builds.
copy() {
  if [ "$stack" = dev ]; then return; fi
  project=$copy
  mkdir -p "$project"
  local salt=
  if copied; then salt=$(grep '^encryptionsalt:' "$copy/Pulumi.$stack.yaml" || true); fi
  sed "s|^    buildTarget:.*|    binary: $root/bin/neo4j|" Pulumi.yaml >"$copy/Pulumi.yaml"
  { [ -z "$salt" ] || echo "$salt"; sed -E -e '/^(encryptionsalt|secretsprovider|encryptedkey):/d' -e '/^  [^ ].*:$/{N;/\n    secure:/d}' "Pulumi.$stack.yaml"; } \
    >"$copy/Pulumi.$stack.yaml"
}

# settle sets what the stack has otherwise on the box, and has the image of its release be built.
settle() {
  if [ "$stack" = dev ]; then return; fi
  local values=() line
  while read -r line; do values+=(--plaintext "$line"); done < <(grep -hv '^#' "$root/dev/platforms/box.values" "$root/dev/platforms/$stack.values" 2>/dev/null)
  pulumi config set-all --stack "$stack" --path "${values[@]}"
  echo "Pulumi.$stack.yaml on the local box, with what dev/platforms/box.values and $stack.values say" >&2
  if [ "$verb" = up ]; then "$box" images build "$(pulumi config get --stack "$stack" --path cluster.release)"; fi
}

forget_copy() {
  rm -rf "$copy"
  project=$root
}

# stacks_up names the stacks that the box's state has.
stacks_up() { pulumi stack ls --json | sed -n 's/.*"name": "\(.*\)",/\1/p' | paste -sd' '; }

# stamped names the objects of a kind that the stack has declared.
stamped() {
  "$box" kubectl get "$1" -o go-template='{{range .items}}{{$name := .metadata.name}}{{with .metadata.annotations}}{{if eq (print (index . "neo4j-kubernetes/stack")) "organization/neo4j/'"$stack"'"}}{{$name}}{{"\n"}}{{end}}{{end}}{{end}}'
}

# of_namespace names the volumes whose claims are, or were, in a namespace.
of_namespace() {
  "$box" kubectl get persistentvolumes -o go-template='{{range .items}}{{$name := .metadata.name}}{{with .spec.claimRef}}{{if eq .namespace "'"$1"'"}}{{$name}}{{"\n"}}{{end}}{{end}}{{end}}'
}

# remove_kept removes what a destroyed stack keeps on purpose: its namespace and its storage class always, claims where it retains them, and disks whose class does;
# looks again, and says what it has found. With the box all of it goes anyhow, but not while others are on it.
remove_kept() {
  local class namespace volumes claims left
  for class in $(stamped storageclasses); do
    echo "kept by the destroyed stack $stack, and removed now: storage class $class" >&2
    "$box" kubectl delete storageclass "$class" >/dev/null
  done
  for namespace in $(stamped namespaces); do
    claims=$("$box" kubectl -n "$namespace" get persistentvolumeclaims -o name | wc -l)
    volumes=$(of_namespace "$namespace")
    echo "kept by the destroyed stack $stack, and removed now: namespace $namespace, claims: $claims, volumes: $(wc -w <<<"$volumes")" >&2
    "$box" kubectl delete namespace "$namespace" --timeout=2m >/dev/null
    for volume in $volumes; do
      # What is gone meanwhile went with its claim.
      "$box" kubectl patch persistentvolume "$volume" -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}' >/dev/null 2>&1 || true
      "$box" kubectl delete persistentvolume "$volume" --ignore-not-found --timeout=1m >/dev/null
    done
    left=$("$box" kubectl get namespace "$namespace" --ignore-not-found -o name; of_namespace "$namespace")
    if [ -n "$left" ]; then
      echo "left of the stack $stack: $left" >&2
      return 1
    fi
  done
  echo "nothing is left of the stack $stack: no namespace, no claim, no volume" >&2
}

# nothing_on_host looks whether the box, which is down, has left a mount, a disk or data on this machine.
nothing_on_host() {
  local home left
  home=$(realpath -m "$copy/../..")
  left=$(grep -oF " $home/" /proc/self/mounts || true; losetup -l -n -O BACK-FILE 2>/dev/null | grep -F "$home/" || true; find "$home/data" -maxdepth 0 2>/dev/null || true)
  if [ -n "$left" ]; then
    echo "left of the box: $left" >&2
    return 1
  fi
  echo "nothing is left of the box: no mount, no disk, no data" >&2
}
