package config

import (
	"encoding/json"
	"fmt"
	"strings"

	kjson "sigs.k8s.io/json"
)

// typed takes an object of one of Kubernetes' own types, as kubectl explain has it, which refuses fields that the type does not have. What is
// not there is nil.
func typed[T any](f *file, key, explained string) *T {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	return decode[T](f, key, v, explained)
}

// typedList takes a list of such objects, leaving out those that are refused.
func typedList[T any](f *file, key, explained string) []T {
	var list []T
	for i, item := range f.items(key) {
		if one := decode[T](f, fmt.Sprintf("%s[%d]", key, i), item, explained); one != nil {
			list = append(list, *one)
		}
	}
	return list
}

func decode[T any](f *file, at string, v any, explained string) *T {
	see := "see: kubectl explain " + explained
	if _, isObject := v.(map[string]any); !isObject {
		f.refuse(at, v, "is not an object", "write its keys one by one below it, "+see)
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		f.refuse(at, "(not shown)", "cannot be read: "+err.Error(), see)
		return nil
	}
	one := new(T)
	unknown, err := kjson.UnmarshalStrict(text, one)
	for _, problem := range unknown {
		if name, ok := strings.CutPrefix(problem.Error(), `unknown field "`); ok {
			f.refuse(at+"."+strings.TrimSuffix(name, `"`), v, "is no field that Kubernetes knows here", see)
			continue
		}
		f.refuse(at, v, problem.Error(), see)
	}
	if err != nil {
		// The rest of the message names types of Go.
		reason := strings.TrimPrefix(err.Error(), "json: ")
		if cut, field, ok := strings.Cut(reason, " into Go struct field "); ok {
			name, _, _ := strings.Cut(field, " ")
			_, name, _ = strings.Cut(name, ".")
			reason = cut + " for its field " + name
		}
		f.refuse(at, v, "is not what Kubernetes takes here: "+reason, see)
	}
	if err != nil || len(unknown) > 0 {
		return nil
	}
	return one
}
