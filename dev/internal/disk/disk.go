// Package disk gives the box's volumes that can grow: a sparse file, which the kernel shows as a block device by one of its loop
// devices. Such a device belongs to the machine and outlives every process and namespace of a box, so each bears the mark of its
// volume, by which it is found again: in another mount namespace, after a crash, and when the file is gone.
package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of a disk in its folder: what it holds, and a symbolic link to its device. The device's number is another after every
// start of the box; the link's path is what a PersistentVolume can name.
const (
	image = "disk.img"
	link  = "device"
)

// FileSystem is what a kubelet makes on a disk. With ext4 only those may enlarge it while it is mounted who have CAP_SYS_RESOURCE
// (ext4_resize_begin in the kernel), which containers and build machines often withhold from root; xfs asks for CAP_SYS_ADMIN,
// without which there is no box anyway.
const FileSystem = "xfs"

// Least is the size of the smallest disk, in bytes: mkfs.xfs makes nothing below 300 MB, clouds' disks begin at one GiB.
const Least = 1 << 30

// Disk is one volume's disk, in a folder of its own below the folder of all volumes.
type Disk struct{ folder string }

// In is the disk of a folder, there or not.
func In(folder string) Disk { return Disk{filepath.Clean(folder)} }

// Of is the disk whose Device is at a path; ok is false where the path is no disk's.
func Of(device string) (d Disk, ok bool) {
	return In(filepath.Dir(device)), filepath.Base(device) == link
}

// Folder is where the disk keeps its files.
func (d Disk) Folder() string { return d.folder }

// Device is the path of the block device: a symbolic link, there while the disk is attached.
func (d Disk) Device() string { return filepath.Join(d.folder, link) }

// Make makes the disk, of so many bytes, unless it is there, and provides it.
func (d Disk) Make(bytes int64) error {
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		return err
	}
	return d.provide(bytes, os.O_CREATE)
}

// Provide makes sure that a disk has so many bytes at least, in whole blocks of 4096, and is attached under Device. It enlarges one,
// also while it is mounted, and attaches one again; a disk is never made smaller. One that is gone is an error: an empty one in its
// place would be formatted and taken for it.
func (d Disk) Provide(bytes int64) error { return d.provide(bytes, 0) }

func (d Disk) provide(bytes int64, flags int) error {
	file, err := os.OpenFile(filepath.Join(d.folder, image), os.O_RDWR|flags, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if whole := (bytes + 4095) / 4096 * 4096; info.Size() < whole {
		if err := file.Truncate(whole); err != nil {
			return err
		}
	}
	device, err := d.attached(file)
	if err != nil {
		return fmt.Errorf("attaching %s: %w", file.Name(), err)
	}
	return d.point(device)
}

// attached gives the disk's loop device, as large as its file.
func (d Disk) attached(file *os.File) (string, error) {
	loops, err := marked(d.mark())
	if err != nil {
		return "", err
	}
	if len(loops) == 0 {
		return attach(file, d.mark())
	}
	if loops[0].leaving {
		return "", fmt.Errorf("%s is still mounted from before and goes when it is not", loops[0].path)
	}
	return loops[0].path, takeUpSize(loops[0].path)
}

// point lets the link point to the device, at once: a kubelet may look at any moment.
func (d Disk) point(device string) error {
	if now, err := os.Readlink(d.Device()); err == nil && now == device {
		return nil
	}
	next := d.Device() + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(device, next); err != nil {
		return err
	}
	return os.Rename(next, d.Device())
}

// Detach takes the device away; the file stays. While it is mounted somewhere the kernel keeps it, and lets it go with the last mount.
func (d Disk) Detach() error {
	if err := os.Remove(d.Device()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	loops, err := marked(d.mark())
	if err != nil {
		return err
	}
	for _, l := range loops {
		if err := clearLoop(l.path); err != nil {
			return fmt.Errorf("detaching %s: %w", l.path, err)
		}
	}
	return nil
}

// patience is how long DetachAll waits for mounts whose namespaces end with the last process of a node.
const patience = 5 * time.Second

// DetachAll takes away the devices of all disks below a folder of volumes, also of those that are not there any more, and waits for
// the kernel to let them go. The links go too: the next device of their numbers may be another disk's, or nobody's.
func DetachAll(volumes string) error {
	links, err := filepath.Glob(filepath.Join(volumes, "*", link))
	if err != nil {
		return err
	}
	for _, l := range links {
		if info, err := os.Lstat(l); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			continue // a volume that is a folder, and holds a file of this name
		}
		if err := os.Remove(l); err != nil {
			return err
		}
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		loops, err := marked(markAll(volumes))
		if err != nil || len(loops) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s, a disk of the box, is still mounted or open: unmount it, then try again", loops[0].path)
		}
		for _, l := range loops {
			if err := clearLoop(l.path); err != nil {
				return fmt.Errorf("detaching %s: %w", l.path, err)
			}
		}
	}
}

// mark is what a disk's loop device is known by; those of one folder of volumes begin alike.
func (d Disk) mark() string { return markAll(filepath.Dir(d.folder)) + hash(filepath.Base(d.folder)) }

func markAll(volumes string) string { return "neo4j-box " + hash(filepath.Clean(volumes)) + " " }

// hash is short enough for two of them in the 63 characters of a mark.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:10])
}
