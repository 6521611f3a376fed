package provider

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// metadata returns o's metadata, made if there was none, or nothing where it is not known yet.
func metadata(o object) object {
	switch m := o["metadata"].(type) {
	case object:
		return m
	case nil:
		made := object{}
		o["metadata"] = made
		return made
	}
	return nil
}

// named is true when the program chose the name, known already or not.
func named(o object) bool {
	m := metadata(o)
	if m == nil {
		return false
	}
	if _, ok := m["name"].(unknown); ok {
		return true
	}
	name, _ := m["name"].(string)
	return name != ""
}

func generatesName(o object) bool {
	m := metadata(o)
	return m != nil && !named(o) && !empty(m["generateName"])
}

func autonamed(o object) bool {
	annotations, _ := metadata(o)["annotations"].(object)
	return annotations[autonamedAnnotation] == "true"
}

// autoname names an object that the program left unnamed: as the engine's autonaming configuration says,
// else the resource's name and eight hexadecimal digits, the same ones in preview and update.
func autoname(o object, req *pulumirpc.CheckRequest) error {
	if named(o) || generatesName(o) {
		return nil
	}
	urn, err := resource.ParseURN(req.GetUrn())
	if err != nil {
		return err
	}
	name, err := resource.NewUniqueName(req.GetRandomSeed(), urn.Name()+"-", 0, 0, nil)
	if err != nil {
		return fmt.Errorf("name of %s: %w", urn.Name(), err)
	}
	if options := req.GetAutonaming(); options != nil {
		if options.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE {
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		}
		name = options.GetProposedName()
	}
	setAutoname(o, name)
	return nil
}

// adoptAutoname keeps the name that an object got when it was created.
func adoptAutoname(o, previous object) {
	if named(o) || !autonamed(previous) {
		return
	}
	if name, _ := metadata(previous)["name"].(string); name != "" {
		setAutoname(o, name)
	}
}

func setAutoname(o object, name string) {
	m := metadata(o)
	if m == nil {
		return // metadata as a whole is not known yet; nothing can be put into it
	}
	m["name"] = name
	switch annotations := m["annotations"].(type) {
	case nil:
		m["annotations"] = object{autonamedAnnotation: "true"}
	case object:
		annotations[autonamedAnnotation] = "true"
	}
}
