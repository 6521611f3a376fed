package cluster

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Pods are short names of what each role's members are made of: a pod template of another content replaces them.
func Pods(p plan.Plan) (map[neo4j.Role]string, error) {
	digests := map[neo4j.Role]string{}
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
		digests[role] = digest(map[string]string{"template": string(text)})
	}
	return digests, nil
}

// Conf are the settings of each role's neo4j.conf, all values of a key in their order.
func Conf(p plan.Plan) (map[neo4j.Role]map[string][]string, error) {
	all := map[neo4j.Role]map[string][]string{}
	for _, role := range neo4j.Roles {
		if p.Size(role) == 0 {
			continue
		}
		lines, err := neo4j.Conf(p.Neo4j(), role)
		if err != nil {
			return nil, err
		}
		all[role] = map[string][]string{}
		for _, line := range lines {
			all[role][line.Key] = append(all[role][line.Key], line.Value)
		}
	}
	return all, nil
}

// podInputs are the pods as inputs of the plan, by which the next update knows them.
func podInputs(digests map[neo4j.Role]string) pulumi.Map {
	inputs := pulumi.Map{}
	for role, name := range digests {
		inputs[string(role)] = pulumi.String(name)
	}
	return inputs
}

// confInputs are the settings as inputs of the plan, several values of one key as a list. A preview with --diff then shows setting by
// setting what changes; of the ConfigMap, which is another one for another content, it shows three lines.
func confInputs(all map[neo4j.Role]map[string][]string) pulumi.Map {
	inputs := pulumi.Map{}
	for role, settings := range all {
		of := pulumi.Map{}
		for key, values := range settings {
			if len(values) == 1 {
				of[key] = pulumi.String(values[0])
			} else {
				of[key] = pulumi.ToStringArray(values)
			}
		}
		inputs[string(role)] = of
	}
	return inputs
}

// podsBefore are the pods of the last update, as the state has them.
func podsBefore(inputs resource.PropertyMap) map[neo4j.Role]string {
	digests := map[neo4j.Role]string{}
	for _, role := range neo4j.Roles {
		if name := text(inputs, "members", resource.PropertyKey(role)); name != "" {
			digests[role] = name
		}
	}
	return digests
}

// confBefore are the settings of the last update, as the state has them.
func confBefore(inputs resource.PropertyMap) map[neo4j.Role]map[string][]string {
	all := map[neo4j.Role]map[string][]string{}
	for _, role := range neo4j.Roles {
		of := at(inputs, "conf", resource.PropertyKey(role))
		if !of.IsObject() {
			continue
		}
		all[role] = map[string][]string{}
		for key, value := range of.ObjectValue() {
			values := []resource.PropertyValue{value}
			if value.IsArray() {
				values = value.ArrayValue()
			}
			for _, v := range values {
				if v.IsString() {
					all[role][string(key)] = append(all[role][string(key)], v.StringValue())
				}
			}
		}
	}
	return all
}
