package registry

import (
	"cmp"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// Expired reports whether the approval holds no more at the instant now.
func (a Approval) Expired(now time.Time) bool { return !now.Before(a.Expires) }

// Expired reports whether the exception holds no more at the instant now.
func (x Exception) Expired(now time.Time) bool { return !now.Before(x.Expires) }

// Expired reports whether the blind spot holds no more at the instant now.
func (b BlindSpot) Expired(now time.Time) bool { return !now.Before(b.Expires) }

// Holds reports whether the whole cell lies inside the blind spot.
func (b BlindSpot) Holds(cell inventory.Cell) bool {
	in := inventory.Scope{Provider: b.Provider, Account: b.Account, Region: b.Region}
	return in.Contains(cell.Scope) && (b.Capability == "" || b.Capability == cell.Capability)
}

// Exception returns the live exception for a finding of the rule on the asset;
// nil if there is none. Of several the one that holds longest is returned.
func (r *Registry) Exception(rule string, a inventory.Asset, now time.Time) *Exception {
	var best *Exception
	s := newSubject(a)
	for _, x := range r.content.Exceptions {
		if x.Rule != rule || x.Expired(now) || !x.Select.selects(s) {
			continue
		}
		if best == nil || compareExceptions(x, *best) < 0 {
			best = &x
		}
	}
	return best
}

// BlindSpot returns the live accepted blind spot that holds the cell; nil if
// there is none. Of several the one that holds longest is returned.
func (r *Registry) BlindSpot(cell inventory.Cell, now time.Time) *BlindSpot {
	var best *BlindSpot
	for _, b := range r.content.BlindSpots {
		if b.Expired(now) || !b.Holds(cell) {
			continue
		}
		if best == nil || compareBlindSpots(b, *best) < 0 {
			best = &b
		}
	}
	return best
}

// ExpiredExceptions lists the exceptions that hold no more, in the order of
// the content.
func (r *Registry) ExpiredExceptions(now time.Time) []Exception {
	return keep(r.content.Exceptions, func(x Exception) bool { return x.Expired(now) })
}

// ExpiredBlindSpots lists the blind spots that hold no more, in the order of
// the content.
func (r *Registry) ExpiredBlindSpots(now time.Time) []BlindSpot {
	return keep(r.content.BlindSpots, func(b BlindSpot) bool { return b.Expired(now) })
}

// IdleExceptions lists the exceptions that select none of the assets, in the
// order of the content. Whether anything follows from that is for the caller:
// assets that could not be read are not among those given.
func (r *Registry) IdleExceptions(assets []inventory.Asset) []Exception {
	subjects := make([]subject, len(assets))
	for i, a := range assets {
		subjects[i] = newSubject(a)
	}
	return keep(r.content.Exceptions, func(x Exception) bool { return !slices.ContainsFunc(subjects, x.Select.selects) })
}

// FormatEnd writes the end of an approval, exception or blind spot as a file
// does: an end at midnight UTC is the end of the day before it.
func FormatEnd(expires time.Time) string {
	t := expires.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

func keep[T any](all []T, want func(T) bool) []T {
	var out []T
	for _, v := range all {
		if want(v) {
			out = append(out, v)
		}
	}
	return out
}

func compareExceptions(a, b Exception) int {
	return cmp.Or(b.Expires.Compare(a.Expires), cmp.Compare(a.By, b.By), cmp.Compare(a.Reason, b.Reason), a.At.Compare(b.At))
}

func compareBlindSpots(a, b BlindSpot) int {
	return cmp.Or(b.Expires.Compare(a.Expires), cmp.Compare(a.By, b.By), cmp.Compare(a.Reason, b.Reason), a.At.Compare(b.At))
}
