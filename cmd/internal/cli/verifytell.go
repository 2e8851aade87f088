package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/text"
	"github.com/estray/estray/providers/aws/digest"
)

// verified is the result of verify trail; its JSON is a contract.
type verified struct {
	Schema   string            `json:"schema"`
	Scopes   []verifiedScope   `json:"scopes"`
	Problems []verifiedProblem `json:"problems"` // of no scope: what could not be listed
	ExitCode int               `json:"exit_code"`
	ExitWhy  string            `json:"exit_why"`
}

// verifiedScope is one account and region.
type verifiedScope struct {
	Account  string            `json:"account"`
	Region   string            `json:"region"`
	Trails   []verifiedTrail   `json:"trails"`
	Logs     verifiedCount     `json:"logs"`
	From     time.Time         `json:"from,omitzero"`
	To       time.Time         `json:"to,omitzero"`
	Problems []verifiedProblem `json:"problems"`
	Notes    []string          `json:"notes"`
}

// verifiedTrail is one chain of digests.
type verifiedTrail struct {
	Name         string           `json:"name"`
	HomeRegion   string           `json:"home_region,omitempty"`
	Organization string           `json:"organization,omitempty"`
	Backfill     bool             `json:"backfill"`
	Digests      verifiedCount    `json:"digests"`
	Logs         verifiedCount    `json:"logs"`
	Proved       []verifiedWindow `json:"proved"`
}

type verifiedCount struct {
	Verified int `json:"verified"`
	Total    int `json:"total"`
}

type verifiedWindow struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// verifiedProblem is one thing that is wrong, or not proved.
type verifiedProblem struct {
	Kind     digest.Kind     `json:"kind"`
	Wrong    bool            `json:"wrong"` // proved wrong, and not only not proved
	Object   string          `json:"object"`
	Trail    string          `json:"trail,omitempty"`
	Message  string          `json:"message,omitempty"`
	Unproved *verifiedWindow `json:"unproved,omitempty"`
}

func newVerifiedProblem(p digest.Problem) verifiedProblem {
	out := verifiedProblem{Kind: p.Kind, Wrong: p.Kind.Wrong(), Object: p.Object, Trail: p.Trail, Message: p.Detail}
	if !p.Unproved.To.IsZero() {
		w := verifiedWindow(p.Unproved)
		out.Unproved = &w
	}
	return out
}

// newVerifiedScope takes the result of the chains together with the logs that
// are bad.
func newVerifiedScope(r *digest.Result, problems []digest.Problem, bad map[string]bool) verifiedScope {
	s := verifiedScope{Account: r.Account, Region: r.Region, From: r.Proved.From, To: r.Proved.To, Notes: append([]string{}, r.Notes...),
		Logs: verifiedCount{len(r.Hashes) - len(bad), max(r.Logs, len(r.Hashes))}, Problems: []verifiedProblem{}, Trails: []verifiedTrail{}}
	for _, t := range r.Trails {
		x := verifiedTrail{Name: t.Name, HomeRegion: t.Home, Organization: t.Organization, Backfill: t.Backfill,
			Digests: verifiedCount{t.Verified, t.Digests}, Logs: verifiedCount{Total: t.Named}, Proved: []verifiedWindow{}}
		for _, key := range t.Logs {
			if !bad[key] {
				x.Logs.Verified++
			}
		}
		for _, w := range t.Proved {
			x.Proved = append(x.Proved, verifiedWindow(w))
		}
		s.Trails = append(s.Trails, x)
	}
	for _, p := range problems {
		s.Problems = append(s.Problems, newVerifiedProblem(p))
	}
	slices.SortStableFunc(s.Problems, func(a, b verifiedProblem) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Kind, b.Kind))
	})
	return s
}

// tell prints an account and region, or keeps it for JSON.
func (v *verification) tell(s verifiedScope) error {
	v.out.Scopes = append(v.out.Scopes, s)
	if v.flags.format != "text" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d of %s verified\n", s.Account, s.Region, s.Logs.Verified, amount(s.Logs.Total, "log"))
	for _, t := range s.Trails {
		fmt.Fprintf(&b, "  %s: %d of %s hold, %d of %s that they name are what was signed\n", t.title(),
			t.Digests.Verified, amount(t.Digests.Total, "digest"), t.Logs.Verified, amount(t.Logs.Total, "log"))
		for _, w := range t.Proved {
			fmt.Fprintf(&b, "    proved: logs delivered %s\n", digest.Window(w))
		}
	}
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "  %s\n", p.line())
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "  note: %s\n", text.Safe(n))
	}
	return printf(v.std.Out, "%s", b.String())
}

func (t verifiedTrail) title() string {
	name := digest.Trail{Name: t.Name, Home: t.HomeRegion, Backfill: t.Backfill}.String()
	if t.Organization != "" {
		name += " (organization " + t.Organization + ")"
	}
	return "trail " + text.Safe(name)
}

func (p verifiedProblem) line() string {
	d := digest.Problem{Kind: p.Kind, Object: p.Object, Detail: p.Message}
	if p.Unproved != nil {
		d.Unproved = digest.Window(*p.Unproved)
	}
	return text.Safe(d.String())
}

// finish tells what belongs to no account, and the verdict.
func (v *verification) finish() error {
	v.out.Schema = "estray.verification/v1"
	v.out.Scopes = append([]verifiedScope{}, v.out.Scopes...) // an empty list, and not null
	v.out.Problems = []verifiedProblem{}
	for _, p := range v.unlisted {
		v.out.Problems = append(v.out.Problems, newVerifiedProblem(p))
	}
	v.out.ExitCode, v.out.ExitWhy = v.out.verdict(v.flags.narrowed())
	if v.flags.format == "json" {
		b, err := encodeJSON(v.out)
		if err != nil {
			return err
		}
		if err := printf(v.std.Out, "%s\n", b); err != nil {
			return err
		}
		return v.finishVerify(v.out.ExitCode, v.out.ExitWhy, false)
	}
	for _, p := range v.out.Problems {
		if err := printf(v.std.Out, "%s\n", p.line()); err != nil {
			return err
		}
	}
	if err := printf(v.std.Out, "verdict: %s\n", v.out.ExitWhy); err != nil {
		return err
	}
	return v.finishVerify(v.out.ExitCode, v.out.ExitWhy, true)
}

// verdict is the exit code, and why. What is proved wrong weighs more than what
// is not proved; that nothing was there to be verified is not proved.
func (d *verified) verdict(narrowed bool) (int, string) {
	wrong, unproved := map[digest.Kind]int{}, map[digest.Kind]int{}
	digests, logs, young := 0, 0, 0
	count := func(all []verifiedProblem) {
		for _, p := range all {
			if p.Wrong {
				wrong[p.Kind]++
			} else {
				unproved[p.Kind]++
			}
		}
	}
	count(d.Problems)
	for _, s := range d.Scopes {
		count(s.Problems)
		logs += s.Logs.Verified
		young += s.Logs.Total - s.Logs.Verified // where there is no problem
		for _, t := range s.Trails {
			digests += t.Digests.Verified
		}
	}
	switch {
	case len(wrong) > 0:
		return report.ExitFindings, joinNonEmpty("; ", "proved wrong: "+kinds(wrong), prefixed("not proved: ", kinds(unproved)))
	case len(unproved) > 0:
		return report.ExitIncomplete, "nothing is proved wrong, and not everything is proved: " + kinds(unproved)
	case len(d.Scopes) == 0 && narrowed:
		return report.ExitIncomplete, "nothing is proved: the archive holds no log and no digest of the accounts and regions that were asked for"
	case len(d.Scopes) == 0:
		return report.ExitIncomplete, "nothing is proved: the archive holds no log and no digest of CloudTrail"
	}
	why := fmt.Sprintf("everything is as it was signed: %s and %s", amount(digests, "digest"), amount(logs, "log"))
	if young > 0 {
		why += fmt.Sprintf("; %s delivered after the last digest: not yet covered", amount(young, "log"))
	}
	return report.ExitClean, why
}

// kinds counts problems by kind.
func kinds(n map[digest.Kind]int) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%d %s", n[k], k))
	}
	return strings.Join(out, ", ")
}

// amount writes a number with its noun.
func amount(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(noun, n)) }

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
