package control

import (
	"fmt"
	"slices"
	"testing"
)

func TestStorageClasses(t *testing.T) {
	var got []string
	for _, c := range storageClasses() {
		got = append(got, fmt.Sprintf("%s %s expands=%t default=%s %s %s", c.Name, c.Provisioner, *c.AllowVolumeExpansion,
			c.Annotations["storageclass.kubernetes.io/is-default-class"], *c.ReclaimPolicy, *c.VolumeBindingMode))
	}
	want := []string{
		"standard box.local/dir expands=false default=true Delete WaitForFirstConsumer",
		"premium-rwo pd.csi.storage.gke.io expands=false default= Delete WaitForFirstConsumer",
		"disk box.local/dir expands=true default= Delete WaitForFirstConsumer",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
