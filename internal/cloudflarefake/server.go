package cloudflarefake

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Server answers as Cloudflare would. It starts no goroutines and may be used by
// many clients at once.
type Server struct {
	// Clock gives the times of the call log, of the quota, of the token's end and
	// of the header Date. Nil: the world's Now, which stands still. Set it before
	// the first request.
	Clock func() time.Time

	table *table

	life  sync.RWMutex // held for reading while the world answers
	world *World

	mu     sync.Mutex // guards what follows
	calls  []Call
	resets int
	faults []Fault
	seen   []int // by fault: how many calls it matched
	quota  meter
}

// New returns a server of a world. The world must not be changed behind it: see
// [Server.Change].
func New(w *World) *Server { return &Server{world: w, table: newTable()} }

// Change runs f on the world while no call is being answered.
func (s *Server) Change(f func(*World)) {
	s.life.Lock()
	defer s.life.Unlock()
	f(s.world)
}

// Calls returns the log, in the order in which the calls arrived.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Reset empties the log, lets every fault count from the beginning, and forgets
// which calls the quota has counted. The faults stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.quota = nil, meter{}
	s.resets++
	clear(s.seen)
}

// SetFaults puts faults in place of those before. The first that matches a call
// and is in force decides.
func (s *Server) SetFaults(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.Clone(faults)
	s.seen = make([]int, len(faults))
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.life.RLock()
	c := s.understand(r)
	s.know(c)
	rate, done, effect := s.record(c)
	a := s.answer(c, rate, effect).encode()
	s.life.RUnlock()

	if effect.breaksOff() {
		effect.breakOff(w, r)
		return
	}
	if !c.At.IsZero() {
		w.Header().Set("Date", c.At.UTC().Format(http.TimeFormat))
	}
	rate.tell(w.Header())
	done(a.status)
	effect.send(w, a)
}

// know fills in what the world knows of a call.
func (s *Server) know(c *call) {
	c.world, c.At = s.world, s.now()
	if c.Zone != "" {
		c.account, c.zone = s.world.Zone(c.Zone)
		if c.account != nil {
			c.Account = c.account.ID
		}
		return
	}
	c.account = s.world.Account(c.Account)
}

// record writes a call into the log and says how much of the quota is left and
// which fault concerns the call. The function that it returns fills in the status.
func (s *Server) record(c *call) (rate, func(status int), Effect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, resets := len(s.calls), s.resets
	s.calls = append(s.calls, c.Call)
	done := func(status int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.resets == resets {
			s.calls[n].Status = status
		}
	}
	left := s.quota.count(s.world.Quota, c.At)
	if left.blocked {
		return left, done, Effect{}
	}
	return left, done, s.effectOn(&c.Call)
}

// effectOn finds the fault in force. The caller holds mu.
func (s *Server) effectOn(c *Call) Effect {
	for i, f := range s.faults {
		if !f.concerns(c) {
			continue
		}
		s.seen[i]++
		if n := s.seen[i] - f.After; n > 0 && (f.Times == 0 || n <= f.Times) {
			return f.Effect
		}
	}
	return Effect{}
}

// answer asks the quota, the fault and the world, in this order.
func (s *Server) answer(c *call, r rate, e Effect) answer {
	if r.blocked {
		return throttled(r.after())
	}
	if a, ok := e.answer(); ok {
		return a
	}
	c.first, c.deaf = e.kind == repeatPage || e.kind == ignorePage, e.kind == ignorePage
	return e.alter(c.answer())
}

// answer is what the world says.
func (c *call) answer() answer {
	if c.Method != http.MethodGet {
		return refusal(http.StatusMethodNotAllowed, 10405, "Method not allowed for this authentication scheme")
	}
	if a, ok := c.unauthorized(); ok {
		return a
	}
	if c.op == nil {
		return noRoute(c.Path)
	}
	if c.Forbidden {
		return answer{status: http.StatusOK, kind: "application/javascript", body: []byte(Code)}
	}
	if a, ok := c.unseen(); ok {
		return a
	}
	return c.op.serve(c)
}

// now is the server's clock.
func (s *Server) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return s.world.Now
}
