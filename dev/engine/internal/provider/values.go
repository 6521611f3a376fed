package provider

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
)

// unknown stands in an object for a value that only the update itself will tell.
type unknown = resource.Computed

// decode reads a message of the engine, keeping what is secret and what is unknown.
func decode(message *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(message, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

// encode writes a message for the engine, keeping what is secret and what is unknown.
func encode(m resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}

// object is a Kubernetes object as JSON knows it: maps, slices, strings, bools, int64, float64, nil,
// and unknown. Nothing in it tells any more what was secret; markSecrets puts that back.
type object = map[string]any

// toObject drops secrecy and absent (null) values, and turns whole numbers into int64 as the
// Kubernetes libraries expect them.
func toObject(m resource.PropertyMap) object {
	o := make(object, len(m))
	for key, value := range m {
		if v := plain(value); v != nil {
			o[kubernetesKey(string(key))] = v
		}
	}
	return o
}

// plain is the value of v without secrecy.
func plain(v resource.PropertyValue) any {
	switch {
	case v.IsNull():
		return nil
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsComputed():
		return v.V
	case v.IsOutput():
		if out := v.OutputValue(); out.Known {
			return plain(out.Element)
		}
		return unknown{Element: resource.NewStringProperty("")}
	case v.IsBool():
		return v.BoolValue()
	case v.IsNumber():
		return number(v.NumberValue())
	case v.IsString():
		return v.StringValue()
	case v.IsArray():
		items := make([]any, 0, len(v.ArrayValue()))
		for _, item := range v.ArrayValue() {
			items = append(items, plain(item))
		}
		return items
	case v.IsObject():
		return toObject(v.ObjectValue())
	}
	return nil
}

// number is f as an int64 where that loses nothing.
func number(f float64) any {
	const exact = 1 << 53
	if f == math.Trunc(f) && math.Abs(f) < exact {
		return int64(f)
	}
	return f
}

// fromObject is the reverse of toObject, with nothing marked secret yet.
func fromObject(o object) resource.PropertyMap {
	m := make(resource.PropertyMap, len(o))
	for key, value := range o {
		m[resource.PropertyKey(pulumiKey(key))] = fromPlain(value)
	}
	return m
}

func fromPlain(value any) resource.PropertyValue {
	switch v := value.(type) {
	case nil:
		return resource.NewNullProperty()
	case unknown:
		return resource.NewComputedProperty(v)
	case bool:
		return resource.NewBoolProperty(v)
	case int64:
		return resource.NewNumberProperty(float64(v))
	case int:
		return resource.NewNumberProperty(float64(v))
	case float64:
		return resource.NewNumberProperty(v)
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return resource.NewStringProperty(v.String())
		}
		return resource.NewNumberProperty(f)
	case string:
		return resource.NewStringProperty(v)
	case []any:
		items := make([]resource.PropertyValue, 0, len(v))
		for _, item := range v {
			items = append(items, fromPlain(item))
		}
		return resource.NewArrayProperty(items)
	case map[string]any:
		return resource.NewObjectProperty(fromObject(v))
	}
	return resource.NewStringProperty(fmt.Sprint(value))
}

// hasUnknown is true when any value within v is unknown.
func hasUnknown(v any) bool {
	switch v := v.(type) {
	case unknown:
		return true
	case []any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}

// clone is a deep copy that, unlike the Kubernetes libraries', may hold unknown values.
func clone(v any) any {
	switch v := v.(type) {
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = clone(item)
		}
		return items
	case map[string]any:
		return cloneObject(v)
	}
	return v
}

func cloneObject(o object) object {
	c := make(object, len(o))
	for key, value := range o {
		c[key] = clone(value)
	}
	return c
}
