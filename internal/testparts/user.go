package testparts

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// serverUser says as whom the server runs. PostgreSQL refuses to run as root,
// so root starts it as the user that Debian's package made.
func serverUser() (*syscall.SysProcAttr, error) {
	// A group of its own: Ctrl-C must reach the tests first, so that they can
	// stop the server and remove its files.
	attr := &syscall.SysProcAttr{Setpgid: true}
	endWithParent(attr)
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read user id of postgres: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read group id of postgres: %w", err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}
