package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is protected keeps its data; what is not may let it go.
func TestDataRetained(t *testing.T) {
	const shrinks, deleted = "s: claims are deleted when it shrinks, and the members are protected: set cluster.storage.retain to true",
		"s: claims are deleted with the StatefulSet, and the members are protected: set cluster.storage.retain to true"
	set := func(protect, policy string) string {
		return "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, protect: " + protect + ", spec: {persistentVolumeClaimRetentionPolicy: " + policy + "}}"
	}
	class := func(protect, policy string) string {
		return "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}, protect: " + protect + ", " + policy + "}"
	}
	gone := []string{"s: volumes go with their claims, and the class is protected: set its reclaimPolicy to Retain"}
	for object, want := range map[string][]string{
		set("true", "{whenDeleted: Delete, whenScaled: Delete}"): {shrinks, deleted},
		set("true", "{whenDeleted: Delete, whenScaled: Retain}"): {deleted},
		set("true", "{whenScaled: Delete}"):                      {shrinks},
		set("true", "{whenDeleted: Retain, whenScaled: Retain}"): nil,
		set("true", "{}"):                                         nil,
		set("true", "{whenDeleted: UNKNOWN}"):                     nil,
		set("false", "{whenDeleted: Delete, whenScaled: Delete}"): nil,
		class("true", "reclaimPolicy: Delete"):                    gone,
		class("true", "provisioner: p"):                           gone, // Kubernetes' default is Delete
		class("true", "reclaimPolicy: Retain"):                    nil,
		class("true", "reclaimPolicy: UNKNOWN"):                   nil,
		class("false", "reclaimPolicy: Delete"):                   nil,
	} {
		assert.Equal(t, want, said(t, "data-retained", object), object)
	}
}
