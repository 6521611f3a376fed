package policy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// dataRetained wants the data of what is protected to outlive it: a stack that guards its members and lets their claims go with them
// guards nothing. Protected is what bears Pulumi's option protect.
func dataRetained() policyx.Policy {
	return rule("data-retained", "The data of protected members outlives them.", policyx.EnforcementLevelMandatory,
		func(r policyx.AnalyzerResource, report report) {
			if !r.Options.Protect {
				return
			}
			switch {
			case isKind(r, "StatefulSet"):
				// Kubernetes retains by default (StatefulSet, persistentVolumeClaimRetentionPolicy).
				for _, when := range []string{"whenDeleted", "whenScaled"} {
					if does := text(in(r, "spec", "persistentVolumeClaimRetentionPolicy", when)); does != "" && does != "Retain" {
						report(fmt.Sprintf("claims are %s %s, and the members are protected: set cluster.storage.retain to true", words[does], words[when]))
					}
				}
			case isKind(r, "StorageClass"):
				if does := text(in(r, "reclaimPolicy")); does != "Retain" && !unknownIn(r, "reclaimPolicy") {
					report("volumes go with their claims, and the class is protected: set its reclaimPolicy to Retain")
				}
			}
		})
}

// words are Kubernetes' in a sentence.
var words = map[string]string{"Delete": "deleted", "whenDeleted": "with the StatefulSet", "whenScaled": "when it shrinks"}
