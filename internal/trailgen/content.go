package trailgen

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"time"
)

// Content is what an object, or a whole trail, holds.
type Content struct {
	// Bytes are of the text, not packed.
	Bytes int64
	// Records are all, Lambda those of Lambda's own API.
	Records, Lambda int

	usage map[useKey]*Use
}

// Use is what a role did: how often it, or a function with it, made one call
// with one outcome.
type Use struct {
	// Role is the ARN of the role; Function that of the function that acted with
	// it, or empty.
	Role, Function string
	// Service and Name are of the call; the name is without its version.
	Service, Name string
	Failed        bool
	Count         int
	// Outside are the calls from a public address, through no service and no
	// private endpoint.
	Outside     int
	First, Last time.Time
}

type useKey struct {
	role, function, service, name string
	failed                        bool
}

// Usage is what the roles did, in the order of CompareUse.
func (c *Content) Usage() []Use {
	out := make([]Use, 0, len(c.usage))
	for u := range maps.Values(c.usage) {
		out = append(out, *u)
	}
	slices.SortFunc(out, CompareUse)
	return out
}

// CompareUse orders rows by role, function, service, name, outcome: those that
// succeeded first.
func CompareUse(a, b Use) int {
	return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Function, b.Function), cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Name, b.Name), cmp.Compare(order(a.Failed), order(b.Failed)))
}

func order(failed bool) int {
	if failed {
		return 1
	}
	return 0
}

// count adds one record.
func (c *Content) count(call *ready, s *session, failed bool, at time.Time) {
	c.Records++
	if call.service == lambdaHost {
		c.Lambda++
	}
	if s.role == "" {
		return
	}
	outside := 0
	if s.outside() {
		outside = 1
	}
	c.add(Use{Role: s.role, Function: s.function, Service: call.service, Name: call.bare, Failed: failed, Count: 1, Outside: outside, First: at, Last: at})
}

func (c *Content) add(u Use) {
	key := useKey{u.Role, u.Function, u.Service, u.Name, u.Failed}
	old := c.usage[key]
	if old == nil {
		c.usage[key] = &u
		return
	}
	old.Count += u.Count
	old.Outside += u.Outside
	if u.First.Before(old.First) {
		old.First = u.First
	}
	if u.Last.After(old.Last) {
		old.Last = u.Last
	}
}

// merge adds another object's.
func (c *Content) merge(o *Content) {
	c.Bytes += o.Bytes
	c.Records += o.Records
	c.Lambda += o.Lambda
	for u := range maps.Values(o.usage) {
		c.add(*u)
	}
}

// flush hands on what the pen holds.
func (c *Content) flush(p *pen, w io.Writer) error {
	n, err := w.Write(p.b)
	c.Bytes += int64(n)
	p.b = p.b[:0]
	return err
}
