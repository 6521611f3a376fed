package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// autoClear is the kernel's LO_FLAGS_AUTOCLEAR (linux/loop.h): the device is let go when nobody has it open any more.
const autoClear = 4

// loop is a loop device in use.
type loop struct {
	path string
	// leaving says that it goes with its last mount.
	leaving bool
}

// marked gives the loop devices whose mark begins with a text. The mark is the kernel's field for a file name, free text to it: paths
// would not do, since they differ between mount namespaces and end with the files.
func marked(prefix string) ([]loop, error) {
	// This folder of a device's is there while it is in use.
	used, err := filepath.Glob("/sys/block/loop*/loop")
	if err != nil {
		return nil, err
	}
	var found []loop
	for _, dir := range used {
		path := filepath.Join("/dev", filepath.Base(filepath.Dir(dir)))
		info, err := status(path)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("asking for %s: %w", path, err)
		}
		name, _, _ := bytes.Cut(info.File_name[:], []byte{0})
		if strings.HasPrefix(string(name), prefix) {
			found = append(found, loop{path: path, leaving: info.Flags&autoClear != 0})
		}
	}
	return found, nil
}

// gone says that a device is not in use any more, by the time that it is asked.
func gone(err error) bool { return errors.Is(err, unix.ENXIO) || errors.Is(err, fs.ErrNotExist) }

func status(path string) (*unix.LoopInfo64, error) {
	device, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = device.Close() }()
	return unix.IoctlLoopGetStatus64(int(device.Fd()))
}

// attach shows a file as a block device and gives its path.
func attach(file *os.File, mark string) (string, error) {
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = control.Close() }()
	for try := 1; ; try++ {
		number, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return "", fmt.Errorf("no free loop device: %w", err)
		}
		path := fmt.Sprintf("/dev/loop%d", number)
		err = configure(path, file, mark)
		if err == nil {
			return path, nil
		}
		// Somebody else was told the same number and was first.
		if !errors.Is(err, unix.EBUSY) || try == 20 {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
}

func configure(path string, file *os.File, mark string) error {
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }()
	config := unix.LoopConfig{Fd: uint32(file.Fd())}
	copy(config.Info.File_name[:], mark)
	return unix.IoctlLoopConfigure(int(device.Fd()), &config)
}

// takeUpSize lets a device be as large as its file is now.
func takeUpSize(path string) error { return plain(path, unix.LOOP_SET_CAPACITY) }

// clearLoop lets a device go, now or with its last mount.
func clearLoop(path string) error {
	if err := plain(path, unix.LOOP_CLR_FD); !gone(err) {
		return err
	}
	return nil
}

// plain does what takes no argument.
func plain(path string, request uint) error {
	device, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }()
	return unix.IoctlSetInt(int(device.Fd()), request, 0)
}
