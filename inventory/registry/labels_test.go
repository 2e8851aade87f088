package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func labelled(name string, labels inventory.Labels) inventory.Asset {
	a := lambda("1", "r", name)
	a.Labels = inventory.Known(labels, day("2026-01-01"))
	return a
}

func view(assets ...inventory.Asset) *inventory.View {
	return inventory.NewView(day("2026-06-01"), assets, nil)
}

func TestFromLabels(t *testing.T) {
	granted := inventory.Labels{"owner": "a", registry.LabelApprovedBy: "ana", registry.LabelApprovedOn: "2026-02-01",
		registry.LabelApprovedUntil: "2027-02-01", registry.LabelTicket: "SEC-1"}
	unread := lambda("1", "r", "unread")
	unread.Labels = inventory.Unknown[inventory.Labels](inventory.Reason{Code: "AccessDenied"}, day("2026-01-01"))
	id := func(name string) string { return string(lambda("1", "r", name).ID) }
	tests := []struct {
		name   string
		policy registry.LabelPolicy
		assets []inventory.Asset
		claims []string // "NAME OWNER APPROVER"
		notes  []string
	}{
		{"a label names a known owner", registry.LabelPolicy{Owner: "owner"}, []inventory.Asset{labelled("x", inventory.Labels{"owner": "a"})},
			[]string{id("x") + " a "}, nil},
		{"without a key nothing is drawn", registry.LabelPolicy{}, []inventory.Asset{labelled("x", inventory.Labels{"": "a", "owner": "a"})}, nil, nil},
		{"another label, no label and an unread one name nobody", registry.LabelPolicy{Owner: "owner"},
			[]inventory.Asset{labelled("x", inventory.Labels{"team": "a"}), lambda("1", "r", "y"), unread}, nil, nil},
		{"an unknown owner is a note and no claim", registry.LabelPolicy{Owner: "owner"},
			[]inventory.Asset{labelled("x", inventory.Labels{"owner": "mallory\x1b"}), labelled("y", inventory.Labels{"owner": "mallory\x1b"})},
			nil, []string{`label owner="mallory\x1b" of ` + id("x") + ` and in all 2 assets names an owner that the registry does not know`}},
		{"a label grants no approval", registry.LabelPolicy{Owner: "owner"}, []inventory.Asset{labelled("x", granted)}, []string{id("x") + " a "}, nil},
		{"a trusted label grants an approval", registry.LabelPolicy{Owner: "owner", TrustApproval: true}, []inventory.Asset{labelled("x", granted)},
			[]string{id("x") + " a ana 2026-02-01..2027-02-02 SEC-1"}, nil},
		{"a trusted approval without its end is a note", registry.LabelPolicy{Owner: "owner", TrustApproval: true},
			[]inventory.Asset{labelled("x", inventory.Labels{"owner": "a", registry.LabelApprovedBy: "ana", registry.LabelApprovedOn: "2026-02-01"})},
			[]string{id("x") + " a "}, []string{"labels of " + id("x") + " grant no approval: estray:approved-until must be a day such as 2027-02-01"}},
		{"a trusted approval that is reversed is a note", registry.LabelPolicy{Owner: "owner", TrustApproval: true},
			[]inventory.Asset{labelled("x", inventory.Labels{"owner": "a", registry.LabelApprovedBy: "ana", registry.LabelApprovedOn: "2026-02-01", registry.LabelApprovedUntil: "2026-01-01"})},
			[]string{id("x") + " a "}, []string{"labels of " + id("x") + " grant no approval: estray:approved-until lies before estray:approved-on"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.policy.Owners = owners()
			claims, notes := registry.FromLabels(view(tt.assets...), tt.policy)
			var got []string
			for _, c := range claims {
				line := string(c.Select.ID) + " " + c.Owner + " "
				if a := c.Approval; a != nil {
					line += a.By + " " + a.On.Format("2006-01-02") + ".." + a.Expires.Format("2006-01-02") + " " + a.Ticket
				}
				if !c.FromLabels || !c.Transient {
					line += " not marked"
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.claims, got); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAReviewedClaimWinsOverLabelsOfTheSameAsset(t *testing.T) {
	x, y := labelled("x", inventory.Labels{"owner": "b"}), labelled("y", inventory.Labels{"owner": "b"})
	r := mustNew(t, registry.Content{Owners: owners(), Claims: []registry.Claim{claim("reviewed", "a", registry.Selector{Name: "x"})}})
	claims, _ := registry.FromLabels(view(x, y), registry.LabelPolicy{Owner: "owner", Owners: r.Content().Owners})
	both, err := r.With(claims)
	if err != nil {
		t.Fatal(err)
	}
	if got := verdict(both.Match(x)); got != "=reviewed" {
		t.Errorf("match of x = %s, want =reviewed", got)
	}
	if got := verdict(both.Match(y)); got != "=label:"+string(y.ID) {
		t.Errorf("match of y = %s, want the claim of the label", got)
	}
	if got := verdict(r.Match(y)); got != "" {
		t.Errorf("the registry before has changed: %s", got)
	}
}
