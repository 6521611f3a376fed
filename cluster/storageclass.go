package cluster

import (
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// storageClass declares the class where the platform brings none that fits.
func (d *declaration) storageClass() error {
	s := d.plan.Storage
	if !s.CreateClass {
		return nil
	}
	class, err := storagev1.NewStorageClass(d.ctx, s.Class, &storagev1.StorageClassArgs{
		Metadata:    d.clusterMeta(s.Class, ""),
		Provisioner: pulumi.String(s.Provisioner),
		Parameters:  pulumi.ToStringMap(s.Parameters),
		// A volume in the zone of the node that the scheduler chose, not the other way round.
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Retain"),
	}, d.options(pulumi.RetainOnDelete(true))...)
	if err != nil {
		return err
	}
	d.base = append(d.base, class)
	return nil
}
