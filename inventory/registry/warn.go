package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/estray/estray/inventory"
)

// Warnings lists, sorted by place, what is allowed and doubtful: approvals
// past their end at the instant now (none if now is zero), claims that
// conflict whatever the assets are, approvers among the deployers, selectors
// that can match nothing, and hostnames that fit hosts of anybody.
func (c Content) Warnings(now time.Time) Mistakes {
	var k checker
	for i, claim := range c.Claims {
		k.approval(claim, c.Owners, now)
		k.nothing(claim.At, claim.Select)
		for _, earlier := range c.Claims[:i] {
			if earlier.surelyConflicts(claim) {
				k.wrong(claim.At, "", "claim %s and %s select the same assets with equal weight and do not say the same; make one more specific or remove it", claim.ID, earlier.called())
			}
		}
	}
	for _, x := range c.Exceptions {
		k.nothing(x.At, x.Select)
	}
	for _, b := range c.BlindSpots {
		k.provider(b.At, "provider", b.Provider, "the blind spot")
	}
	return k.found.Sorted()
}

func (k *checker) approval(c Claim, owners []Owner, now time.Time) {
	if c.Approval == nil {
		return
	}
	a := *c.Approval
	if !now.IsZero() && a.Expired(now) {
		k.wrong(c.At, "approval.expires", "the approval of claim %s ended at the end of %s; renew it or remove it", c.ID, FormatEnd(a.Expires))
	}
	if d, ok := approverDeploys(a, owners); ok {
		k.wrong(c.At, "approval.by", "%s approves claim %s and is among its deployers (%s); let somebody else approve", a.By, c.ID, d)
	}
	if r := a.Limits.Regions; len(r) > 0 && len(c.Select.Regions) > 0 && !intersect(r, c.Select.Regions) {
		k.wrong(c.At, "approval.limits.regions", "claim %s selects regions (%s) of which its approval allows none (%s)", c.ID,
			strings.Join(c.Select.Regions, ", "), strings.Join(r, ", "))
	}
}

// approverDeploys finds a deployer that is the approver: named alike, ending
// in the approver's name ("google:user:ana@example.com"), or belonging to the
// owner that approves.
func approverDeploys(a Approval, owners []Owner) (string, bool) {
	own := func(principal string) bool {
		return slices.ContainsFunc(owners, func(o Owner) bool { return o.ID == a.By && slices.Contains(o.Principals, principal) })
	}
	for _, d := range a.Limits.Deployers {
		if strings.EqualFold(d, a.By) || strings.EqualFold(lastPart(d), a.By) || own(d) {
			return d, true
		}
	}
	return "", false
}

// nothing warns of a selector that can match no asset.
func (k *checker) nothing(at Position, s Selector) {
	k.provider(at, "select.provider", s.Provider, "the selector")
	home, known := kinds()[s.Kind]
	switch {
	case s.Kind == "":
	case !known:
		k.wrong(at, "select.kind", "the selector can match nothing: there is no kind %q; use one of %s", s.Kind, join(slices.Sorted(maps.Keys(kinds()))))
	case s.Provider != "" && s.Provider != home:
		k.wrong(at, "select.kind", "the selector can match nothing: %s has no %s, %s has", s.Provider, s.Kind, home)
	}
	if i := strings.IndexAny(s.Name, "[]{}()|\\^$ \t\r\n"); i >= 0 {
		k.wrong(at, "select.name", "the selector can match nothing: no name holds %q; only * and ? stand for other characters", s.Name[i:i+1])
	}
	k.accounts(at, s)
	k.ways(at, s)
}

// accounts warns where no account of the list has the provider's form.
func (k *checker) accounts(at Position, s Selector) {
	home := s.Provider
	if home == "" {
		home = kinds()[s.Kind]
	}
	none := func(form func(string) bool) bool {
		return len(s.Accounts) > 0 && !slices.ContainsFunc(s.Accounts, form)
	}
	switch {
	case home == inventory.AWS && none(awsAccount):
		k.wrong(at, "select.accounts", "the selector can match nothing: an AWS account id has 12 digits, leading zeros too")
	case home == inventory.Cloudflare && none(cloudflareID):
		k.wrong(at, "select.accounts", "the selector can match nothing: a Cloudflare account id has 32 hexadecimal digits, in small letters")
	}
}

// ways warns of zones and hostnames that no way in can have, or that those of
// anybody have, each by itself: one that is right beside it hides a slip.
func (k *checker) ways(at Position, s Selector) {
	home := s.Provider
	if home == "" {
		home = kinds()[s.Kind]
	}
	if len(s.Zones) > 0 && home != "" && home != inventory.Cloudflare {
		k.wrong(at, "select.zones", "the selector can match nothing: zones are those of %s, and the selector is for %s", inventory.Cloudflare, home)
	}
	for _, z := range s.Zones {
		if !zoneID(z) && (!strings.Contains(z, ".") || !only(z, hostSigns)) {
			k.wrong(at, "select.zones", "zone %q can match nothing: write its id of 32 hexadecimal digits in small letters, or its name as in example.com", clip(z))
		}
	}
	for _, h := range s.Hostnames {
		switch {
		case !only(h, hostSigns+"*?"):
			k.wrong(at, "select.hostnames", "hostname %q can match nothing: write the host alone, as in www.example.com or *.example.com", clip(h))
		case !withinDomain(h):
			k.wrong(at, "select.hostnames", "hostname %q holds for hosts of anybody's domains: let a dot and a whole domain follow the last * or ?, as in *.example.com", clip(h))
		}
	}
}

// withinDomain reports whether all hosts that fit a pattern lie below one domain
// that it names: "*.example.com", and neither "shop.*" nor "*example.com", which
// shop.evil.example and evil-example.com fit.
func withinDomain(pattern string) bool {
	last := strings.LastIndexAny(pattern, "*?")
	return last < 0 || strings.Count(pattern[last:], ".") > 1
}

// hostSigns are those of hostnames besides letters and digits.
const hostSigns = ".-_"

// only reports whether the text has no other characters than letters, digits and
// the signs.
func only(s, signs string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune(signs, c)
	})
}

func (k *checker) provider(at Position, key string, p inventory.Provider, what string) {
	if p != "" && !slices.Contains(inventory.Providers(), p) {
		k.wrong(at, key, "%s can match nothing: there is no provider %q; use one of %s", what, p, join(inventory.Providers()))
	}
}

// kinds maps each kind to the provider that has it.
func kinds() map[inventory.Kind]inventory.Provider {
	return map[inventory.Kind]inventory.Provider{
		inventory.LambdaFunction: inventory.AWS, inventory.WebFunction: inventory.AWS, inventory.CapacityProvider: inventory.AWS,
		inventory.Worker: inventory.Cloudflare, inventory.PagesProject: inventory.Cloudflare, inventory.DispatchNamespace: inventory.Cloudflare,
	}
}

// awsAccount reports whether the id has the form of an AWS account id: 12
// digits (AWS Account Management reference guide, "AWS account identifiers").
func awsAccount(id string) bool {
	return len(id) == 12 && strings.Trim(id, "0123456789") == ""
}

func join[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}

// surelyConflicts reports whether any asset that both claims select is in
// conflict, and whether such assets follow from the selectors alone: they
// name the same id, or give the same keys with values that meet.
func (c Claim) surelyConflicts(o Claim) bool {
	a, b := c.Select, o.Select
	if c.weight() != o.weight() || c.saysAs(o) || a.ID != b.ID || a.Name != b.Name || a.Empty() {
		return false
	}
	if a.ID == "" && a.shape() != b.shape() {
		return false
	}
	for k, v := range a.Labels {
		if other, ok := b.Labels[k]; ok && other != v {
			return false
		}
	}
	if a.ID == "" && !maps.Equal(a.Labels, b.Labels) {
		return false
	}
	return meet(a.Provider, b.Provider) && meet(a.Kind, b.Kind) &&
		listsMeet(a.Accounts, b.Accounts) && listsMeet(a.Regions, b.Regions) &&
		listsMeet(a.Zones, b.Zones) && listsMeet(a.Hostnames, b.Hostnames)
}

// shape tells which parts are given.
func (s Selector) shape() string {
	return fmt.Sprint(s.Provider != "", s.Kind != "", len(s.Accounts) > 0, len(s.Regions) > 0, len(s.Labels) > 0, len(s.Zones) > 0, len(s.Hostnames) > 0)
}

func meet[T ~string](a, b T) bool { return a == "" || b == "" || a == b }

func listsMeet(a, b []string) bool { return len(a) == 0 || len(b) == 0 || intersect(a, b) }

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}
