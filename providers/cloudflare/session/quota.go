package session

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// asked is how long an answer asks to wait; 0: it does not say. The order is that
// of the vendor's client.
func asked(h http.Header) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return span(ms / 1000)
	}
	if wait, ok := until(h, h.Get("Retry-After")); ok {
		return wait
	}
	wait := time.Duration(0)
	for _, b := range budgets(h) {
		wait = max(wait, b.reset)
	}
	return wait
}

// until reads seconds, or a date, which is held against that of the answer: the
// clock of this machine may be wrong.
func until(h http.Header, text string) (time.Duration, bool) {
	if s, err := strconv.ParseFloat(text, 64); err == nil {
		return span(s), true
	}
	then, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(h.Get("Date"))
	return max(0, then.Sub(now)), err == nil
}

// span is a number of seconds, at most a year: floats can be anything.
func span(seconds float64) time.Duration {
	const year = 365 * 24 * 3600
	if math.IsNaN(seconds) {
		return 0
	}
	return time.Duration(min(max(seconds, 0), year) * float64(time.Second))
}

// budget is what is left of a quota until it is given anew.
type budget struct {
	left, of float64
	reset    time.Duration
}

// budgets reads both forms in which the vendor tells its quotas: x-ratelimit-limit,
// -remaining and -reset, and the structured Ratelimit and Ratelimit-Policy
// ("default";r=50;t=30 and "default";q=100;w=60). What lacks a part is left out.
func budgets(h http.Header) []budget {
	var out []budget
	left, err := strconv.ParseFloat(h.Get("X-Ratelimit-Remaining"), 64)
	if reset, ok := until(h, h.Get("X-Ratelimit-Reset")); ok && err == nil {
		of, _ := strconv.ParseFloat(h.Get("X-Ratelimit-Limit"), 64) // without it 0: never few
		out = append(out, budget{left, of, reset})
	}
	policies := fields(h.Get("Ratelimit-Policy"))
	for name, p := range fields(h.Get("Ratelimit")) {
		r, hasLeft := p["r"]
		t, hasReset := p["t"]
		if hasLeft && hasReset {
			out = append(out, budget{r, policies[name]["q"], span(t)})
		}
	}
	return out
}

// fields reads a list of names with numbers.
func fields(text string) map[string]map[string]float64 {
	out := map[string]map[string]float64{}
	for item := range strings.SplitSeq(text, ",") {
		name, rest, _ := strings.Cut(strings.TrimSpace(item), ";")
		out[name] = map[string]float64{}
		for part := range strings.SplitSeq(rest, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				out[name][key] = n
			}
		}
	}
	return out
}

// heed slows down where less than a tenth of a quota is left, so that it lasts
// until it is given anew, and stops where nothing is.
func (p *pace) heed(h http.Header) {
	limit := p.base
	var wait time.Duration
	for _, b := range budgets(h) {
		switch {
		case b.reset <= 0 || b.reset > mostWait:
		case b.left < 1:
			wait = max(wait, b.reset)
		case b.left*10 < b.of:
			limit = min(limit, rate.Limit(b.left/b.reset.Seconds()))
		}
	}
	p.mu.Lock()
	slower := limit < p.limiter.Limit()
	p.limiter.SetLimit(limit)
	if slower {
		p.limiter.Allow() // what was saved up is not spent
	}
	longer := wait > 0 && p.hold(wait)
	p.mu.Unlock()
	gap := time.Duration(float64(time.Second) / float64(limit))
	switch {
	case longer:
		p.waiting(wait)
	case slower && gap >= tellEvery:
		p.waiting(gap.Round(time.Second))
	}
}
