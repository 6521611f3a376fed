#!/usr/bin/env bash
# What a platform's Kubernetes cluster has and the box has not by itself.
#   dev/platforms/cluster.sh make|remove STACK
set -euo pipefail
verb=${1:?usage: dev/platforms/cluster.sh make|remove STACK} stack=${2:?usage: dev/platforms/cluster.sh make|remove STACK}
box=${XDG_CACHE_HOME:-$HOME/.cache}/neo4j-kubernetes/bin/box
kubectl() { "$box" kubectl "$@" >/dev/null; }

# Stands for the AWS Load Balancer Controller, by whose API group the program knows that it is installed; the box gives the addresses in
# its place.
aws_controller() {
  cat <<'CRD'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: targetgroupbindings.elbv2.k8s.aws
  annotations: {api-approved.kubernetes.io: unapproved}
spec:
  group: elbv2.k8s.aws
  scope: Namespaced
  names: {kind: TargetGroupBinding, plural: targetgroupbindings}
  versions:
    - {name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
CRD
}

case $verb:$stack in
make:eks) aws_controller | kubectl apply -f - ;;
remove:eks) aws_controller | kubectl delete --ignore-not-found -f - ;;
# A node for those alone who tolerate its taint, as a dedicated node pool has them.
make:existing) kubectl taint --overwrite node dev3 dedicated=graph:NoSchedule ;;
remove:existing) kubectl taint --overwrite node dev3 dedicated=none:NoSchedule && kubectl taint node dev3 dedicated- ;;
make:* | remove:*) ;;
*)
  echo "dev/platforms/cluster.sh: no verb $verb" >&2
  exit 2
  ;;
esac
