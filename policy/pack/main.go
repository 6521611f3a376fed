// Command pack is the policy pack of package policy, as the engine runs it: pulumi preview --policy-pack policy/pack.
package main

import (
	"fmt"
	"os"

	"neo4j-kubernetes/policy"
)

func main() {
	pack, err := policy.Pack()
	if err == nil {
		err = policy.Main(pack)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "policy pack:", err)
		os.Exit(1)
	}
}
