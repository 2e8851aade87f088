package awsfake

import (
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server answers as AWS would, from a world or from another server behind it.
// It starts no goroutines and may be used by many clients at once.
type Server struct {
	// Clock gives the times of the call log, the end of sessions and the header
	// Date of what the world answers. Nil: the world's Now. Set it before the
	// first request.
	Clock func() time.Time

	table *table
	next  http.Handler       // behind a proxy; nil: the world answers
	own   map[Operation]bool // what the world answers although there is a proxy

	life  sync.RWMutex // held for reading while the world answers
	world *World
	past  map[*Region]history

	mu       sync.Mutex // guards what follows
	calls    []Call
	resets   int
	faults   []Fault
	seen     []int // by fault: how many calls it matched
	sessions map[string]*session
}

// session is what one assumed role's credentials stand for.
type session struct {
	account, role, name string
	requests            int
}

// New returns a server of a world. The world must not be changed behind it:
// see [Server.Change].
func New(w *World) *Server {
	return &Server{world: w, table: newTable(), past: map[*Region]history{}, sessions: map[string]*session{}}
}

// Proxy returns a server that hands every call on to another one, with the same
// call log and the same faults. Accounts are told by the answers to AssumeRole
// that passed through it; pages after the first count as the second.
// RepeatToken does nothing there.
func Proxy(target *url.URL) *Server {
	s := New(nil)
	s.Forward(target)
	return s
}

// Forward hands calls on to another server as [Proxy] does, except for the
// operations of own, which the world answers: so it fills the gaps of an
// emulator. The accounts of both must be the same, and what both tell of. Call
// it before the first request.
func (s *Server) Forward(target *url.URL, own ...Operation) {
	s.next = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the signature covers it
	}}
	s.own = map[Operation]bool{}
	for _, o := range own {
		s.own[o] = true
	}
}

// Change runs f on the world while no call is being answered.
func (s *Server) Change(f func(*World)) {
	s.life.Lock()
	defer s.life.Unlock()
	f(s.world)
	clear(s.past)
}

// Calls returns the log, in the order in which the calls arrived.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Reset empties the log and lets every fault count from the beginning. Faults
// and sessions stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
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
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller hung up
	}
	c, sc := s.table.identify(r, body)
	c.server, c.world = s, s.world
	s.know(c, sc.key)
	s.date(w.Header(), c.At)
	done, effect := s.record(c)
	if effect.breaksOff() {
		effect.breakOff(w, r)
		return
	}
	a, ok := effect.answer(c)
	if !ok {
		a = s.answer(c, effect, r, body)
	}
	done(a.status)
	effect.send(w, r, a)
}

// date writes when an answer is given: else it would be the machine's time. The
// header Age says of a world's instant that the machine's clock is no measure of
// it. Without it, the vendor's SDK takes the difference for a clock that is
// wrong, and repeats what was denied with other signatures.
func (s *Server) date(h http.Header, at time.Time) {
	if at.IsZero() {
		return
	}
	h.Set("Date", at.UTC().Format(http.TimeFormat))
	if s.Clock == nil {
		h.Set("Age", "0")
	}
}

// know finds out when a call came and whose credentials it has.
func (s *Server) know(c *call, key string) {
	s.life.RLock()
	defer s.life.RUnlock()
	c.At = s.now()
	s.mu.Lock()
	c.session = s.sessions[key]
	s.mu.Unlock()
	switch {
	case c.session != nil:
		c.Account, c.Session = c.session.account, c.session.name
	case s.world != nil:
		c.Account = s.world.home()
		if id, ok := accountOfKey(key); ok {
			c.Account = id
		}
	}
}

// record writes a call into the log and says which fault concerns it. The
// function that it returns fills in the status.
func (s *Server) record(c *call) (func(status int), Effect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, resets := len(s.calls), s.resets
	s.calls = append(s.calls, c.Call)
	if c.session != nil {
		c.session.requests++
	}
	done := func(status int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.resets == resets {
			s.calls[n].Status = status
		}
	}
	return done, s.effectOn(&c.Call)
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

// answer asks the world, or the server behind the proxy.
func (s *Server) answer(c *call, e Effect, r *http.Request, body []byte) answer {
	if s.next != nil && !s.own[Operation{c.Service, c.Operation}] {
		return s.forward(c, r, body)
	}
	s.life.RLock()
	defer s.life.RUnlock()
	c.account, c.repeat = s.world.Account(c.Account), e.kind == repeatToken
	if c.op == nil {
		return answer{status: http.StatusNotImplemented, kind: "text/plain",
			body: []byte("the fake does not serve " + c.Service + " " + c.Operation + "\n")}
	}
	if refusal, ok := s.refuse(c); ok {
		return refusal
	}
	return c.op.serve(c)
}

// refuse turns a call away before its operation sees it.
func (s *Server) refuse(c *call) (answer, bool) {
	if c.account == nil {
		return c.clientError(http.StatusForbidden, invalidKey(c.Service), "The security token included in the request is invalid."), true
	}
	if c.session != nil && s.expired(c) {
		return c.expired(), true
	}
	if regional(c.Service) && c.account.refuses(c.Region) {
		return c.clientError(http.StatusForbidden, invalidKey(c.Service), "The security token included in the request is invalid."), true
	}
	return answer{}, false
}

// expired reports whether the credentials of a session are used up.
func (s *Server) expired(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := c.account
	if a.SessionRequests > 0 && c.session.requests > a.SessionRequests {
		return true
	}
	return !a.SessionEnds.IsZero() && !s.now().Before(a.SessionEnds)
}

// now is the server's clock.
func (s *Server) now() time.Time {
	switch {
	case s.Clock != nil:
		return s.Clock()
	case s.world != nil:
		return s.world.Now
	}
	return time.Time{}
}

// instant is the world's Now, by which history is counted.
func (s *Server) instant() time.Time {
	if !s.world.Now.IsZero() {
		return s.world.Now
	}
	return s.now()
}

// regional reports whether a service can be missing in a region. STS is not:
// it answers for an account before its regions are known.
func regional(service string) bool {
	switch service {
	case "sts", "iam", "organizations", "account":
		return false
	}
	return true
}

// invalidKey is the code for credentials that are not good where they are used.
func invalidKey(service string) string {
	switch protocolOf(service) {
	case queryXML:
		return "InvalidClientTokenId"
	case restXML:
		return "InvalidAccessKeyId"
	}
	return "UnrecognizedClientException"
}

// accountOfKey reads the account from an access key that the fake made, or
// that a test made in the same form with [AccessKey].
func accountOfKey(key string) (string, bool) {
	if len(key) != 20 || (!strings.HasPrefix(key, "ASIA") && !strings.HasPrefix(key, "AKIA")) {
		return "", false
	}
	id := strings.Clone(key[4:16])
	return id, strings.Trim(id, "0123456789") == ""
}

// AccessKey returns an access key id that belongs to an account, for tests that
// use an account's own credentials instead of an assumed role.
func AccessKey(account string) string { return "AKIA" + account + "BASE" }
