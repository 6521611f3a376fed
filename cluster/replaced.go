package cluster

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// memberInputs are short names of what each role's members are made of: a pod template of another content replaces them. They are inputs
// of the plan because a preview compares them, and says in a line what no diff of a StatefulSet does.
func memberInputs(p plan.Plan) (pulumi.Map, error) {
	inputs := pulumi.Map{}
	for _, role := range neo4j.Roles {
		if p.Size(role) == 0 {
			continue
		}
		c, err := configFiles(p, role)
		if err != nil {
			return nil, err
		}
		template, err := podTemplate(p, role, c.name)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(template) // plain values alone: nothing in a template is known only later
		if err != nil {
			return nil, fmt.Errorf("pods of %s members: %w", role, err)
		}
		inputs[string(role)] = pulumi.String(digest(map[string]string{"template": string(text)}))
	}
	return inputs, nil
}

// replaced says how many of the running members a change replaces, and how.
func replaced(c plan.Change, before, after resource.PropertyMap) []string {
	if c.Before == nil {
		return nil
	}
	running, count := 0, 0
	for _, role := range neo4j.Roles {
		stay := c.Stay(role)
		running += stay
		key := resource.PropertyKey(role)
		if was := text(before, "members", key); was != "" && was != text(after, "members", key) {
			count += stay
		}
	}
	switch {
	case count == 0:
		return nil
	case running == 1:
		return []string{"replaces the server: nobody is served until it has started again"}
	}
	return []string{fmt.Sprintf("replaces %d of %d members, one at a time, the one that leads most databases last", count, running)}
}
