package cli_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

const (
	payRole = "arn:aws:iam::111122223333:role/pay"
	pay     = inventory.AssetID("arn:aws:lambda:eu-west-1:111122223333:function:pay")
)

func usedAt(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }

// usedRoom is a room whose store holds the function pay and more facts.
func usedRoom(t *testing.T, facts ...inventory.Fact) room {
	t.Helper()
	r := newRoom(t, "{}\n")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(r.dir, "estray.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}
	facts = append(facts, inventory.Asset{
		ID: pay, Kind: inventory.LambdaFunction, Scope: scope, Name: "pay", Identity: inventory.Known(inventory.Identity{ID: payRole}, usedAt(1)),
		Sightings: []inventory.Sighting{{Cell: inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}, At: usedAt(1)}},
	})
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: facts}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

func call(name string, count int) inventory.Usage {
	return inventory.Usage{
		Identity: payRole, Asset: pay, Service: "dynamodb.amazonaws.com", Name: name, Outcome: inventory.Succeeded, Part: "1",
		Scope: inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}, Count: count, First: usedAt(2), Last: usedAt(3),
	}
}

func trail(account, region string, counted inventory.Counted) inventory.Coverage {
	scope := inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}
	return inventory.Coverage{
		Cell: inventory.Cell{Source: "cloudtrail:logs", Scope: scope, Capability: inventory.CapEvents}, State: inventory.Complete,
		Window: inventory.Window{From: usedAt(0), To: usedAt(12)}, Continuity: inventory.Assumed, Usage: counted, Read: usedAt(13),
	}
}

// usageLines are the lines of a page from the first of usage on.
func usageLines(t *testing.T, r room, args ...string) []string {
	t.Helper()
	code, out, errs := r.estray(append([]string{"inventory", "show", "function:pay", "--now", "2026-03-02T00:00:00Z"}, args...)...)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	var got []string
	for line := range strings.Lines(out) {
		more := len(got) > 0 && strings.HasPrefix(line, " ")
		if strings.HasPrefix(line, "usage") || more {
			got = append(got, strings.Join(strings.Fields(line), " "))
		}
	}
	return got
}

// TestNoUsageIsToldApartFromNoCounting: a function that did nothing may lose its
// rights, one of which nobody counted may not.
func TestNoUsageIsToldApartFromNoCounting(t *testing.T) {
	before := call("GetItem", 3)
	partial := trail("111122223333", "us-east-1", inventory.CountRoles)
	partial.State = inventory.Partial
	for name, test := range map[string]struct {
		facts []inventory.Fact
		want  []string
	}{
		"no log":                         {nil, []string{"usage not counted (no archive counts it)"}},
		"a log that counts nothing":      {[]inventory.Fact{trail("111122223333", "eu-west-1", inventory.CountNone)}, []string{"usage not counted (no archive counts it)"}},
		"a log of another account":       {[]inventory.Fact{trail("444455556666", "eu-west-1", inventory.CountRoles)}, []string{"usage not counted (no archive counts it)"}},
		"a log that counts, and no call": {[]inventory.Fact{trail("111122223333", "eu-west-1", inventory.CountFunctions)}, []string{"usage no call in what was counted", "usage counted that of functions, by cloudtrail:logs, 2026-03-01T00:00:00Z to 2026-03-01T12:00:00Z, in eu-west-1"}},
		"calls of a log that counts no more": {[]inventory.Fact{before}, []string{
			"usage 3 succeeded dynamodb.amazonaws.com:GetItem, first 2026-03-01T02:00:00Z, last 2026-03-01T03:00:00Z, in eu-west-1",
			"usage counted by no archive any more; what is told was counted before",
		}},
		"logs of several regions": {[]inventory.Fact{trail("111122223333", "eu-west-1", inventory.CountRoles), trail("111122223333", "eu-north-1", inventory.CountRoles), partial}, []string{
			"usage no call in what was counted",
			"usage counted that of roles, by cloudtrail:logs, 2026-03-01T00:00:00Z to 2026-03-01T12:00:00Z, in eu-north-1, eu-west-1",
			"usage counted that of roles, by cloudtrail:logs, 2026-03-01T00:00:00Z to 2026-03-01T12:00:00Z, partial, in us-east-1",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, usageLines(t, usedRoom(t, test.facts...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUsageTellsWhoDidWhatWithWhich: the rights are the identity's, so that what
// others did with it belongs on the page, and is told apart.
func TestUsageTellsWhoDidWhatWithWhich(t *testing.T) {
	plain, failed, other, nobody, before, more, stranger := call("GetItem", 7), call("GetItem", 6), call("GetItem", 5), call("GetItem", 4), call("GetItem", 3), call("", 2), call("GetItem", 9)
	failed.Outcome, failed.Outside, failed.Scope.Account, failed.Scope.Region = inventory.Failed, 2, "444455556666", ""
	other.Asset, nobody.Asset, before.Identity = "arn:aws:lambda:eu-west-1:111122223333:function:mail", "", payRole+"-before"
	more.Service, more.Outcome, more.Overflow = "", "", true
	stranger.Identity, stranger.Asset = payRole+"-2", ""
	r := usedRoom(t, trail("111122223333", "eu-west-1", inventory.CountRoles), plain, failed, other, nobody, before, more, stranger)
	const times = ", first 2026-03-01T02:00:00Z, last 2026-03-01T03:00:00Z"
	want := []string{
		"usage 7 succeeded dynamodb.amazonaws.com:GetItem" + times + ", in eu-west-1",
		"usage 6 failed dynamodb.amazonaws.com:GetItem" + times + ", in account 444455556666, 2 from outside",
		"usage 5 succeeded dynamodb.amazonaws.com:GetItem" + times + ", in eu-west-1, with its identity, by arn:aws:lambda:eu-west-1:111122223333:function:mail",
		"usage 4 succeeded dynamodb.amazonaws.com:GetItem" + times + ", in eu-west-1, with its identity, by no function that the log tells",
		"usage 3 succeeded dynamodb.amazonaws.com:GetItem" + times + ", in eu-west-1, with " + payRole + "-before",
		"usage 2 calls of more kinds than were counted one by one" + times + ", in eu-west-1",
		"usage counted that of roles, by cloudtrail:logs, 2026-03-01T00:00:00Z to 2026-03-01T12:00:00Z, in eu-west-1",
	}
	if diff := cmp.Diff(want, usageLines(t, r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"usage not counted (no archive counts it)"}, usageLines(t, r, "--at", "2026-03-01T01:30:00Z")); diff != "" {
		t.Errorf("before any of it: %s", diff)
	}
}

// TestManyUsagesAreCutInTextAlone: most used first, and JSON has them all.
func TestManyUsagesAreCutInTextAlone(t *testing.T) {
	facts := []inventory.Fact{trail("111122223333", "eu-west-1", inventory.CountRoles)}
	for i := range 25 {
		facts = append(facts, call(fmt.Sprintf("Call%d", i), i+1))
	}
	r := usedRoom(t, facts...)
	got := usageLines(t, r)
	if len(got) != 22 || !strings.HasPrefix(got[0], "usage 25 ") || !strings.HasPrefix(got[19], "usage 6 ") ||
		got[20] != "and 5 more rows (estray inventory show --format json)" {
		t.Errorf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	_, out, _ := r.estray("inventory", "show", "function:pay", "--now", "2026-03-02T00:00:00Z", "--format", "json")
	var doc struct {
		Usage struct {
			Counted []struct{ Source, Region, Usage, State string }
			Rows    []struct {
				Name  string
				Count int
				First time.Time
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	rows := doc.Usage.Rows
	if len(rows) != 25 || rows[0].Count != 25 || rows[24].Name != "Call0" || !rows[0].First.Equal(usedAt(2)) {
		t.Errorf("%d rows: %+v", len(rows), rows)
	}
	if diff := cmp.Diff([]struct{ Source, Region, Usage, State string }{{"cloudtrail:logs", "eu-west-1", "roles", "complete"}}, doc.Usage.Counted); diff != "" {
		t.Error(diff)
	}
	if _, out, _ := usedRoom(t).estray("inventory", "show", "function:pay", "--format", "json"); !strings.Contains(out, `"counted": [],`) || !strings.Contains(out, `"rows": []`) {
		t.Errorf("nothing counted is not told:\n%s", out)
	}
}
