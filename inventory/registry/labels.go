package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// The labels that grant an approval where the configuration trusts labels.
// All but the ticket must be there; dates are YYYY-MM-DD, UTC.
const (
	LabelApprovedBy    = "estray:approved-by"
	LabelApprovedOn    = "estray:approved-on"
	LabelApprovedUntil = "estray:approved-until"
	LabelTicket        = "estray:ticket"
)

// LabelPolicy says what the labels of assets may say. The zero value takes
// nothing from them.
type LabelPolicy struct {
	// Owner is the key of the label that names an owner; empty: none does.
	Owner string
	// Owners are the ones that a label may name, by id.
	Owners []Owner
	// TrustApproval lets labels grant approvals. Whoever deploys may set labels.
	TrustApproval bool
}

// FromLabels draws one claim for each asset whose label names a known owner,
// by asset id. Such a claim weighs less than every reviewed one and is no
// ghost. Notes tell, sorted, what the labels said that does not count: owners
// that are not known, approvals that are not whole.
func FromLabels(view *inventory.View, policy LabelPolicy) (claims []Claim, notes []string) {
	if policy.Owner == "" {
		return nil, nil
	}
	strangers := map[string][]inventory.AssetID{}
	for _, a := range view.Assets {
		labels, _ := a.Labels.Get()
		owner := labels[policy.Owner]
		if owner == "" {
			continue
		}
		if !slices.ContainsFunc(policy.Owners, func(o Owner) bool { return o.ID == owner }) {
			strangers[owner] = append(strangers[owner], a.ID)
			continue
		}
		c := Claim{ID: "label:" + string(a.ID), Owner: owner, Select: Selector{ID: a.ID}, Transient: true, FromLabels: true,
			At: Position{File: "label " + policy.Owner + " of " + string(a.ID)}}
		if policy.TrustApproval {
			approval, err := labelApproval(labels)
			if err != nil {
				notes = append(notes, fmt.Sprintf("labels of %s grant no approval: %v", a.ID, err))
			}
			c.Approval = approval
		}
		claims = append(claims, c)
	}
	for owner, assets := range strangers {
		notes = append(notes, fmt.Sprintf("label %s=%q of %s and in all %s names an owner that the registry does not know",
			policy.Owner, clip(owner), assets[0], count(len(assets), "asset")))
	}
	slices.Sort(notes)
	return claims, notes
}

// labelApproval reads the approval that labels grant; nil if they name none.
func labelApproval(labels inventory.Labels) (*Approval, error) {
	by, on, until := labels[LabelApprovedBy], labels[LabelApprovedOn], labels[LabelApprovedUntil]
	if by == "" && on == "" && until == "" {
		return nil, nil
	}
	if strings.TrimSpace(by) == "" {
		return nil, fmt.Errorf("%s is missing", LabelApprovedBy)
	}
	start, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return nil, fmt.Errorf("%s must be a day such as 2026-02-01", LabelApprovedOn)
	}
	end, err := time.Parse(time.DateOnly, until)
	if err != nil || end.Year() > 9998 {
		return nil, fmt.Errorf("%s must be a day such as 2027-02-01", LabelApprovedUntil)
	}
	if end.Before(start) {
		return nil, fmt.Errorf("%s lies before %s", LabelApprovedUntil, LabelApprovedOn)
	}
	return &Approval{Ticket: labels[LabelTicket], By: by, On: start, Expires: end.AddDate(0, 0, 1)}, nil
}

// clip keeps a stranger's text from filling the screen.
func clip(s string) string { return s[:min(len(s), 64)] }
