package provider

import (
	"context"
	"fmt"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Diff compares what the program asks for now with what the object is, as far as the program had asked
// for it. The object is the last one seen, so what others changed since shows after a refresh. Fields
// that the program never set are the cluster's own and no difference. It needs no cluster.
func (p *Provider) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	before, _, err := parseCheckpoint(req.GetOlds())
	if err != nil {
		return nil, fmt.Errorf("previous state: %w", err)
	}
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	inputs := normalize(toObject(news))
	live := prune(normalize(before.live), normalize(before.inputs))
	if err := p.align(live, inputs, before.live); err != nil {
		return nil, err
	}

	changes := compare(live, inputs)
	if changes, err = withoutIgnored(changes, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	replaces := p.replaces(changes, inputs, before.live)
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		Replaces:        replaces,
		DetailedDiff:    detail(changes, replaces),
		HasDetailedDiff: true,
		DeleteBeforeReplace: len(replaces) > 0 &&
			!autonamed(inputs) && sameName(inputs, before.live),
	}
	if len(changes) > 0 || (p.settings.renderDir != "" && p.settings.alwaysRender) {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}

// align gives both sides the same notation of what identifies an object, so that only a real change of
// it is one: no namespace is the default namespace, and a program may start to spell out the name that
// the object got by itself.
func (p *Provider) align(live, inputs, previous object) error {
	old := &unstructured.Unstructured{Object: previous}
	kind := (&unstructured.Unstructured{Object: inputs}).GroupVersionKind()
	namespaced, err := p.cluster.namespaced(kind)
	if err != nil {
		return err
	}
	for _, side := range []object{live, inputs} {
		m := metadata(side)
		switch {
		case m == nil:
		case !namespaced:
			delete(m, "namespace")
		case empty(m["namespace"]):
			m["namespace"] = defaultNamespace
		}
	}
	if m := metadata(live); m != nil && named(inputs) {
		m["name"] = old.GetName()
	}
	for key, value := range map[string]string{"apiVersion": old.GetAPIVersion(), "kind": old.GetKind()} {
		if empty(live[key]) && value != "" {
			live[key] = value
		}
	}
	return nil
}

func sameName(inputs, live object) bool {
	now, was := &unstructured.Unstructured{Object: inputs}, &unstructured.Unstructured{Object: live}
	namespace := func(u *unstructured.Unstructured) string {
		if u.GetNamespace() == "" {
			return defaultNamespace
		}
		return u.GetNamespace()
	}
	return now.GetName() != "" && now.GetName() == was.GetName() && namespace(now) == namespace(was)
}

// withoutIgnored drops the changes at or below the paths that the program's ignoreChanges names.
func withoutIgnored(changes []change, ignore []string) ([]change, error) {
	for _, text := range ignore {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return nil, fmt.Errorf("ignoreChanges: %q: %w", text, err)
		}
		var kept []change
		for _, c := range changes {
			if !path.Contains(c.path) {
				kept = append(kept, c)
			}
		}
		changes = kept
	}
	return changes, nil
}

// detail is the engine's form of the changes, by property path.
func detail(changes []change, replaces []string) map[string]*pulumirpc.PropertyDiff {
	replacing := map[string]bool{}
	for _, path := range replaces {
		replacing[path] = true
	}
	diff := map[string]*pulumirpc.PropertyDiff{}
	for _, c := range changes {
		path := c.path.String()
		// What is deleted is gone from the inputs, not from the object's state, and is shown from there.
		diff[path] = &pulumirpc.PropertyDiff{Kind: c.kind.proto(replacing[path]), InputDiff: c.kind == deleted}
	}
	return diff
}

// replaces are the paths among the changes that an object cannot take in place, sorted.
func (p *Provider) replaces(changes []change, inputs, live object) []string {
	fixed := p.fixedFields(inputs, live)
	var paths []string
	for _, c := range changes {
		for _, field := range fixed {
			if field.touchedBy(c) {
				paths = append(paths, c.path.String())
				break
			}
		}
	}
	sort.Strings(paths)
	return paths
}
