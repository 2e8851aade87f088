package doors

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// reading is one capability while it is read.
type reading struct {
	region   *session.Region
	cfg      Config
	tally    *session.Tally
	ways     map[inventory.AssetID][]inventory.Exposure
	triggers map[inventory.AssetID][]inventory.Trigger
	// elsewhere holds the functions of other accounts and regions that are named.
	elsewhere map[string]bool
	// unset counts the integrations whose address no stage makes whole.
	unset int
}

func newReading(r *session.Region, cfg Config, c inventory.Capability) *reading {
	return &reading{
		region: r, cfg: cfg,
		tally:     session.NewTally(inventory.Cell{Source: cfg.Source, Scope: r.Scope(), Capability: c}),
		ways:      map[inventory.AssetID][]inventory.Exposure{},
		triggers:  map[inventory.AssetID][]inventory.Trigger{},
		elsewhere: map[string]bool{},
	}
}

// fail notes an error under the operation that met it: errors that no answer
// made do not tell it.
func (g *reading) fail(operation string, err error) {
	state, why := session.Explain(err)
	why.Operation = cmp.Or(why.Operation, operation)
	g.tally.FailAs(state, why)
}

// unclear notes what an answer leaves open. It says nothing of further calls.
func (g *reading) unclear(state inventory.State, operation, message string) {
	g.tally.FailAs(state, inventory.Reason{Operation: operation, Message: message})
	g.tally.Answered()
}

// list reads the pages of a listing and reports whether it read them all. What
// was read before a failure is kept.
func (g *reading) list(ctx context.Context, operation string, next func(token *string) (*string, error)) bool {
	if err := session.Pages(ctx, next); err != nil {
		g.fail(operation, err)
		return false
	}
	g.tally.Answered()
	return true
}

// outcome is what came of reading about one thing.
type outcome uint8

const (
	whole  outcome = iota
	failed         // and noted: what was read before is kept
	away           // the thing went away since it was listed, which is no failure
)

// about reads the pages about one thing of a listing.
func (g *reading) about(ctx context.Context, operation string, next func(token *string) (*string, error)) outcome {
	switch err := session.Pages(ctx, next); {
	case err == nil:
		g.tally.Answered()
		return whole
	case gone(err):
		g.tally.Answered()
		return away
	default:
		g.fail(operation, err)
		return failed
	}
}

// gone knows also the services' own codes for a thing that is not there.
func gone(err error) bool {
	switch session.Code(err) {
	case "NoSuchBucket", "ListenerNotFound", "RuleNotFound":
		return true
	}
	return session.Missing(err)
}

// each calls do for one thing after another, until further calls would only
// fail again.
func each[T any](g *reading, things []T, do func(T)) {
	for _, t := range things {
		if g.tally.Hopeless() {
			return
		}
		do(t)
	}
}

// target is a function as another service names it.
type target struct {
	id        inventory.AssetID
	qualifier string
}

// function reads the ARN of a function of this account and region. It reports
// false for anything else; functions of others are remembered for a note, and
// an ARN that cannot be read makes the cell partial.
func (g *reading) function(operation, arn string) (target, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "lambda" || parts[5] != "function" {
		return target{}, false
	}
	if len(parts) < 7 || len(parts) > 8 || slices.Contains(parts, "") {
		// What follows may come of a stage variable, whose value may be secret.
		g.unclear(inventory.Malformed, operation, "names a function that cannot be read: "+strings.Join(parts[:6], ":")+":...")
		return target{}, false
	}
	id := strings.Join(parts[:7], ":")
	if own := g.region; parts[1] != own.Account.Partition || parts[3] != own.Name || parts[4] != own.Account.ID {
		g.elsewhere[id] = true
		return target{}, false
	}
	t := target{id: inventory.AssetID(id)}
	if len(parts) == 8 {
		t.qualifier = parts[7]
	}
	return t, true
}

// starts adds a trigger of the function that the ARN names, if it is ours.
func (g *reading) starts(operation, arn string, t inventory.Trigger) {
	f, ok := g.function(operation, arn)
	if !ok {
		return
	}
	t.Qualifier, t.Detail = f.qualifier, cut(t.Detail)
	g.triggers[f.id] = append(g.triggers[f.id], t)
}

// opens adds a way into a function.
func (g *reading) opens(f target, w inventory.Exposure) {
	w.Qualifier = f.qualifier
	g.ways[f.id] = append(g.ways[f.id], w)
}

// arn builds an ARN of this region and account.
func (g *reading) arn(service, account, resource string) string {
	return "arn:" + g.region.Account.Partition + ":" + service + ":" + g.region.Name + ":" + account + ":" + resource
}

// tell hands over what was found, in one order.
func (g *reading) tell(to Found, c inventory.Capability) {
	for id, ways := range g.ways {
		if to.Ways[id] == nil {
			to.Ways[id] = map[inventory.Capability][]inventory.Exposure{}
		}
		slices.SortFunc(ways, compareWays)
		to.Ways[id][c] = slices.CompactFunc(ways, func(a, b inventory.Exposure) bool { return compareWays(a, b) == 0 })
	}
	for id, triggers := range g.triggers {
		if to.Triggers[id] == nil {
			to.Triggers[id] = map[inventory.Capability][]inventory.Trigger{}
		}
		slices.SortFunc(triggers, compareTriggers)
		to.Triggers[id][c] = slices.Compact(triggers)
	}
}

// mostNamed is how many functions of others a note names.
const mostNamed = 5

// word is the cell's word, with what a reader should know of it.
func (g *reading) word() inventory.Coverage {
	if n := len(g.elsewhere); n > 0 {
		names := slices.Sorted(maps.Keys(g.elsewhere))
		more := ""
		if n > mostNamed {
			names, more = names[:mostNamed], fmt.Sprintf(" and %d more", n-mostNamed)
		}
		g.tally.Note(fmt.Sprintf("leads also to functions of other accounts or regions (%d), which this cell does not tell of: %s%s", n, strings.Join(names, ", "), more))
	}
	if g.unset > 0 {
		g.tally.Note(fmt.Sprintf("integrations whose function is named by a stage variable that no stage sets: %d", g.unset))
	}
	return g.tally.Coverage()
}

// mostDetail bounds the detail of a trigger, in characters.
const mostDetail = 512

func cut(s string) string {
	if r := []rune(s); len(r) > mostDetail {
		return string(r[:mostDetail])
	}
	return s
}

// joined puts together what is not empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}

// compareWays orders by every field that this package sets.
func compareWays(a, b inventory.Exposure) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Hostname, b.Hostname),
		cmp.Compare(a.Route, b.Route), cmp.Compare(a.Qualifier, b.Qualifier), cmp.Compare(a.Auth, b.Auth),
		cmp.Compare(a.Reach, b.Reach), compareBools(a.UpperBound, b.UpperBound), cmp.Compare(a.Note, b.Note))
}

// compareTriggers orders by every field.
func compareTriggers(a, b inventory.Trigger) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.Qualifier, b.Qualifier), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Detail, b.Detail), compareBools(a.Enabled, b.Enabled))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
