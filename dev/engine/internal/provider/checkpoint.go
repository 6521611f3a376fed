package provider

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Keys beside the object's own in the state. They are the official provider's, so that a stack can move
// between the two.
const (
	inputsKey       = "__inputs"
	apiVersionKey   = "__initialApiVersion"
	fieldManagerKey = "__fieldManager"
)

// checkpoint is the state of one object as the engine keeps it: the live object, and what the program
// asked for.
type checkpoint struct {
	inputs       object
	live         object
	apiVersion   string // the API version the object was first created with
	fieldManager string // who owns our fields in server-side apply, one name per object
}

// parse reads a checkpoint, and what was secret in it, from the engine's message.
func parseCheckpoint(message *structpb.Struct) (checkpoint, resource.PropertyMap, error) {
	state, err := decode(message)
	if err != nil {
		return checkpoint{}, nil, err
	}
	live := toObject(state)
	c := checkpoint{live: live, inputs: object{}}
	if inputs, ok := live[inputsKey].(object); ok {
		c.inputs = inputs
	}
	c.apiVersion, _ = live[apiVersionKey].(string)
	c.fieldManager, _ = live[fieldManagerKey].(string)
	for _, key := range []string{inputsKey, apiVersionKey, fieldManagerKey} {
		delete(live, key)
	}
	return c, state, nil
}

// message writes c for the engine; secrets tells what in it is secret.
func (c checkpoint) message(secrets resource.PropertyMap) (*structpb.Struct, error) {
	state := fromObject(c.live)
	inputs := fromObject(c.inputs)
	markSecrets(state, secrets)
	markSecrets(inputs, secrets)
	state[inputsKey] = resource.NewObjectProperty(inputs)
	state[apiVersionKey] = resource.NewStringProperty(c.apiVersion)
	state[fieldManagerKey] = resource.NewStringProperty(c.fieldManager)
	return encode(state)
}

// newFieldManager is the owner of an object's fields: the one its annotation names, the one it had, or
// a new name. One name per object lets several stacks own different fields of the same object.
func newFieldManager(inputs *unstructured.Unstructured, previous string, serverSide bool) (string, error) {
	switch named := inputs.GetAnnotations()[fieldManagerAnnotation]; {
	case !serverSide:
		return clientSideManager, nil
	case named != "":
		return named, nil
	case previous != "":
		return previous, nil
	}
	return resource.NewUniqueName(nil, clientSideManager+"-", 0, 0, nil)
}
