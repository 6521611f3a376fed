package cluster

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// typed gives an object of Kubernetes' own type, such as a container that the stack wrote, as the arguments of Pulumi's type of the same
// kind. Both are made from the same OpenAPI document, so field names are the same; a field that Pulumi's type does not know is an error.
func typed[A any](object any) (*A, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	args := new(A)
	return args, fill(reflect.ValueOf(args).Elem(), fields)
}

// kinds are Pulumi's arguments for what an object of the kinds in use may have below it: their fields are of interfaces, which do not say
// by which type they are fulfilled. A test walks all of them.
var kinds = []reflect.Type{
	// affinity
	of[*corev1.NodeAffinityArgs](), of[*corev1.NodeSelectorArgs](), of[*corev1.NodeSelectorTermArgs](), of[corev1.NodeSelectorTermArray](),
	of[*corev1.NodeSelectorRequirementArgs](), of[corev1.NodeSelectorRequirementArray](),
	of[*corev1.PreferredSchedulingTermArgs](), of[corev1.PreferredSchedulingTermArray](),
	of[*corev1.PodAffinityArgs](), of[*corev1.PodAntiAffinityArgs](), of[*corev1.PodAffinityTermArgs](), of[corev1.PodAffinityTermArray](),
	of[*corev1.WeightedPodAffinityTermArgs](), of[corev1.WeightedPodAffinityTermArray](),
	// containers
	of[*corev1.EnvVarArgs](), of[corev1.EnvVarArray](), of[*corev1.EnvVarSourceArgs](), of[*corev1.ConfigMapKeySelectorArgs](),
	of[*corev1.SecretKeySelectorArgs](), of[*corev1.ObjectFieldSelectorArgs](), of[*corev1.ResourceFieldSelectorArgs](),
	of[*corev1.EnvFromSourceArgs](), of[corev1.EnvFromSourceArray](), of[*corev1.ConfigMapEnvSourceArgs](), of[*corev1.SecretEnvSourceArgs](),
	of[*corev1.LifecycleArgs](), of[*corev1.LifecycleHandlerArgs](), of[*corev1.ProbeArgs](), of[*corev1.ExecActionArgs](), of[*corev1.SleepActionArgs](),
	of[*corev1.HTTPGetActionArgs](), of[*corev1.HTTPHeaderArgs](), of[corev1.HTTPHeaderArray](), of[*corev1.TCPSocketActionArgs](), of[*corev1.GRPCActionArgs](),
	of[*corev1.ContainerPortArgs](), of[corev1.ContainerPortArray](), of[*corev1.ContainerResizePolicyArgs](), of[corev1.ContainerResizePolicyArray](),
	of[*corev1.ResourceRequirementsArgs](), of[*corev1.ResourceClaimArgs](), of[corev1.ResourceClaimArray](),
	of[*corev1.SecurityContextArgs](), of[*corev1.AppArmorProfileArgs](), of[*corev1.CapabilitiesArgs](), of[*corev1.SELinuxOptionsArgs](),
	of[*corev1.SeccompProfileArgs](), of[*corev1.WindowsSecurityContextOptionsArgs](),
	of[*corev1.VolumeDeviceArgs](), of[corev1.VolumeDeviceArray](), of[*corev1.VolumeMountArgs](), of[corev1.VolumeMountArray](),
	// peers of NetworkPolicies
	of[*networkingv1.IPBlockArgs](),
	// selectors
	of[*metav1.LabelSelectorArgs](), of[*metav1.LabelSelectorRequirementArgs](), of[metav1.LabelSelectorRequirementArray](),
}

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

// fill sets the fields of arguments by their names in Kubernetes.
func fill(args reflect.Value, fields map[string]any) error {
	for name, value := range fields {
		field := fieldOf(args, name)
		if empty(value) && (!field.IsValid() || !selects(field.Type())) {
			continue
		}
		if !field.IsValid() {
			return fmt.Errorf("%s has no field %s", args.Type(), name)
		}
		input, err := inputOf(field.Type(), value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		field.Set(input)
	}
	return nil
}

// empty says whether Kubernetes' own encoding has written a field that was not given: types without omitempty.
func empty(value any) bool {
	object, isObject := value.(map[string]any)
	return value == nil || isObject && len(object) == 0
}

// selects says whether a field takes a selector of labels: an empty one selects everything, and one that is not given nothing.
func selects(field reflect.Type) bool { return of[*metav1.LabelSelectorArgs]().Implements(field) }

func fieldOf(args reflect.Value, name string) reflect.Value {
	for i := range args.NumField() {
		if args.Type().Field(i).Tag.Get("pulumi") == name {
			return args.Field(i)
		}
	}
	return reflect.Value{}
}

// inputOf gives a value of JSON as an input of a field's type, which is an interface.
func inputOf(field reflect.Type, value any) (reflect.Value, error) {
	if plain := plainInput(value); plain != nil && reflect.TypeOf(plain).Implements(field) {
		return reflect.ValueOf(plain), nil
	}
	for _, kind := range kinds {
		if !kind.Implements(field) {
			continue
		}
		switch value := value.(type) {
		case map[string]any:
			if kind.Kind() != reflect.Pointer {
				continue
			}
			args := reflect.New(kind.Elem())
			return args, fill(args.Elem(), value)
		case []any:
			if kind.Kind() != reflect.Slice {
				continue
			}
			list := reflect.MakeSlice(kind, 0, len(value))
			for i, item := range value {
				one, err := inputOf(kind.Elem(), item)
				if err != nil {
					return one, fmt.Errorf("[%d]: %w", i, err)
				}
				list = reflect.Append(list, one)
			}
			return list, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("no input of %s takes %v", field, value)
}

// plainInput is the input of a value that is no object of a kind of its own; nil for one that is.
func plainInput(value any) pulumi.Input {
	switch value := value.(type) {
	case string:
		return pulumi.String(value)
	case bool:
		return pulumi.Bool(value)
	case json.Number:
		if n, err := value.Int64(); err == nil {
			return pulumi.Int(int(n))
		}
	case []any:
		texts := make([]string, 0, len(value))
		for _, item := range value {
			text, isText := item.(string)
			if !isText {
				return nil
			}
			texts = append(texts, text)
		}
		return pulumi.ToStringArray(texts)
	case map[string]any:
		texts := map[string]string{}
		for name, item := range value {
			text, isText := item.(string)
			if !isText {
				return nil
			}
			texts[name] = text
		}
		return pulumi.ToStringMap(texts)
	}
	return nil
}
