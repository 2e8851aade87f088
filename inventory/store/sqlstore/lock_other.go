//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sqlstore

import (
	"context"
	"errors"
)

// fileLock cannot hold a store here: this system has no flock(2). Two scans on
// one file at once would be worse than none.
func fileLock(string) grab {
	return func(context.Context, string) (func() error, string, error) {
		return nil, "", errors.New("lock store: this system cannot lock a file; give --state a PostgreSQL store")
	}
}
