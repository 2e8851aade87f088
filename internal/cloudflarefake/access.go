package cloudflarefake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// unauthorized turns a call away whose token is none.
func (c *call) unauthorized() (answer, bool) {
	t := &c.world.Token
	if c.Authorization == "" {
		return refusal(http.StatusBadRequest, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"), true
	}
	text, ok := strings.CutPrefix(c.Authorization, "Bearer ")
	if !ok || text == "" {
		return refusal(http.StatusBadRequest, 6003, "Invalid request headers"), true
	}
	if t.Text != "" && text != t.Text {
		return refusal(http.StatusForbidden, 9109, "Invalid access token"), true
	}
	if c.verifies() || t.status(c.At) == "active" {
		return answer{}, false
	}
	return refusal(http.StatusUnauthorized, 1000, message(1000)), true
}

// verifies reports whether the call asks what its token is.
func (c *call) verifies() bool { return strings.HasSuffix(c.Path, "/tokens/verify") }

// status is that of the token at an instant.
func (t *Token) status(now time.Time) string {
	switch {
	case t.Status != "" && t.Status != "active":
		return t.Status
	case !t.ExpiresOn.IsZero() && !now.Before(t.ExpiresOn):
		return "expired"
	case now.Before(t.NotBefore):
		return "disabled"
	}
	return "active"
}

// unseen turns a call away for what is not there, or what the token may not see.
func (c *call) unseen() (answer, bool) {
	switch {
	case c.Zone != "" && (c.zone == nil || !c.world.Token.zone(c.Zone) || !c.world.Token.account(c.account.ID)),
		c.names[":a"] != "" && (c.account == nil || !c.world.Token.account(c.account.ID)):
		return refusal(http.StatusForbidden, 9109, message(9109)), true
	}
	return answer{}, false
}

func (t *Token) account(id string) bool { return t.Accounts == nil || slices.Contains(t.Accounts, id) }
func (t *Token) zone(id string) bool    { return t.Zones == nil || slices.Contains(t.Zones, id) }
func (t *Token) worker(tag string) bool { return t.Workers == nil || slices.Contains(t.Workers, tag) }

// verifyUser and verifyAccount say what the token is, if it is one of this kind.
func (c *call) verifyUser() answer {
	if c.world.Token.Kind == AccountToken {
		return refusal(http.StatusUnauthorized, 1000, message(1000))
	}
	return c.verify()
}

func (c *call) verifyAccount() answer {
	if t := c.world.Token; t.Kind != AccountToken || t.Account != c.Account {
		return refusal(http.StatusUnauthorized, 1000, message(1000))
	}
	return c.verify()
}

func (c *call) verify() answer {
	t := &c.world.Token
	a := result(struct {
		ID        string    `json:"id"`
		Status    string    `json:"status"`
		NotBefore time.Time `json:"not_before,omitzero"`
		ExpiresOn time.Time `json:"expires_on,omitzero"`
	}{t.ID, t.status(c.At), t.NotBefore, t.ExpiresOn})
	a.envelope.Messages = append(a.envelope.Messages, problem{10000, "This API Token is valid and active"})
	return a
}
