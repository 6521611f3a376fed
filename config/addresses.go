package config

import (
	"fmt"
	"slices"

	"neo4j-kubernetes/plan"
)

// readAddresses says of which IP families the Services are (Kubernetes, "IPv4/IPv6 dual-stack").
func readAddresses(f *file) plan.Addresses {
	a := plan.Addresses{Families: f.list("ipFamilies")}
	if f.has("ipFamilyPolicy") {
		a.Policy = f.oneOf("ipFamilyPolicy", "", "SingleStack", "PreferDualStack", "RequireDualStack")
	}
	f.taken["ipFamilyPolicy"] = true
	for i, family := range a.Families {
		at := fmt.Sprintf("ipFamilies[%d]", i)
		switch {
		case family != "IPv4" && family != "IPv6":
			f.refuse(at, family, "is no family of addresses", "write IPv4 or IPv6")
		case slices.Contains(a.Families[:i], family):
			f.refuse(at, family, "is there twice", "leave one out")
		}
	}
	if len(a.Families) > 1 && (a.Policy == "" || a.Policy == "SingleStack") {
		f.refuse("ipFamilyPolicy", a.Policy, "has one family, and ipFamilies are several", "write PreferDualStack or RequireDualStack, or one of the families")
	}
	return a
}
