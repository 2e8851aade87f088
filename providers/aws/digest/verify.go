package digest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// Result is what the digests of one account and region say.
type Result struct {
	Account, Region string
	// Trails are the chains, one for each trail and one for its backfill.
	Trails []Trail
	// Problems are what is wrong or could not be proved, by object. Empty: the
	// chains hold for all of Proved.
	Problems []Problem
	// Notes, in words, tell what is no problem.
	Notes []string
	// Hashes are the SHA-256 of the inflated content of each log that is vouched
	// for, by its key.
	Hashes map[string][sha256.Size]byte
	// Logs is how many logs lie in the window that was asked for.
	Logs int
	// Proved is the time of delivery that the chains cover, holes included that
	// are among the problems. Zero: none.
	Proved Window
}

// Trail is one chain of digests.
type Trail struct {
	// Name is the trail's, Home its home region, Organization the id of the
	// organization whose trail it is. Place is what stands before AWSLogs.
	Name, Home, Organization, Place string
	// Backfill is the chain of digests for logs that were late.
	Backfill bool
	// Digests is how many there are, Verified how many hold.
	Digests, Verified int
	// Logs are the keys of the logs that its digests vouch for and that are
	// there, in order; Named is how many logs they name in the window.
	Logs  []string
	Named int
	// Proved are the times of delivery that it covers, oldest first.
	Proved []Window
}

// verification is the state of Verify.
type verification struct {
	cfg    Config
	scope  Scope
	window Window
	// logs and digests are keys by what the names of one object have in common.
	logs, digests map[string][]string
	refs          map[string]*ref
	holes         []Window
	out           Result
}

// ref is a log as digests name it.
type ref struct {
	bucket, object string
	by             string // the digest
	sum            [sha256.Size]byte
	trails         []int
}

// Verify walks the chains of one account and region. Window bounds the time of
// delivery of the logs in question; zero: all of them. What is wrong with the
// archive is part of the result; the error is that of the context.
func Verify(ctx context.Context, cfg Config, scope Scope, window Window) (Result, error) {
	v := &verification{cfg: cfg, scope: scope, window: window, refs: map[string]*ref{}}
	v.logs, v.digests = v.byName(scope.Logs), v.byName(scope.Digests)
	v.out = Result{Account: scope.Account, Region: scope.Region, Hashes: map[string][sha256.Size]byte{}}
	for _, c := range v.chains(scope.Digests) {
		if err := v.walk(ctx, &c); err != nil {
			return Result{}, err
		}
	}
	if err := v.named(ctx); err != nil {
		return Result{}, err
	}
	v.unnamed()
	v.clip()
	v.outside()
	sortProblems(v.out.Problems)
	slices.Sort(v.out.Notes)
	return v.out, nil
}

func (v *verification) byName(keys []string) map[string][]string {
	out := make(map[string][]string, len(keys))
	for _, key := range keys {
		name := v.cfg.canon(v.cfg.full(key))
		out[name] = append(out[name], key)
	}
	return out
}

// Compare holds the hash of a log's inflated content, or why there is none,
// against what was vouched for. Nil: it is the same, or nothing was vouched for.
// It is not for the error of the context.
func (r *Result) Compare(key string, sum [sha256.Size]byte, err error) *Problem {
	want, ok := r.Hashes[key]
	switch {
	case !ok:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &Problem{Kind: MissingLog, Object: key, Detail: "it was listed and is gone"}
	case brokeOff(err):
		return &Problem{Kind: Unreadable, Object: key, Detail: cause(err)}
	case err != nil:
		return &Problem{Kind: ModifiedLog, Object: key, Detail: "it is damaged: " + err.Error()}
	case sum != want:
		return &Problem{Kind: ModifiedLog, Object: key, Detail: "its content is not what was signed"}
	}
	return nil
}

// String names a trail.
func (t trail) String() string {
	return Trail{Name: t.name, Home: t.home, Backfill: t.backfill}.String()
}

// String names the trail with its home region.
func (t Trail) String() string {
	text := t.Name
	if t.Home != "" {
		text += " of " + t.Home
	}
	if t.Backfill {
		text += " (backfill)"
	}
	return text
}

func (v *verification) problem(p Problem) { v.out.Problems = append(v.out.Problems, p) }

func (v *verification) note(format string, args ...any) {
	v.out.Notes = append(v.out.Notes, fmt.Sprintf(format, args...))
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// clip leaves of what is covered what was asked for.
func (v *verification) clip() {
	v.out.Proved = v.out.Proved.within(v.window)
	for i := range v.out.Trails {
		t := &v.out.Trails[i]
		for j := range t.Proved {
			t.Proved[j] = t.Proved[j].within(v.window)
		}
		t.Proved = slices.DeleteFunc(t.Proved, func(w Window) bool { return w == Window{} })
	}
}

// outside tells that there are digests, and none of the time that was asked for.
func (v *verification) outside() {
	regular := slices.ContainsFunc(v.out.Trails, func(t Trail) bool { return !t.Backfill })
	if (v.out.Proved != Window{}) || len(v.out.Problems) > 0 || !regular {
		return
	}
	v.problem(Problem{Kind: NoDigest, Object: slices.Max(v.scope.Digests), Detail: "this and all other digests are of another time than was asked for", Unproved: v.window})
}

// within is the part of a window in another; zero: none.
func (w Window) within(of Window) Window {
	if w.From.Before(of.From) {
		w.From = of.From
	}
	if !of.To.IsZero() && w.To.After(of.To) {
		w.To = of.To
	}
	if !w.To.After(w.From) {
		return Window{}
	}
	return w
}

// extend makes a window hold another.
func extend(w, by Window) Window {
	if w.From.IsZero() || by.From.Before(w.From) {
		w.From = by.From
	}
	if by.To.After(w.To) {
		w.To = by.To
	}
	return w
}

func (w Window) near(t time.Time, by time.Duration) bool {
	return !t.Before(w.From.Add(-by)) && !t.After(w.To.Add(by))
}
