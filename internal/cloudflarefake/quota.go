package cloudflarefake

import (
	"net/http"
	"strconv"
	"time"
)

// Quota bounds the calls: after so many Requests within Window, each call is
// refused with 429 for the time of Block. The vendor has 1,200 requests, 5 minutes
// and 5 minutes. Time goes by the server's clock; without one it stands still.
type Quota struct {
	Requests      int
	Window, Block time.Duration
}

// meter counts calls. The zero value has counted none.
type meter struct {
	passed []time.Time // within the window, oldest first
	until  time.Time   // everybody waits until then
}

// rate is how much of a quota is left.
type rate struct {
	told             bool
	blocked          bool
	limit, remaining int
	now, again       time.Time // again is when calls pass, or count anew
}

// count counts a call.
func (m *meter) count(q *Quota, now time.Time) rate {
	if q == nil {
		return rate{}
	}
	r := rate{told: true, limit: q.Requests, now: now, again: m.until}
	if now.Before(m.until) {
		r.blocked = true
		return r
	}
	for len(m.passed) > 0 && !m.passed[0].Add(q.Window).After(now) {
		m.passed = m.passed[1:]
	}
	if len(m.passed) >= q.Requests {
		m.until, m.passed = now.Add(q.Block), nil
		r.blocked, r.again = true, m.until
		return r
	}
	m.passed = append(m.passed, now)
	r.remaining, r.again = q.Requests-len(m.passed), m.passed[0].Add(q.Window)
	return r
}

// after is the header Retry-After: whole seconds, rounded up.
func (r rate) after() string {
	return strconv.Itoa(int((r.again.Sub(r.now) + time.Second - 1) / time.Second))
}

// tell writes the headers that say so.
func (r rate) tell(h http.Header) {
	if !r.told {
		return
	}
	h.Set("X-Ratelimit-Limit", strconv.Itoa(r.limit))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(r.remaining))
	h.Set("X-Ratelimit-Reset", r.again.UTC().Format(http.TimeFormat))
}
