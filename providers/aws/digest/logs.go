package digest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/estray/estray/providers/aws"
)

const (
	// neighbour is how far the hour of a log by its name may be from that of
	// the digest that names it.
	neighbour = time.Hour
	// silence is how long after the last digest logs may go on: a digest covers
	// an hour and comes about an hour later.
	silence = 3 * time.Hour
)

// named looks for the logs that digests name.
func (v *verification) named(ctx context.Context) error {
	outside := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(v.refs)) {
		r := v.refs[name]
		if keys := v.logs[name]; len(keys) > 0 {
			v.vouch(r, keys)
			continue
		}
		key, inside := v.cfg.place(r.bucket, r.object, r.by)
		if !inside {
			outside[r.bucket]++
			continue
		}
		there, err := v.there(ctx, key)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			v.problem(Problem{Kind: Unreadable, Object: key, Detail: cause(err) + " (named by " + r.by + ")"})
		case there:
			v.vouch(r, []string{key})
		default:
			v.problem(Problem{Kind: MissingLog, Object: key, Detail: "digest " + r.by + " names it"})
		}
	}
	for _, bucket := range slices.Sorted(maps.Keys(outside)) {
		v.problem(Problem{Kind: Elsewhere, Object: "s3://" + bucket, Detail: count(outside[bucket], "log") +
			" that digests name there lie outside what was given; give the place that holds digests and logs"})
	}
	for i := range v.out.Trails {
		t := &v.out.Trails[i]
		slices.Sort(t.Logs)
		t.Logs = slices.Compact(t.Logs)
	}
	return nil
}

// vouch notes what a log that is there must hold; of copies, each.
func (v *verification) vouch(r *ref, keys []string) {
	for _, key := range keys {
		v.out.Hashes[key] = r.sum
		for _, i := range r.trails {
			v.out.Trails[i].Logs = append(v.out.Trails[i].Logs, key)
		}
	}
}

// unnamed judges the logs that no digest names.
func (v *verification) unnamed() {
	last := v.covered()
	var early, late, unproved sorted
	for _, key := range v.scope.Logs {
		k, _ := aws.ObjectKey(v.cfg.full(key))
		if !v.window.holds(k.Delivered) {
			continue
		}
		v.out.Logs++
		if _, vouched := v.out.Hashes[key]; vouched {
			continue
		}
		switch {
		case v.out.Proved.To.IsZero() || v.inHole(k.Delivered):
			unproved.add(key, k.Delivered)
		case !k.Delivered.Add(time.Minute).After(v.out.Proved.From): // names have no seconds
			early.add(key, k.Delivered)
		case k.Delivered.After(last.Add(-neighbour)):
			late.add(key, k.Delivered)
		default:
			v.problem(Problem{Kind: ExtraLog, Object: key, Detail: "no digest names it: it was put there, or comes from a trail without validation"})
		}
	}
	v.tell(early, late, unproved)
}

// covered sets what the chains cover, and gives until when every trail that is
// still going on has spoken.
func (v *verification) covered() time.Time {
	for _, t := range v.out.Trails {
		for _, w := range t.Proved {
			v.out.Proved = extend(v.out.Proved, w)
		}
	}
	last := v.out.Proved.To
	for _, t := range v.out.Trails {
		if n := len(t.Proved); n > 0 && t.Proved[n-1].To.After(v.out.Proved.To.Add(-silence)) && t.Proved[n-1].To.Before(last) {
			last = t.Proved[n-1].To
		}
	}
	return last
}

func (v *verification) inHole(t time.Time) bool {
	return slices.ContainsFunc(v.holes, func(w Window) bool { return w.near(t, neighbour) })
}

// tell sums up the logs that are neither vouched for nor extra.
func (v *verification) tell(early, late, unproved sorted) {
	switch {
	case unproved.n > 0 && !slices.ContainsFunc(v.out.Trails, func(t Trail) bool { return t.Digests > 0 && !t.Backfill }):
		v.problem(Problem{Kind: NoDigest, Object: unproved.key, Detail: count(unproved.n, "log") + " and no digest of their time: validation was off, or the digests were not copied",
			Unproved: unproved.window()})
	case unproved.n > 0:
		v.note("%s in hours that are not provable, so not vouched for", count(unproved.n, "log"))
	}
	if early.n > 0 {
		v.problem(Problem{Kind: UncoveredLogs, Object: early.key, Detail: count(early.n, "log") + " delivered before the chain begins at " + stamp(v.out.Proved.From),
			Unproved: early.window()})
	}
	switch {
	case late.n == 0:
	case late.to.After(v.out.Proved.To.Add(silence)):
		v.problem(Problem{Kind: EndedChain, Object: late.last, Detail: count(late.n, "log") + " go on long after the last digest, which ends at " + stamp(v.out.Proved.To) +
			": validation was switched off, or digests were removed", Unproved: late.window()})
	default:
		v.note("%s delivered after the last digest, which ends at %s: not yet covered", count(late.n, "log"), stamp(v.out.Proved.To))
	}
}

// sorted are logs of one sort.
type sorted struct {
	n         int
	key, last string // the first by key, and the last by time
	from, to  time.Time
}

func (s *sorted) add(key string, at time.Time) {
	if s.n == 0 || key < s.key {
		s.key = key
	}
	if s.n == 0 || at.Before(s.from) {
		s.from = at
	}
	if s.n == 0 || at.After(s.to) {
		s.to, s.last = at, key
	}
	s.n++
}

// window is their time, to the minute of the last one.
func (s *sorted) window() Window { return Window{s.from, s.to.Add(time.Minute)} }
