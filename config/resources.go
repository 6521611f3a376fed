package config

import (
	"fmt"

	"neo4j-kubernetes/plan"
)

func readResources(f *file, p platform) plan.Resources {
	r := plan.Resources{
		CPURequest: f.millicores("cpu", p.cpu), CPULimit: f.millicores("cpuLimit", p.cpuLimit),
		Memory: f.kubernetesBytes("memory", p.memory), MemoryLimit: f.optionalBytes("memoryLimit"),
		Ephemeral: f.optionalBytes("ephemeralStorage"), EphemeralLimit: f.optionalBytes("ephemeralStorageLimit"),
	}
	f.end()
	return r
}

// optionalBytes is kubernetesBytes of a key that may be left out, zero then.
func (f *file) optionalBytes(key string) int64 {
	if !f.has(key) {
		f.taken[key] = true
		return 0
	}
	return f.kubernetesBytes(key, "")
}

// validateResources refuses requests over their limits, and says what a limit over its request means.
func validateResources(stack *Stack, problems *Problems) {
	r := stack.Plan.Resources
	if r.CPULimit > 0 && r.CPURequest > r.CPULimit {
		problems.add("cluster.resources.cpu", fmt.Sprintf("%dm", r.CPURequest), fmt.Sprintf("is more than cpuLimit, %dm", r.CPULimit), "lower it, or raise cpuLimit")
	}
	if r.EphemeralLimit > 0 && r.Ephemeral > r.EphemeralLimit {
		problems.add("cluster.resources.ephemeralStorage", plan.Quantity(r.Ephemeral), "is more than ephemeralStorageLimit, "+plan.Quantity(r.EphemeralLimit), "lower it, or raise ephemeralStorageLimit")
	}
	switch {
	case r.MemoryLimit == 0 || r.Memory == 0:
	case r.MemoryLimit < r.Memory:
		problems.add("cluster.resources.memoryLimit", plan.Quantity(r.MemoryLimit), "is less than resources.memory, "+plan.Quantity(r.Memory), "raise it, or leave it out: the limit is then resources.memory")
	case r.MemoryLimit > r.Memory:
		stack.Warnings = append(stack.Warnings, fmt.Sprintf("neo4j:cluster.resources.memoryLimit: %s is more than the %s that a member reserves; heap and page cache are planned within those, and what a member takes "+
			"beyond them its node may not have: the kernel then ends it, of all pods those first that are furthest over their requests", plan.Quantity(r.MemoryLimit), plan.Quantity(r.Memory)))
	}
}
