// Package onbox proves the whole program on real parts: the Pulumi engine, a real three-node Kubernetes (the local box) and
// real Neo4j servers, black box, by the commands that a user types.
//
// It needs Linux, root and what `dev/setup.sh` builds; without them, and under -short, the tests are skipped and say so.
// Run all of it with `make test`, or one story with
//
//	go test ./tests/onbox -run TestStory -v -timeout 30m
//
// TestKills is for `make kills`, which has it kill thirty updates, by -kills; -kills.seed has it draw the same moments again.
//
// The tests use a box of their own (NEO4J_BOX_HOME in a temporary folder), so a cluster that `make up` made is not touched.
package onbox
