package policy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
)

// oddPrimaries advises against an even number of voting members: it bears no more losses than the odd number below it.
func oddPrimaries() policyx.Policy {
	return rule("odd-primaries", "The number of voting members is odd.", policyx.EnforcementLevelAdvisory,
		func(r policyx.AnalyzerResource, report report) {
			if members, ok := votes(r); ok && members > 0 && members%2 == 0 {
				report(fmt.Sprintf("%d voting members bear the loss of %d, as many as %d do: set cluster.primaries to %d or %d",
					members, members-neo4j.Quorum(members), members-1, members-1, members+1))
			}
		})
}
