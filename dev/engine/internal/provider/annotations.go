package provider

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Annotations by which a program directs the provider, the official provider's names.
const (
	autonamedAnnotation    = "pulumi.com/autonamed"
	skipAwaitAnnotation    = "pulumi.com/skipAwait"
	timeoutAnnotation      = "pulumi.com/timeoutSeconds"
	waitForAnnotation      = "pulumi.com/waitFor"
	patchForceAnnotation   = "pulumi.com/patchForce"
	fieldManagerAnnotation = "pulumi.com/patchFieldManager"
	deletionAnnotation     = "pulumi.com/deletionPropagationPolicy"
)

// defaultTimeout is how long an object may take to become ready, or to go away.
const defaultTimeout = 10 * time.Minute

func annotated(o *unstructured.Unstructured, annotation string) bool {
	return o.GetAnnotations()[annotation] == "true"
}

// timeout is the engine's (a resource option, seconds, 0 where unset), else the annotation's, else the
// default.
func timeout(seconds float64, o *unstructured.Unstructured) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if n, err := strconv.Atoi(o.GetAnnotations()[timeoutAnnotation]); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return defaultTimeout
}

// propagation is what becomes of the objects that a deleted object owns. Foreground, the default, keeps
// the object until they are gone, so that waiting for it waits for all.
func propagation(o *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(o.GetAnnotations()[deletionAnnotation]) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}
