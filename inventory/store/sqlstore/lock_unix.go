//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// fileLock holds the store by flock(2) on a file beside it: the kernel frees
// it when the process ends, however it ends. The file names the holder and is
// never removed, since another process may be waiting on it.
func fileLock(path string) grab {
	return func(_ context.Context, holder string) (func() error, string, error) {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, "", fmt.Errorf("open lock file: %w", err)
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			text, err := io.ReadAll(io.LimitReader(f, 1000))
			held := strings.TrimSpace(string(text))
			if held == "" { // it has the lock and has not written its name yet
				held = "unknown"
			}
			return nil, held, errors.Join(err, f.Close())
		}
		if err != nil {
			return nil, "", errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		if err := rewrite(f, holder+"\n"); err != nil {
			return nil, "", errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
		}
		// The name goes before the lock does: afterwards the file may be that
		// of the next holder, and hold its name.
		return func() error { return errors.Join(f.Truncate(0), f.Close()) }, "", nil
	}
}

func rewrite(f *os.File, text string) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(text), 0)
	return err
}
