//go:build !linux

package language

import "syscall"

func bound() *syscall.SysProcAttr { return nil }
