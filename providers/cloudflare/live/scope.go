package live

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const opToken = "GET /accounts/:a/tokens/:t"

// scopeWord is what our own token may see of an account.
type scopeWord struct {
	// workers and zones: its policies cover all of them.
	workers, zones bool
	// known: its policies could be read.
	known bool
}

// policyIn is what is taken of a policy of our token.
type policyIn struct {
	Effect string
	Groups []struct{ Name text } `json:"permission_groups"`
	// Resources have "*" as their value, or further resources.
	Resources map[string]json.RawMessage
}

// ownScope reads the policies of our own token: a token for single Workers or zones
// is shown shorter lists without a word. Where they cannot be read, completeness
// rests on what the token was given.
func (r *reading) ownScope(ctx context.Context) {
	const rests = "completeness rests on the token's scope"
	t := r.of(inventory.CapTokenScope)
	if note := r.token.ending(r.cfg.Now); note != "" {
		defer t.Note(note)
	}
	if !r.token.known {
		_, why := session.Explain(r.token.err)
		why.Message = rests + ", and of which kind the token is could not be read: " + why.Message
		t.FailAs(inventory.Partial, why)
		return
	}
	raw, err := r.api.one(ctx, opToken, r.api.ownToken(r.token.Token))
	var in struct{ Policies []policyIn }
	if err == nil {
		in, err = decode[struct{ Policies []policyIn }](opToken, raw)
	}
	if err != nil {
		state, why := session.Explain(err)
		if state == inventory.Denied {
			state = inventory.Partial // the token is known, and what it may see is not
		}
		why.Message = rests + ", and its policies could not be read: " + why.Message
		t.FailAs(state, why)
		return
	}
	t.Add(1)
	r.scope = judge(in.Policies, r.api.account)
	var open []string
	if !r.scope.workers {
		open = append(open, "all Workers")
	}
	if !r.scope.zones {
		open = append(open, "all zones")
	}
	if len(open) > 0 {
		t.FailAs(inventory.Partial, inventory.Reason{Operation: opToken, Message: "the policies of the token do not say that it may read " +
			strings.Join(open, " and ") + " of the account: lists may be shorter without a word"})
	}
}

// judge tells what the policies of a token cover of an account. What does not
// allow takes away what cannot be told from here. Of no policies nothing is known.
func judge(policies []policyIn, account string) scopeWord {
	out := scopeWord{known: len(policies) > 0}
	for _, p := range policies {
		if p.Effect != "allow" {
			return scopeWord{known: true}
		}
		ofWorkers, ofZones := false, false
		for _, g := range p.Groups {
			name := strings.ToLower(string(g.Name))
			ofWorkers = ofWorkers || slices.Contains(showWorkers(), name)
			ofZones = ofZones || slices.Contains(showZones(), name)
		}
		all, zones := covers(p.Resources, account)
		out.workers = out.workers || ofWorkers && all
		out.zones = out.zones || ofZones && zones
	}
	return out
}

// showWorkers are the permission groups whose holder is shown Workers, in small
// letters: those of storage or of live requests have the word in their name and
// show none.
func showWorkers() []string {
	return []string{
		"workers scripts read", "workers scripts write", "workers scripts edit", "workers metadata read-only", "metadata read-only",
		"workers content read-only", "content read-only", "workers platform admin", "workers admin",
	}
}

// showZones are the permission groups whose holder is shown zones. One for routes
// shows none: it may hold for zones that no list tells.
func showZones() []string { return []string{"zone read", "zone write", "zone edit"} }

// covers reports whether resources are the whole account, and all its zones.
func covers(resources map[string]json.RawMessage, account string) (all, zones bool) {
	const (
		ofAccount = "com.cloudflare.api.account."
		ofZones   = "com.cloudflare.api.account.zone.*"
	)
	for name, value := range resources {
		star := string(value) == `"*"`
		switch name {
		case ofZones:
			zones = zones || star
		case ofAccount + "*", ofAccount + account:
			all = all || star
			var inner map[string]json.RawMessage
			if json.Unmarshal(value, &inner) == nil {
				zones = zones || string(inner[ofZones]) == `"*"`
			}
		}
	}
	return all, zones
}
