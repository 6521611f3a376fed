package provider

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzCompare: what compare lists is exactly what differs. Applied to before, the changes give after; and
// there are none if and only if the two are equal.
func FuzzCompare(f *testing.F) {
	f.Add(`{"a":1,"b":{"c":[1,{"d":2}]}}`, `{"a":1,"b":{"c":[1,{"d":3},4]}}`)
	f.Add(`{"a":[{"b":1},{"c":2}]}`, `{"a":[{"b":1}]}`)
	f.Add(`{"a":{"x.y/z":"1"}}`, `{"a":{}}`)
	f.Add(`{"a":{}}`, `{"a":[]}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		var before, after object
		if json.Unmarshal([]byte(first), &before) != nil || json.Unmarshal([]byte(second), &after) != nil {
			t.Skip()
		}
		changes := compare(before, after)
		if (len(changes) == 0) != reflect.DeepEqual(nonNil(before), nonNil(after)) {
			t.Fatalf("%d changes from %s to %s", len(changes), first, second)
		}
		got := any(cloneObject(before))
		// Items of a list go from its end, or the positions of the later ones would no longer hold.
		for i := len(changes) - 1; i >= 0; i-- {
			if changes[i].kind == deleted {
				got = without(got, changes[i].path)
			}
		}
		for _, c := range changes {
			if c.kind != deleted {
				got = with(got, c.path, clone(c.value))
			}
		}
		if rest := compare(got.(object), after); len(rest) != 0 {
			t.Fatalf("from %s to %s: %v is left after %v", first, second, rest, changes)
		}
	})
}

func nonNil(o object) object {
	if o == nil {
		return object{}
	}
	return o
}

func with(v any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch at := path[0].(type) {
	case string:
		o := v.(object)
		o[at] = with(o[at], path[1:], value)
		return o
	case int:
		items := v.([]any)
		for len(items) <= at {
			items = append(items, nil)
		}
		items[at] = with(items[at], path[1:], value)
		return items
	}
	return v
}

func without(v any, path []any) any {
	switch at := path[0].(type) {
	case string:
		o := v.(object)
		if len(path) == 1 {
			delete(o, at)
		} else {
			o[at] = without(o[at], path[1:])
		}
		return o
	case int:
		items := v.([]any)
		switch {
		case len(path) > 1:
			items[at] = without(items[at], path[1:])
		case at < len(items):
			items = items[:at]
		}
		return items
	}
	return v
}

// FuzzNormalize: what is normal stays as it is, whatever a program wrote, and nothing panics.
func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{
		`{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"resources":{"limits":{"memory":"1024Mi","cpu":1}}}]}}`,
		`{"apiVersion":"v1","kind":"Secret","stringData":{"a":"b","c":1},"data":[]}`,
		`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":[],"spec":{"replicas":"three","template":null}}`,
		`{"apiVersion":"v1","kind":"Service","spec":{"ports":[{"targetPort":"http"},{"targetPort":80}]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var raw object
		if json.Unmarshal([]byte(text), &raw) != nil || raw == nil {
			t.Skip()
		}
		once := normalize(toObject(fromObject(raw)))
		if twice := normalize(once); !reflect.DeepEqual(once, twice) {
			t.Fatalf("%v became %v", once, twice)
		}
	})
}
