package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func exception(rule, name, reason string, expires time.Time) registry.Exception {
	return registry.Exception{Rule: rule, Select: registry.Selector{Name: name}, Reason: reason, By: "ana", Expires: expires}
}

func TestException(t *testing.T) {
	end := day("2026-06-01")
	r := mustNew(t, registry.Content{Exceptions: []registry.Exception{
		exception("REC-01", "legacy-*", "short", end),
		exception("REC-01", "legacy-*", "long", end.AddDate(0, 1, 0)),
		exception("REC-06", "legacy-*", "other rule", end),
	}})
	legacy, fresh := lambda("1", "r", "legacy-x"), lambda("1", "r", "fresh")
	tests := []struct {
		name  string
		rule  string
		asset inventory.Asset
		now   time.Time
		want  string
	}{
		{"of several the one that holds longest", "REC-01", legacy, end.AddDate(0, 0, -9), "long"},
		{"one instant before the end it holds", "REC-06", legacy, end.Add(-time.Nanosecond), "other rule"},
		{"at its end it holds no more", "REC-06", legacy, end, ""},
		{"an ended one leaves the other", "REC-01", legacy, end, "long"},
		{"only for its rule", "REC-02", legacy, end.AddDate(0, 0, -9), ""},
		{"only for what it selects", "REC-01", fresh, end.AddDate(0, 0, -9), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if x := r.Exception(tt.rule, tt.asset, tt.now); x != nil {
				got = x.Reason
			}
			if got != tt.want {
				t.Errorf("exception = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestExceptionsByScopeReachFindingsWithoutAnAsset(t *testing.T) {
	r := mustNew(t, registry.Content{Exceptions: []registry.Exception{{
		Rule: "AWS-20", Select: registry.Selector{Accounts: []string{"1"}}, Reason: "r", By: "b", Expires: day("2027-01-01")}}})
	in := inventory.Asset{Scope: inventory.Scope{Provider: inventory.AWS, Account: "1"}}
	if r.Exception("AWS-20", in, day("2026-01-01")) == nil {
		t.Error("no exception for the account")
	}
	in.Scope.Account = "2"
	if r.Exception("AWS-20", in, day("2026-01-01")) != nil {
		t.Error("an exception for another account")
	}
}

func TestBlindSpot(t *testing.T) {
	end := day("2026-06-01")
	r := mustNew(t, registry.Content{BlindSpots: []registry.BlindSpot{
		{Provider: inventory.AWS, Account: "1", Region: "r", Capability: inventory.CapPolicies, Reason: "narrow", By: "ana", Expires: end},
		{Provider: inventory.Google, Reason: "wide", By: "ana", Expires: end},
	}})
	cell := func(p inventory.Provider, account, region string, c inventory.Capability) inventory.Cell {
		return inventory.Cell{Source: "any", Scope: inventory.Scope{Provider: p, Account: account, Region: region}, Capability: c}
	}
	tests := []struct {
		name string
		cell inventory.Cell
		now  time.Time
		want string
	}{
		{"the cell itself", cell(inventory.AWS, "1", "r", inventory.CapPolicies), day("2026-05-31"), "narrow"},
		{"at its end no more", cell(inventory.AWS, "1", "r", inventory.CapPolicies), end, ""},
		{"not another region", cell(inventory.AWS, "1", "s", inventory.CapPolicies), day("2026-01-01"), ""},
		{"not another capability", cell(inventory.AWS, "1", "r", inventory.CapURLs), day("2026-01-01"), ""},
		{"not the account as a whole, which is more than the region", cell(inventory.AWS, "1", "", inventory.CapPolicies), day("2026-01-01"), ""},
		{"empty parts hold anything", cell(inventory.Google, "x", "y", inventory.CapEvents), day("2026-01-01"), "wide"},
		{"not another provider", cell(inventory.Cloudflare, "x", "y", inventory.CapEvents), day("2026-01-01"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if b := r.BlindSpot(tt.cell, tt.now); b != nil {
				got = b.Reason
			}
			if got != tt.want {
				t.Errorf("blind spot = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatHasEndedOrMatchesNothingIsListed(t *testing.T) {
	now := day("2026-06-01")
	past, later := now, now.AddDate(0, 0, 1)
	r := mustNew(t, registry.Content{
		Exceptions: []registry.Exception{exception("REC-01", "a*", "ended", past), exception("REC-01", "b*", "live", later)},
		BlindSpots: []registry.BlindSpot{
			{Provider: inventory.AWS, Reason: "ended", By: "ana", Expires: past},
			{Provider: inventory.AWS, Reason: "live", By: "ana", Expires: later}},
	})
	var got []string
	for _, x := range r.ExpiredExceptions(now) {
		got = append(got, "exception "+x.Reason)
	}
	for _, b := range r.ExpiredBlindSpots(now) {
		got = append(got, "blind spot "+b.Reason)
	}
	for _, x := range r.IdleExceptions([]inventory.Asset{lambda("1", "r", "abc")}) {
		got = append(got, "idle "+x.Reason)
	}
	if diff := cmp.Diff([]string{"exception ended", "blind spot ended", "idle live"}, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}

func TestFormatEndWritesWhatAFileWouldHold(t *testing.T) {
	for want, end := range map[string]time.Time{
		"2026-05-31":           day("2026-06-01"),
		"2026-06-01T08:30:00Z": day("2026-06-01").Add(8*time.Hour + 30*time.Minute),
	} {
		if got := registry.FormatEnd(end); got != want {
			t.Errorf("end = %s, want %s", got, want)
		}
	}
}
