package cluster

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// The pod says that nobody is root, and what a container does not say itself holds for it.
func TestWhatAContainerDoesNotSayOfItself(t *testing.T) {
	root, user, yes := int64(0), int64(1000), true
	for name, test := range map[string]struct {
		given             *corev1.SecurityContext
		nonRoot, escalate any
	}{
		"nothing":          {nil, true, false},
		"a user":           {&corev1.SecurityContext{RunAsUser: &user}, true, false},
		"root":             {&corev1.SecurityContext{RunAsUser: &root}, false, false},
		"privileged":       {&corev1.SecurityContext{Privileged: &yes}, true, nil},
		"an administrator": {&corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"CAP_SYS_ADMIN"}}}, true, nil},
	} {
		s := secured(corev1.Container{SecurityContext: test.given}).SecurityContext
		require.NotNil(t, s.RunAsNonRoot, name)
		assert.Equal(t, test.nonRoot, *s.RunAsNonRoot, name)
		if test.escalate == nil {
			assert.Nil(t, s.AllowPrivilegeEscalation, name)
		} else {
			require.NotNil(t, s.AllowPrivilegeEscalation, name)
			assert.Equal(t, test.escalate, *s.AllowPrivilegeEscalation, name)
		}
	}
}
