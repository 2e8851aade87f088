package session

import (
	"net/http"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// meaning is what a refusal means for the cell that was being read.
type meaning struct {
	state inventory.State
	// says takes the place of the vendor's message; advice follows it.
	says, advice string
	// again: another try may help.
	again bool
	// token: the token is refused as such, whatever is asked.
	token bool
}

const (
	grant   = "estray policy cloudflare prints the permissions that are needed"
	address = "let the token be used from this address, or read from one that it allows"
)

// pick is the first complaint whose code is known, else the first one.
func pick(status int, all []complaint) (complaint, meaning) {
	for _, c := range all {
		if m, ok := known(status, c); ok {
			return c, m
		}
	}
	m := unknown(status, len(all))
	if len(all) > 0 {
		return all[0], m
	}
	return complaint{}, m
}

// known holds the vendor's codes. Sources: wrangler 4.125 and public reports for
// 1000, 9106, 9109, 10000, 10007, 10023, 10025, 10090, 10222 and 8000007; the rest
// is believed. A server error stays one, whatever its code.
func known(status int, c complaint) (meaning, bool) {
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return meaning{}, false
	}
	switch c.code {
	case "1000": // Invalid API Token; other products use the number for other things
		return meaning{state: inventory.Denied, token: true}, status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusOK
	case "6003", "6111", "9106": // malformed header; token not recognised
		return meaning{state: inventory.Denied, token: true}, true
	case "9109":
		return unauthorized(c.message), true
	case "10000", "10023":
		return meaning{state: inventory.Denied, advice: grant}, true
	case "10007", "8000007", "10025", "10222", "10090", "7000", "7003":
		return meaning{state: inventory.Unavailable}, true
	case "10121":
		return meaning{state: inventory.Disabled}, true
	case "10001", "10013":
		return meaning{state: inventory.Unavailable, again: status < http.StatusBadRequest}, true
	case "971", "10429":
		return meaning{state: inventory.Throttled}, status == http.StatusOK
	}
	return meaning{}, false
}

// unauthorized tells the three uses of 9109 apart. From a forbidden address the
// message names the caller's address: it is dropped.
func unauthorized(message string) meaning {
	switch {
	case strings.Contains(strings.ToLower(message), "invalid access token"):
		return meaning{state: inventory.Denied, token: true}
	case tellsAddress(message):
		return meaning{state: inventory.Denied, says: "refused by address", advice: address}
	}
	return meaning{state: inventory.Denied, advice: grant}
}

func tellsAddress(text string) bool {
	return strings.Contains(strings.ToLower(text), "from location") || slices.ContainsFunc(strings.Fields(text), namesAddress)
}

// unknown goes by the status alone; complaints are how many came with it.
func unknown(status, complaints int) meaning {
	switch {
	case status == http.StatusTooManyRequests:
		return meaning{state: inventory.Throttled}
	case status >= http.StatusInternalServerError:
		return meaning{state: inventory.Unavailable, again: true}
	case status == http.StatusForbidden && complaints == 0:
		return meaning{state: inventory.Denied, says: "refused at the vendor's edge, before the token was looked at", advice: address}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return meaning{state: inventory.Denied, advice: grant}
	case status >= http.StatusBadRequest:
		return meaning{state: inventory.Unavailable}
	case status >= http.StatusMultipleChoices:
		return meaning{state: inventory.Unavailable, says: "the answer is a redirect, which is not followed", advice: "check the endpoint"}
	case status == http.StatusOK && complaints > 0:
		return meaning{state: inventory.Unavailable}
	case status == http.StatusOK:
		return meaning{state: inventory.Malformed, says: "the answer says that the call failed, and not why"}
	}
	return meaning{state: inventory.Malformed, says: "the answer has a status that no list has"}
}
