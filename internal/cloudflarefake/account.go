package cloudflarefake

import (
	"net/http"
	"time"
)

func (c *call) accounts() answer {
	return paged(c, pick(c.world.Accounts, func(a *Account) bool { return c.world.Token.account(a.ID) }), showAccount)
}

func showAccount(a *Account) any {
	return map[string]any{"id": a.ID, "name": a.Name, "type": or(a.Type, "standard"), "created_on": a.CreatedOn,
		"settings": map[string]any{"enforce_twofactor": a.EnforceTwoFactor}}
}

// zones lists the zones of one account, or of all, that the token may see.
func (c *call) zones() answer {
	var all []ownZone
	for _, a := range c.world.Accounts {
		if id := c.Query.Get("account.id"); id != "" && id != a.ID || !c.world.Token.account(a.ID) {
			continue
		}
		for _, z := range a.Zones {
			if name := c.Query.Get("name"); c.world.Token.zone(z.ID) && (name == "" || name == z.Name) {
				all = append(all, ownZone{a, z})
			}
		}
	}
	return paged(c, all, showZone)
}

type ownZone struct {
	account *Account
	zone    *Zone
}

func showZone(o ownZone) any {
	a, z := o.account, o.zone
	return map[string]any{
		"id": z.ID, "name": z.Name, "status": or(z.Status, "active"), "paused": z.Paused, "type": or(z.Type, "full"),
		"development_mode": 0, "created_on": z.CreatedOn, "modified_on": z.CreatedOn, "activated_on": z.CreatedOn,
		"account":      map[string]any{"id": a.ID, "name": a.Name},
		"owner":        map[string]any{"id": a.ID, "type": "organization", "name": a.Name},
		"permissions":  []string{"#zone:read", "#worker:read"},
		"meta":         map[string]any{"step": 2, "custom_certificate_quota": 0, "page_rule_quota": 3, "phishing_detected": false},
		"name_servers": []string{"amy.ns.cloudflare.com", "bob.ns.cloudflare.com"}, "original_name_servers": nil,
		"original_registrar": nil, "original_dnshost": nil,
	}
}

func (c *call) routes() answer     { return whole(c.zone.Routes, itself) }
func (c *call) emailRules() answer { return paged(c, c.zone.EmailRules, itself) }

func (c *call) members() answer {
	return paged(c, c.account.Members, func(m Member) any {
		m.Status = or(m.Status, "accepted")
		roles := make([]Role, 0, len(m.Roles))
		for _, r := range m.Roles {
			roles = append(roles, r.told())
		}
		m.Roles = roles
		return m
	})
}

// told has permissions that are not null.
func (r Role) told() Role {
	if r.Permissions == nil {
		r.Permissions = map[string]Grant{}
	}
	return r
}

func (c *call) roles() answer {
	all := c.account.Roles
	seen := map[string]bool{}
	for _, m := range c.account.Members {
		for _, r := range m.Roles {
			if c.account.Roles == nil && !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
	}
	return paged(c, all, func(r Role) any { return r.told() })
}

// ownTokens are the tokens of the account, the world's own among them.
func (c *call) ownTokens() []APIToken {
	all, t := c.account.Tokens, &c.world.Token
	for _, o := range all {
		if o.ID == t.ID {
			return all
		}
	}
	if t.Kind != AccountToken || t.Account != c.account.ID {
		return all
	}
	return append(all[:len(all):len(all)], APIToken{ID: t.ID, Name: t.Name, Status: t.status(c.At), ExpiresOn: t.ExpiresOn,
		NotBefore: t.NotBefore, Policies: t.Policies})
}

func showToken(t APIToken) any {
	t.Status = or(t.Status, "active")
	if t.Policies == nil {
		t.Policies = []Policy{}
	}
	return t
}

func (c *call) tokens() answer { return paged(c, c.ownTokens(), showToken) }

func (c *call) token() answer {
	for _, t := range c.ownTokens() {
		if t.ID == c.names[":t"] {
			return result(showToken(t))
		}
	}
	return refusal(http.StatusNotFound, 1003, "Not found")
}

// ownToken tells a token of a user that may read the user's tokens, by which it
// reads itself: one without policies may not.
func (c *call) ownToken() answer {
	t := c.world.Token
	if t.Kind == AccountToken || t.ID != c.names[":t"] || t.Policies == nil {
		return refusal(http.StatusForbidden, 9109, message(9109))
	}
	return result(showToken(APIToken{ID: t.ID, Name: t.Name, Status: t.status(c.At), ExpiresOn: t.ExpiresOn, NotBefore: t.NotBefore, Policies: t.Policies}))
}

func (c *call) permissionGroups() answer {
	all := c.account.PermissionGroups
	if all == nil {
		all = PermissionGroups()
	}
	return whole(all, itself)
}

func (c *call) accessApps() answer {
	return paged(c, c.account.AccessApps, func(a AccessApp) any {
		a.Type, a.Policies = or(a.Type, "self_hosted"), list(a.Policies)
		return a
	})
}

func (c *call) logpushJobs() answer  { return whole(c.account.LogpushJobs, itself) }
func (c *call) destinations() answer { return whole(c.account.Destinations, itself) }

func (c *call) queues() answer {
	return paged(c, c.account.Queues, func(q Queue) any {
		q.Consumers = shownConsumers(q)
		return struct {
			Queue
			ConsumersTotal int `json:"consumers_total_count"`
			ProducersTotal int `json:"producers_total_count"`
		}{q, len(q.Consumers), len(q.Producers)}
	})
}

func shownConsumers(q Queue) []Consumer {
	out := make([]Consumer, 0, len(q.Consumers))
	for _, one := range q.Consumers {
		one.Type = or(one.Type, "worker")
		out = append(out, one)
	}
	return out
}

func (c *call) consumers() answer {
	for _, q := range c.account.Queues {
		if q.ID == c.names[":q"] {
			return whole(shownConsumers(q), itself)
		}
	}
	return refusal(http.StatusNotFound, 11000, "Queue not found")
}

func (c *call) workflows() answer {
	return paged(c, c.account.Workflows, func(w Workflow) any {
		var triggered *time.Time
		if !w.TriggeredOn.IsZero() {
			triggered = &w.TriggeredOn
		}
		return struct {
			Workflow
			TriggeredOn *time.Time     `json:"triggered_on"`
			Instances   map[string]int `json:"instances"`
		}{w, triggered, map[string]int{}}
	})
}

// or is text, or what stands for it where it is empty.
func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// pick is the part of a list that is wanted.
func pick[T any](all []T, want func(T) bool) []T {
	var out []T
	for _, v := range all {
		if want(v) {
			out = append(out, v)
		}
	}
	return out
}
