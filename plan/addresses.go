package plan

// Addresses are of which IP families the Services of the cluster are; empty for the Kubernetes cluster's own default.
type Addresses struct {
	// Policy is SingleStack, PreferDualStack or RequireDualStack.
	Policy string
	// Families are IPv4 and IPv6, the primary one first, which a Service keeps for ever.
	Families []string
}

// families refuses another primary family for Services that are there: the API does not change it, and a headless Service of another name
// would be another name for every member.
func families(c Change) []Refusal {
	if c.Found == nil || c.Found.IPFamily == "" || len(c.After.Addresses.Families) == 0 || c.After.Addresses.Families[0] == c.Found.IPFamily {
		return nil
	}
	return []Refusal{{"ipFamilies", arrow(c.Found.IPFamily, c.After.Addresses.Families[0]), "a Service keeps the family of its first address for ever",
		"write " + c.Found.IPFamily + " first, with the other behind it where both are wanted"}}
}
