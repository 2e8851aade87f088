package session

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/smithy-go/middleware"
)

// loss remembers that the credentials of an account ended while it was read.
// Every later call of the account ends with the same error and is not made:
// the rest of it is unknown for that one reason, region for region.
type loss struct {
	mu    sync.Mutex
	cause error
}

func (l *loss) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

func (l *loss) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause == nil {
		l.cause = err
	}
}

// endsCredentials lists the codes that end credentials for all calls. A token
// that is not known may only mean a region that is off, so it is not among them.
func endsCredentials() []string {
	return []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
}

// watch stands in front of the retries.
func (l *loss) watch(s *stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("EstrayCredentials",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if err := l.err(); err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, err
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			if slices.Contains(endsCredentials(), Code(err)) {
				l.note(err)
			}
			return out, meta, err
		}), middleware.Before)
}
