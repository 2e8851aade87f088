package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Mistakes lists, sorted by place, everything for which a content is refused:
// missing and duplicate ids, unknown owners, empty selectors, an approval
// without author, date or end, an exception or blind spot without reason,
// author or end, impossible and reversed dates. Nil: the content is sound.
func (c Content) Mistakes() Mistakes {
	k := checker{owners: map[string]Position{}, claims: map[string]Position{}}
	for _, o := range c.Owners {
		k.id("owner", o.ID, o.At, k.owners)
		for key, list := range map[string][]string{"contacts": o.Contacts, "principals": o.Principals} {
			k.filled(o.At, key, list)
		}
	}
	for _, claim := range c.Claims {
		k.claim(claim)
	}
	for _, x := range c.Exceptions {
		k.text(x.At, "rule", x.Rule, "an exception needs the rule that it accepts findings of")
		k.selector(x.At, "an exception", x.Select)
		k.accepted(x.At, "an exception", acceptance{x.Reason, x.By, x.Expires})
	}
	for _, b := range c.BlindSpots {
		if b.Provider == "" && b.Account == "" && b.Region == "" && b.Capability == "" {
			k.wrong(b.At, "", "a blind spot needs a provider, account, region or capability; an empty one would hide everything")
		}
		k.accepted(b.At, "a blind spot", acceptance{b.Reason, b.By, b.Expires})
	}
	return k.found.Sorted()
}

// checker gathers mistakes.
type checker struct {
	found          Mistakes
	owners, claims map[string]Position
}

func (k *checker) wrong(at Position, key, format string, args ...any) {
	k.found = append(k.found, Mistake{At: at, Key: key, Message: fmt.Sprintf(format, args...)})
}

// id holds an id against those before it.
func (k *checker) id(noun, id string, at Position, seen map[string]Position) {
	if strings.TrimSpace(id) == "" {
		k.wrong(at, "id", "%s %s needs an id", article(noun), noun)
		return
	}
	first, twice := seen[id]
	switch {
	case !twice:
		seen[id] = at
	case first.String() == "":
		k.wrong(at, "id", "%s id %q is given twice", noun, id)
	default:
		k.wrong(at, "id", "%s id %q is given twice, first at %s", noun, id, first)
	}
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}

func (k *checker) text(at Position, key, value, need string) {
	if strings.TrimSpace(value) == "" {
		k.wrong(at, key, "%s", need)
	}
}

// filled refuses empty texts in a list: they match nothing and mean a slip.
func (k *checker) filled(at Position, key string, list []string) {
	if slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		k.wrong(at, key, "%s holds an empty text; remove it", key)
	}
}

func (k *checker) claim(c Claim) {
	k.id("claim", c.ID, c.At, k.claims)
	if strings.TrimSpace(c.Owner) == "" {
		k.wrong(c.At, "owner", "a claim needs an owner")
	} else if _, known := k.owners[c.Owner]; !known {
		k.wrong(c.At, "owner", "owner %q is not known; add it under owners", c.Owner)
	}
	k.selector(c.At, "a claim", c.Select)
	if c.Approval == nil {
		return
	}
	a := *c.Approval
	k.text(c.At, "approval.by", a.By, "an approval needs by: who gave it")
	k.date(c.At, "approval.on", a.On, "an approval needs on: the day on which it was given")
	k.date(c.At, "approval.expires", a.Expires, "an approval needs expires: its last day")
	if !a.On.IsZero() && !a.Expires.IsZero() && !a.On.Before(a.Expires) {
		k.wrong(c.At, "approval.expires", "the approval ends (%s) before it begins (%s)", FormatEnd(a.Expires), a.On.UTC().Format(time.DateOnly))
	}
	for key, list := range map[string][]string{
		"deployers": a.Limits.Deployers, "identities": a.Limits.Identities,
		"code_digests": a.Limits.CodeDigests, "regions": a.Limits.Regions,
	} {
		k.filled(c.At, "approval.limits."+key, list)
	}
}

func (k *checker) selector(at Position, noun string, s Selector) {
	if s.Empty() {
		k.wrong(at, "select", "%s needs a selector with at least one key; an empty one would select everything", noun)
	}
	k.filled(at, "select.accounts", s.Accounts)
	k.filled(at, "select.regions", s.Regions)
	k.filled(at, "select.zones", s.Zones)
	k.filled(at, "select.hostnames", s.Hostnames)
	for key := range s.Labels {
		if strings.TrimSpace(key) == "" {
			k.wrong(at, "select.labels", "select.labels holds an empty key; remove it")
		}
	}
}

// acceptance is what an exception and a blind spot have in common.
type acceptance struct {
	reason, by string
	expires    time.Time
}

func (k *checker) accepted(at Position, noun string, a acceptance) {
	k.text(at, "reason", a.reason, noun+" needs a reason")
	k.text(at, "by", a.by, noun+" needs by: who accepts it")
	k.date(at, "expires", a.expires, noun+" needs expires: its last day")
}

// date refuses what is missing and what no report could write: RFC 3339 has
// years of four digits.
func (k *checker) date(at Position, key string, t time.Time, need string) {
	switch year := t.UTC().Year(); {
	case t.IsZero():
		k.wrong(at, key, "%s", need)
	case year < 1 || year > 9999:
		k.wrong(at, key, "the date lies outside the years 1 to 9999; give one that somebody will look at again")
	}
}
