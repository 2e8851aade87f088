//go:build !linux

package testparts

import "syscall"

// endWithParent does nothing: only Linux tells a process of its parent's death.
func endWithParent(*syscall.SysProcAttr) {}
