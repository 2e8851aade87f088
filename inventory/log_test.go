package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

// asking is the cell of a log that was asked for the services; of none: for all.
func asking(source, region string, state inventory.State, services ...string) inventory.Coverage {
	c := read(cell(inventory.CapEvents, region), state, on(1))
	c.Cell.Source = source
	for _, s := range services {
		c.Services = append(c.Services, s+".amazonaws.com")
	}
	return c
}

// gapWords tells gaps shortly: "denied by history in eu-west-1", or what nobody
// was asked for.
func gapWords(gaps []inventory.Coverage) []string {
	var out []string
	for _, g := range gaps {
		if !g.NotAsked() {
			out = append(out, g.State.String()+" by "+g.Cell.Source+" in "+g.Cell.Scope.Region)
			continue
		}
		names := strings.ReplaceAll(strings.Join(g.Services, " "), ".amazonaws.com", "")
		out = append(out, strings.TrimSpace(g.State.String()+": "+names))
	}
	return out
}

// TestLogGaps: a whole log stands for the events that it was asked for, and for
// no others.
func TestLogGaps(t *testing.T) {
	const complete, denied, partial = inventory.Complete, inventory.Denied, inventory.Partial
	place, account := cell(inventory.CapEvents, "eu-west-1").Scope, cell(inventory.CapEvents, "").Scope
	history := func(state inventory.State, services ...string) inventory.Coverage {
		return asking("history", "eu-west-1", state, services...)
	}
	archive := func(state inventory.State) inventory.Coverage { return asking("archive", "eu-west-1", state) }
	home := func(state inventory.State) inventory.Coverage {
		return asking("history", "us-east-1", state, "iam", "lambda")
	}
	for name, tc := range map[string]struct {
		scope    inventory.Scope
		services string
		logs     []inventory.Coverage
		want     []string
	}{
		"what was asked for":                             {place, "lambda", []inventory.Coverage{history(complete, "cloudtrail", "lambda")}, nil},
		"what was not asked for":                         {place, "logs", []inventory.Coverage{history(complete, "cloudtrail", "lambda")}, []string{"pending: logs"}},
		"a part of it was not":                           {place, "lambda logs ec2", []inventory.Coverage{history(complete, "lambda")}, []string{"pending: ec2 logs"}},
		"all that the log holds":                         {place, "logs", []inventory.Coverage{archive(complete)}, nil},
		"every service, of a log of some":                {place, "", []inventory.Coverage{history(complete, "lambda")}, []string{"pending:"}},
		"every service, of a log of all":                 {place, "", []inventory.Coverage{archive(complete), history(denied, "lambda")}, nil},
		"every service, of a log that failed":            {place, "", []inventory.Coverage{archive(denied)}, []string{"denied by archive in eu-west-1"}},
		"every service, of a log of some that failed":    {place, "", []inventory.Coverage{history(denied, "lambda")}, []string{"denied by history in eu-west-1", "pending:"}},
		"the history makes up for the archive":           {place, "lambda", []inventory.Coverage{archive(partial), history(complete, "lambda")}, nil},
		"and for no more than it holds":                  {place, "lambda logs", []inventory.Coverage{archive(partial), history(complete, "lambda")}, []string{"partial by archive in eu-west-1"}},
		"the archive makes up for the history":           {place, "lambda logs", []inventory.Coverage{archive(complete), history(denied, "lambda")}, nil},
		"two logs together":                              {place, "lambda logs", []inventory.Coverage{history(complete, "lambda"), asking("other", "eu-west-1", complete, "logs")}, nil},
		"asked for and refused":                          {place, "lambda", []inventory.Coverage{history(denied, "lambda")}, []string{"denied by history in eu-west-1"}},
		"refused is not the reason for what nobody asks": {place, "logs", []inventory.Coverage{history(denied, "lambda")}, []string{"pending: logs"}},
		"no log at all":                                  {place, "lambda", nil, []string{"pending:"}},
		"a log of another region":                        {place, "lambda", []inventory.Coverage{home(complete)}, []string{"pending:"}},
		"a service without regions, asked for at home":   {place, "iam lambda", []inventory.Coverage{history(complete, "lambda"), home(complete)}, nil},
		"a service without regions, refused at home":     {place, "iam", []inventory.Coverage{history(complete, "lambda"), home(denied)}, []string{"denied by history in us-east-1"}},
		"a service without regions, home was not read":   {place, "iam", []inventory.Coverage{history(complete, "lambda")}, []string{"pending: iam"}},
		"a service with regions has no home":             {place, "logs", []inventory.Coverage{history(complete, "lambda"), asking("history", "us-east-1", complete, "logs")}, []string{"pending: logs"}},
		"an account asks for all its regions":            {account, "lambda logs", []inventory.Coverage{archive(complete), home(complete)}, []string{"pending: logs"}},
		"an account with one region that failed":         {account, "iam lambda", []inventory.Coverage{history(denied, "lambda"), home(complete)}, []string{"denied by history in eu-west-1"}},
		"an account of which all was read":               {account, "iam lambda", []inventory.Coverage{history(complete, "lambda"), home(complete)}, nil},
		"a log of the whole account":                     {place, "iam lambda logs", []inventory.Coverage{asking("archive", "", complete)}, nil},
		"a region that is off has no log to read":        {place, "logs", []inventory.Coverage{read(cell(inventory.CapFunctions, "eu-west-1"), inventory.Disabled, on(1))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(20), nil, tc.logs)
			services := strings.Fields(tc.services)
			for i := range services {
				services[i] += ".amazonaws.com"
			}
			gaps := v.LogGaps(tc.scope, services...)
			if diff := cmp.Diff(tc.want, gapWords(gaps)); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			for _, g := range gaps {
				if g.State.Whole() || g.Why == (inventory.Reason{}) && g.NotAsked() {
					t.Errorf("a gap that says nothing: %+v", g)
				}
			}
			if len(services) == 0 {
				if diff := cmp.Diff(gapWords(gaps), gapWords(v.Gaps(tc.scope, inventory.CapEvents))); diff != "" {
					t.Errorf("gaps of events are those of all services (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestNotAskedSaysWhatWouldHelp(t *testing.T) {
	v := inventory.NewView(on(20), nil, []inventory.Coverage{asking("history", "eu-west-1", inventory.Complete, "lambda")})
	got := v.LogGaps(cell(inventory.CapEvents, "eu-west-1").Scope, "logs.amazonaws.com", "ec2.amazonaws.com")
	if len(got) != 1 || got[0].Why.Message != "events of ec2.amazonaws.com, logs.amazonaws.com were not asked for; an archive of the trail holds them" {
		t.Errorf("gaps %+v", got)
	}
}

// TestContinuityOfServices: a log proves nothing of events that it was not
// asked for, and of several services the least that is claimed counts.
func TestContinuityOfServices(t *testing.T) {
	scope := cell(inventory.CapEvents, "eu-west-1").Scope
	log := func(c inventory.Coverage, claim inventory.Continuity) inventory.Coverage {
		c.Continuity, c.Window = claim, inventory.Window{From: on(1), To: on(10)}
		return c
	}
	history := log(asking("history", "eu-west-1", inventory.Complete, "lambda"), inventory.Proved)
	archive := log(asking("archive", "eu-west-1", inventory.Complete), inventory.Assumed)
	broken := log(asking("archive", "eu-west-1", inventory.Complete), inventory.Broken)
	for name, tc := range map[string]struct {
		services []string
		logs     []inventory.Coverage
		want     inventory.Continuity
		logged   bool
	}{
		"of what was asked for":          {[]string{"lambda.amazonaws.com"}, []inventory.Coverage{history}, inventory.Proved, true},
		"of what was not":                {[]string{"logs.amazonaws.com"}, []inventory.Coverage{history}, inventory.ContinuityNone, false},
		"of all, by a log of some":       {nil, []inventory.Coverage{history}, inventory.ContinuityNone, false},
		"of all, by a log of all":        {nil, []inventory.Coverage{history, archive}, inventory.Assumed, true},
		"the better claim of one":        {[]string{"lambda.amazonaws.com"}, []inventory.Coverage{history, archive}, inventory.Proved, true},
		"the worse claim of two":         {[]string{"lambda.amazonaws.com", "logs.amazonaws.com"}, []inventory.Coverage{history, archive}, inventory.Assumed, true},
		"one of two in a broken log":     {[]string{"lambda.amazonaws.com", "logs.amazonaws.com"}, []inventory.Coverage{history, broken}, inventory.Broken, true},
		"one of two in no log":           {[]string{"lambda.amazonaws.com", "logs.amazonaws.com"}, []inventory.Coverage{history}, inventory.ContinuityNone, false},
		"a broken log beside a good one": {[]string{"lambda.amazonaws.com"}, []inventory.Coverage{broken, history}, inventory.Proved, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(25), nil, tc.logs)
			if got := v.Continuity(scope, on(3), on(7), tc.services...); got != tc.want {
				t.Errorf("continuity %q, want %q", got, tc.want)
			}
			if got := v.Logged(scope, on(3), tc.services...); got != tc.logged {
				t.Errorf("logged %t, want %t", got, tc.logged)
			}
			if v.Logged(scope, on(11), tc.services...) {
				t.Error("logged after the window's end")
			}
		})
	}
}
