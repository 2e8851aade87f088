package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// TestNoAssetIsToldWhatAnotherTells reads more assets than a reading remembers,
// each of which tells the same as most others or nearly the same: another
// value, part, instant, reason, scope or name.
func TestNoAssetIsToldWhatAnotherTells(t *testing.T) {
	const assets = 4500
	s := openAt(t, fileURL(t))
	want := map[inventory.AssetID]string{}
	for start := 0; start < assets; start += benchBatch {
		b := store.Batch{Run: "r"}
		for i := start; i < min(assets, start+benchBatch); i++ {
			a := alike(i)
			b.Facts = append(b.Facts, a)
			want[a.ID] = jsonOf(t, inventory.Merge(a, a))
		}
		if err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	v, err := s.View(t.Context(), benchDay(99))
	if err != nil {
		t.Fatal(err)
	}
	got := map[inventory.AssetID]string{}
	for _, a := range v.Assets {
		got[a.ID] = jsonOf(t, a)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%.4000s", diff)
	}
}

func jsonOf(t *testing.T, a inventory.Asset) string {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// alike is an asset that differs from most others in one thing, by its number.
func alike(n int) inventory.Asset {
	at := benchDay(1)
	odd := func(kind int) bool { return n%19 == kind }
	scope := inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}
	if odd(1) {
		scope.Account = "444455556666"
	}
	if odd(2) {
		at = benchDay(2)
	}
	e := inventory.Exposures{}
	if odd(3) {
		e.Denies = true
	}
	parts := inventory.Parts[inventory.Exposures]{inventory.CapURLs: inventory.Known(e, at), inventory.CapPolicies: inventory.Known(inventory.Exposures{}, at)}
	switch {
	case odd(4):
		delete(parts, inventory.CapURLs)
	case odd(5):
		parts[inventory.CapURLs] = inventory.Absent[inventory.Exposures](at)
	case odd(6):
		parts[inventory.CapURLs] = parts[inventory.CapURLs].Doubting(inventory.Reason{Code: "Throttled"}, benchDay(3))
	case odd(7):
		parts[inventory.CapURLs] = parts[inventory.CapURLs].Doubting(inventory.Reason{Code: "Throttled"}, benchDay(4))
	case odd(8):
		parts[inventory.CapURLs] = inventory.Unknown[inventory.Exposures](inventory.Reason{Code: "Throttled"}, benchDay(3))
	}
	a := inventory.Asset{
		ID: inventory.AssetID(fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:f-%05d", scope.Account, n)), Kind: inventory.LambdaFunction,
		Scope: scope, Name: fmt.Sprintf("f-%05d", n), Exposure: parts,
		Configuration: inventory.Known(inventory.Configuration{Runtime: "python3.13", Digest: fmt.Sprint(n)}, at), // fills what is remembered
		Labels:        inventory.Known(inventory.Labels{"owner": "payments"}, at),
		Sightings:     []inventory.Sighting{{Cell: inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}, At: at}},
	}
	switch {
	case odd(9):
		a.Labels = inventory.Known(inventory.Labels{"owner": "search"}, at)
	case odd(10):
		a.Name = "another"
	case odd(11):
		a.Sightings[0].Cell.Source = "aws-config"
	case odd(12):
		a.Sightings[0].At = benchDay(5)
	case odd(13):
		a.Triggers = inventory.Parts[inventory.Triggers]{inventory.CapMappings: inventory.Known(inventory.Triggers{}, at)}
	}
	return a
}
