package testparts

import "syscall"

// endWithParent asks the kernel to shut the server down when the tests die
// without their cleanup: go test kills them when their time is up.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
