package inventory

import (
	"slices"
	"strings"
	"time"
)

// anyService stands for whatever service there is.
const anyService = ""

// LogGaps lists what keeps the events of the services in the scope from being
// known; of none that is named: those of all services. One log need not hold
// them all: an archive and the vendor's event history may together. A log that
// was asked for them and was not read whole is a gap. Services of which no log
// was asked for the events give one cell with an empty source, the state
// pending and these services: see NotAsked.
func (v *View) LogGaps(s Scope, services ...string) []Coverage {
	if v.unused(s) {
		return nil
	}
	places := placesOf(s, v.touching(s, CapEvents))
	if len(places) == 0 {
		return v.unread(s, CapEvents)
	}
	if len(services) == 0 {
		services = []string{anyService}
	}
	logs := v.touching(Scope{Provider: s.Provider, Account: s.Account}, CapEvents)
	broken, unasked := map[Cell]bool{}, map[string]bool{}
	for _, place := range places {
		for _, service := range services {
			said := saidOf(logs, place, service)
			for _, cell := range said.broken {
				broken[cell] = true
			}
			if !said.asked {
				unasked[service] = true
			}
		}
	}
	out := slices.DeleteFunc(logs, func(c Coverage) bool { return !broken[c.Cell] })
	if len(unasked) > 0 {
		out = append(out, notAskedFor(s, unasked))
	}
	return out
}

// placesOf are the places that logs tell of inside a scope: the scope itself,
// where a log is of all of it, and the narrower ones.
func placesOf(s Scope, logs []Coverage) []Scope {
	var out []Scope
	for _, c := range logs {
		if c.Cell.Scope.Contains(s) {
			out = append(out, s)
		} else {
			out = append(out, c.Cell.Scope)
		}
	}
	slices.SortFunc(out, Scope.Compare)
	return slices.Compact(out)
}

// said is what logs say of the events of one service in one place.
type said struct {
	// asked: some log was asked for them.
	asked bool
	// broken are the logs that were and are not whole; none where another one
	// makes up for them.
	broken []Cell
}

func saidOf(logs []Coverage, place Scope, service string) said {
	var out said
	for _, c := range logs {
		speaks := c.tells(place, service)
		if speaks && c.State.Whole() {
			return said{asked: true}
		}
		out.asked = out.asked || speaks
		// What was asked of some services is missing among those of all.
		if !c.State.Whole() && (speaks || (service == anyService && c.Cell.Scope.Contains(place))) {
			out.broken = append(out.broken, c.Cell)
		}
	}
	return out
}

// tells reports whether a log was asked for the events of the service that
// happen in the place. A service without regions is logged in one region for
// the whole account: a log that was asked for it by name is the log of it
// everywhere in the account, and no other region owes anything.
func (c Coverage) tells(place Scope, service string) bool {
	if c.Cell.Scope.Contains(place) && c.SpeaksOf(service) {
		return true
	}
	account := Scope{Provider: c.Cell.Scope.Provider, Account: c.Cell.Scope.Account}
	return account.Contains(place) && withoutRegions(service) && slices.Contains(c.Services, service)
}

// withoutRegions reports whether the service logs its management events in one
// region of the partition alone (AWS CloudTrail user guide, "Global service
// events"). STS is none of them: it logs where it is called.
func withoutRegions(service string) bool {
	return service == "iam.amazonaws.com" || service == "organizations.amazonaws.com"
}

func notAskedFor(s Scope, services map[string]bool) Coverage {
	var names []string
	for service := range services {
		if service != anyService {
			names = append(names, service)
		}
	}
	slices.Sort(names)
	what := "events of " + strings.Join(names, ", ")
	if len(names) == 0 {
		what = "events of other services than those of the cell"
	}
	why := Reason{Message: what + " were not asked for; an archive of the trail holds them"}
	return Coverage{Cell: Cell{Scope: s, Capability: CapEvents}, State: Pending, Services: names, Why: why}
}

// Continuity is the best claim that whole readings of logs make for the events
// of the services in the scope over [from, to]; of none that is named: for
// those of all. Of several services it is the worst claim; ContinuityNone if of
// one of them no log covers the stretch.
func (v *View) Continuity(s Scope, from, to time.Time, services ...string) Continuity {
	if len(services) == 0 {
		services = []string{anyService}
	}
	// From the least to the most that is claimed.
	order := []Continuity{ContinuityNone, Broken, Assumed, Proved}
	worst := len(order) - 1
	for _, service := range services {
		best := 0
		for _, i := range v.cells[CapEvents] {
			if c := v.Coverage[i]; c.State.Whole() && c.tells(s, service) && c.Window.Covers(from, to) {
				best = max(best, slices.Index(order, c.Continuity))
			}
		}
		worst = min(worst, best)
	}
	return order[worst]
}

// Logged reports whether the logs that were asked for the events of the
// services in the scope reach over the instant; of none that is named: of all.
func (v *View) Logged(s Scope, t time.Time, services ...string) bool {
	if len(services) == 0 {
		services = []string{anyService}
	}
	return !slices.ContainsFunc(services, func(service string) bool {
		return !slices.ContainsFunc(v.cells[CapEvents], func(i int) bool {
			return v.Coverage[i].tells(s, service) && v.Coverage[i].Window.Holds(t)
		})
	})
}
