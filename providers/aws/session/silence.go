package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// mostSilent is how many operations of a service in a region may end in a row
	// without any answer, before no more are begun there. Each has tried more
	// than once, so that three are no accident.
	mostSilent = 3
	// mostSilentEverywhere is the same for a service in all regions, of which at
	// least silentRegions must be among them. A network that lets nothing out
	// is silent in all regions, and each would cost its own three operations. But
	// a service may not exist yet in the newest regions, which stand side by side
	// in a list, and these must not end the reading of all others: so more regions
	// than there are such neighbours, and none in between that answers.
	mostSilentEverywhere = 9
	silentRegions        = 5
)

// silence remembers which services give no answer at all: no connection, no
// name, no time. It is shared by all accounts of a Home, whose calls go the same
// way. An answer is any answer of HTTP, also one that refuses.
//
// What was given up stays given up for the run, since each trial costs as much
// as the operations before: unless an operation that was under way is answered.
type silence struct {
	mu       sync.Mutex
	services map[string]*quiet
}

// quiet is what is known of one service: operations without an answer since the
// last answer, in all and by region.
type quiet struct {
	row     int
	regions map[string]int // those since the last answer in the region
	among   map[string]bool
	cause   string
}

func newSilence() *silence { return &silence{services: map[string]*quiet{}} }

// notAskedError says that a call was not made, since those before it got no
// answer.
type notAskedError struct {
	calls                  int
	service, region, cause string
}

// Error names the calls before. It holds no other error: this one was no attempt.
func (e *notAskedError) Error() string {
	where := ""
	if e.region != "" {
		where = " in " + e.region
	}
	return fmt.Sprintf("not asked: the %d calls of %s before%s got no answer (%s)", e.calls, e.service, where, e.cause)
}

// of gives what is known of a service. The caller holds mu.
func (s *silence) of(service string) *quiet {
	q, ok := s.services[service]
	if !ok {
		q = &quiet{regions: map[string]int{}, among: map[string]bool{}}
		s.services[service] = q
	}
	return q
}

// err is why no call of the service is made in the region; nil: it may be made.
func (s *silence) err(service, region string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.of(service)
	switch {
	case q.regions[region] >= mostSilent:
		return &notAskedError{mostSilent, service, region, q.cause}
	case q.row >= mostSilentEverywhere && len(q.among) >= silentRegions:
		return &notAskedError{mostSilentEverywhere, service, "", q.cause}
	}
	return nil
}

func (s *silence) answered(service, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.of(service)
	q.row, q.regions[region] = 0, 0
	clear(q.among)
}

func (s *silence) note(service, region string, err error) {
	_, why := Explain(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.of(service)
	q.row++
	q.regions[region]++
	q.among[region] = true
	q.cause = why.Message
}

// attempts are those of one operation: whether one was sent, and one answered.
// Its attempts may end in other goroutines than its own.
type attempts struct{ sent, answered atomic.Bool }

type attemptsKey struct{}

// watch stands in front of the retries and of the bound of an operation, so that
// the end of its context is the caller's, and listens behind all else. An
// operation that was never sent says nothing of its service: its credentials
// may have failed, or the caller went.
func (s *silence) watch(region string) func(*stack) error {
	return func(st *stack) error {
		if err := st.Deserialize.Add(s.listen(region), middleware.After); err != nil {
			return err
		}
		return st.Initialize.Add(middleware.InitializeMiddlewareFunc("EstraySilence",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				service := middleware.GetServiceID(ctx)
				if err := s.err(service, region); err != nil {
					return middleware.InitializeOutput{}, middleware.Metadata{}, err
				}
				tried := &attempts{}
				out, meta, err := next.HandleInitialize(context.WithValue(ctx, attemptsKey{}, tried), in)
				if err != nil && ctx.Err() == nil && tried.sent.Load() && !tried.answered.Load() {
					s.note(service, region, err)
				}
				return out, meta, err
			}), middleware.Before)
	}
}

// listen hears whether an attempt is answered, as soon as it is.
func (s *silence) listen(region string) middleware.DeserializeMiddleware {
	return middleware.DeserializeMiddlewareFunc("EstrayListen",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleDeserialize(ctx, in)
			tried, ok := ctx.Value(attemptsKey{}).(*attempts)
			if !ok {
				return out, meta, err
			}
			tried.sent.Store(true)
			// Without an answer there is a response all the same, of no status.
			if r, ok := out.RawResponse.(*smithyhttp.Response); ok && r.StatusCode != 0 {
				tried.answered.Store(true)
				s.answered(middleware.GetServiceID(ctx), region)
			}
			return out, meta, err
		})
}
