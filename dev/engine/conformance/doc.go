// Package conformance pins what the engine of this folder does, by the real Pulumi CLI, the language host
// and the official Kubernetes provider, against a real Kubernetes API server and its controllers. There is no
// node: where pods matter, a stand-in for the kubelet writes their status.
//
// It needs the box's binary for the components, $XDG_CACHE_HOME/neo4j-kubernetes/bin/box or the one
// that NEO4J_BOX_BINARY names, and builds the rest by build.sh. With -short all of it is skipped.
// Everything listens on 127.0.0.1, on free ports.
package conformance
