package doors

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// place says from where an API can be called at all, before a route asks who
// calls.
type place struct {
	// network is how far the endpoint reaches, whoever calls.
	network inventory.Reach
	// admitted is how far it reaches with the API's resource policy.
	admitted inventory.Reach
	// upper: the policy may let in fewer than that.
	upper bool
	notes []string
}

// internet is the place of an API that anybody can call and that has no policy.
func internet() place {
	return place{network: inventory.ReachPublic, admitted: inventory.ReachPublic}
}

// private is the place of an API that answers inside VPC endpoints only. Those
// are of any account that the policy lets in; without one, of none.
func private() place {
	return place{network: inventory.ReachAccount, admitted: inventory.ReachAccount, notes: []string{"private endpoint: answers through VPC endpoints only"}}
}

// reach is how far a route reaches that asks for such an authorisation, and
// whether that is an upper bound. An authorisation that is not known may ask for
// nothing.
func (p place) reach(auth string) (reach inventory.Reach, upper bool) {
	switch auth {
	case "NONE":
		return p.admitted, p.upper
	case "AWS_IAM":
		// The account's own principals need no policy of the API.
		return atMost(atLeast(p.admitted, inventory.ReachAccount), inventory.ReachAuthenticated), p.upper
	case "CUSTOM", "COGNITO_USER_POOLS", "JWT":
		// Who is let in by an authoriser and not by the policy is not judged,
		// so that the policy narrows nothing.
		return atMost(p.network, inventory.ReachAuthenticated), p.upper || p.admitted != p.network
	}
	return inventory.ReachUnknown, p.upper
}

// under judges the API's resource policy. A policy is an upper bound for each
// route: its resources, which may name some of them, are not judged.
func (p place) under(policy, home string, own inventory.Own) place {
	if policy == "" {
		return p
	}
	inside := p.network != inventory.ReachPublic
	grants, err := parsePolicy(policy)
	if err != nil {
		p.upper = true
		p.notes = append(p.notes, "its resource policy could not be read")
		if inside {
			p.network, p.admitted = inventory.ReachUnknown, inventory.ReachUnknown
		}
		return p
	}
	p.admitted = inventory.ReachPrivate
	var unjudged []string
	for _, g := range grants {
		p.admitted = inventory.Widest(p.admitted, g.Reach(home, own))
		p.upper = p.upper || g.Deny || len(g.Unjudged) > 0
		unjudged = append(unjudged, g.Unjudged...)
	}
	if inside { // whoever is let in needs an endpoint, and so an account
		p.admitted = atMost(atLeast(p.admitted, inventory.ReachAccount), inventory.ReachAuthenticated)
		p.network = p.admitted
	}
	if len(unjudged) > 0 {
		slices.Sort(unjudged)
		p.notes = append(p.notes, "its resource policy could not be judged whole: "+strings.Join(slices.Compact(unjudged), ", "))
	}
	return p
}

// parsePolicy reads a policy as API Gateway answers it: JSON text whose quotes
// are escaped once more, or plain.
func parsePolicy(text string) ([]inventory.Grant, error) {
	if grants, err := aws.ParsePolicy(text); err == nil {
		return grants, nil
	}
	var plain string
	if err := json.Unmarshal([]byte(`"`+text+`"`), &plain); err != nil {
		return nil, err
	}
	return aws.ParsePolicy(plain)
}

// atMost narrows a reach; an unknown one stays unknown.
func atMost(r, most inventory.Reach) inventory.Reach { return min(r, most) }

// atLeast widens a reach; an unknown one stays unknown.
func atLeast(r, least inventory.Reach) inventory.Reach { return inventory.Widest(r, least) }
