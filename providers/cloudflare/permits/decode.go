package permits

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// group is a permission group or a role.
type group struct {
	ID   string
	Name string
	Meta struct{ Label string }
}

func (g group) label() string {
	if g.Name != "" {
		return g.Name
	}
	return g.Meta.Label
}

// member is what is read of a member.
type member struct {
	ID, Email, Status string
	User              struct {
		ID, Email    string
		SecondFactor *bool `json:"two_factor_authentication_enabled"`
	}
	Roles    []group
	Policies []struct {
		Access string
		Groups []group `json:"permission_groups"`
		Where  []struct {
			Scope scopes
		} `json:"resource_groups"`
	}
}

// scopes are the resources of a resource group: one object, or a list of them.
type scopes []struct {
	Key     string
	Objects []struct{ Key string }
}

// UnmarshalJSON takes both forms.
func (s *scopes) UnmarshalJSON(b []byte) error {
	type plain scopes
	if strings.HasPrefix(strings.TrimSpace(string(b)), "{") {
		b = []byte("[" + string(b) + "]")
	}
	return json.Unmarshal(b, (*plain)(s))
}

// member turns a member into a permit. Nobody is named by an invitation that is not
// accepted yet: it has an id of its own.
func (r *reader) member(ctx context.Context, item json.RawMessage) (inventory.Permit, error) {
	var m member
	if json.Unmarshal(item, &m) != nil || m.ID == "" {
		return inventory.Permit{}, bad("a member has no id, or members of other types than documented")
	}
	p := inventory.Permit{Kind: inventory.MemberPermit, Name: m.Email, Status: m.Status, SecondFactor: m.User.SecondFactor}
	if p.Name == "" {
		p.Name = m.User.Email
	}
	if p.ID = cloudflare.UserID(m.User.ID); m.User.ID == "" {
		p.ID = "cloudflare:member:" + m.ID
	}
	granted, resources := slices.Clone(m.Roles), []string{}
	for _, policy := range m.Policies {
		if policy.Access == "deny" {
			continue
		}
		granted = append(granted, policy.Groups...)
		for _, where := range policy.Where {
			for _, scope := range where.Scope {
				resources = append(resources, scope.Key)
				for _, o := range scope.Objects {
					resources = append(resources, within(scope.Key, o.Key))
				}
			}
		}
	}
	if len(m.Roles) > 0 {
		resources = append(resources, "com.cloudflare.api.account."+r.cfg.Account)
	}
	return r.judged(ctx, p, granted, resources)
}

// token is what is read of a token. The addresses that it is bound to are counted
// and not kept.
type token struct {
	ID, Name, Status string
	Issued           instant `json:"issued_on"`
	Modified         instant `json:"modified_on"`
	LastUsed         instant `json:"last_used_on"`
	Expires          instant `json:"expires_on"`
	NotBefore        instant `json:"not_before"`
	Condition        struct {
		RequestIP struct {
			In []json.RawMessage `json:"in"`
		} `json:"request_ip"`
	}
	Policies []struct {
		Effect    string
		Groups    []group `json:"permission_groups"`
		Resources map[string]json.RawMessage
	}
}

// instant is a time of the vendor. Nothing, null and an empty text are the zero
// time: not told.
type instant struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (i *instant) UnmarshalJSON(b []byte) error {
	if string(b) == "null" || string(b) == `""` {
		return nil
	}
	err := i.Time.UnmarshalJSON(b)
	i.Time = i.UTC()
	return err
}

func (r *reader) token(ctx context.Context, item json.RawMessage) (inventory.Permit, error) {
	var t token
	if json.Unmarshal(item, &t) != nil || t.ID == "" {
		return inventory.Permit{}, bad("a token has no id, or members of other types than documented")
	}
	p := inventory.Permit{Kind: inventory.TokenPermit, ID: cloudflare.TokenID(t.ID), Name: t.Name, Status: t.Status, Bounded: len(t.Condition.RequestIP.In) > 0,
		Issued: t.Issued.Time, Modified: t.Modified.Time, LastUsed: t.LastUsed.Time, NotBefore: t.NotBefore.Time, Expires: t.Expires.Time}
	var granted []group
	var resources []string
	for _, policy := range t.Policies {
		if policy.Effect == "deny" {
			continue
		}
		granted = append(granted, policy.Groups...)
		for key, inside := range policy.Resources {
			var nested map[string]json.RawMessage
			if json.Unmarshal(inside, &nested) != nil || len(nested) == 0 {
				resources = append(resources, key)
			}
			for below := range nested {
				resources = append(resources, within(key, below))
			}
		}
	}
	return r.judged(ctx, p, granted, resources)
}

// within names what a policy holds for inside of something, such as the zones of an
// account.
func within(outer, inner string) string { return outer + "/" + inner }

// judged adds what the groups let do. The error is the context's.
func (r *reader) judged(ctx context.Context, p inventory.Permit, granted []group, resources []string) (inventory.Permit, error) {
	for _, g := range granted {
		name, err := r.name(ctx, g)
		if err != nil {
			return p, err
		}
		p.Grants = append(p.Grants, name)
	}
	p.Grants, p.Resources = sorted(p.Grants), sorted(resources)
	for _, name := range p.Grants {
		deploys, admin, known := cloudflare.Judge(name)
		p.Deploys, p.Admin = p.Deploys || deploys, p.Admin || admin
		if !known {
			p.Unjudged = append(p.Unjudged, name)
		}
	}
	return p, nil
}

// sorted is a list in order, each once, without what is empty; nil if nothing is
// left.
func sorted(list []string) []string {
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	if list = slices.Compact(list); len(list) == 0 {
		return nil
	}
	return list
}
