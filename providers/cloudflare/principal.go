package cloudflare

import (
	"strings"

	"github.com/estray/estray/inventory"
)

// principal is who acted: the token where one acted, else the person. Of a token
// that acts for a person it keeps the person as UniqueID; one that the account
// owns acts for nobody, and the log gives the account's id in a person's place.
// The documentation spells the kinds in more than one way, so case does not count.
func (a actor) principal(account string) inventory.Principal {
	p := inventory.Principal{Account: account, Email: kept(a.email)}
	who, token := identifier(a.id), identifier(a.token)
	switch strings.ToLower(a.kind) {
	case "user", "admin": // v1 says admin of a person with that role
		p.Type = "user"
		person(&p, a, who, token)
	case "account":
		p.Type, p.Credential = "token", inventory.APIToken
		if p.ID = tokenID(token); p.ID == "" {
			p.Type = "account" // which of its tokens is not told
		}
	case "cloudflare_admin":
		p.Type, p.ID = "vendor", "vendor:cloudflare"
	case "system", "cloudflare":
		p.Type, p.ID = "service", "service:cloudflare"
	default:
		p.Type = "unknown"
		if who != "" {
			p.Chain = []string{who}
		}
	}
	return p
}

// person sets whose act it was, and by what credential.
func person(p *inventory.Principal, a actor, who, token string) {
	p.ID = userID(who)
	switch strings.ToLower(a.context) {
	case "api_token":
		p.Credential = inventory.APIToken
	case "dash":
		p.Console = true
	case "api_key":
		p.Credential = inventory.GlobalKey
	case "oauth":
		p.Credential = inventory.OAuth
		if token != "" {
			p.Chain = []string{tokenID(token)}
		}
		return
	case "":
		if token != "" {
			p.Credential = inventory.APIToken
		}
	}
	if p.Credential == inventory.APIToken && token != "" {
		p.ID, p.UniqueID = tokenID(token), userID(who)
	}
}

func userID(id string) string {
	if id == "" {
		return ""
	}
	return UserID(id)
}

func tokenID(id string) string {
	if id == "" {
		return ""
	}
	return TokenID(id)
}
