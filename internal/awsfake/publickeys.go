package awsfake

import (
	"encoding/base64"
	"net/http"
	"time"
)

// PublicKey is a key that CloudTrail signs digests with. Zero times: it was and
// will be in use.
type PublicKey struct {
	Value       []byte
	Fingerprint string
	From, To    time.Time
}

// listPublicKeys answers the keys that were in use in a time; without one, now.
func listPublicKeys(c *call) answer {
	start, hasStart := c.instant("StartTime")
	end, hasEnd := c.instant("EndTime")
	if !hasStart {
		start = c.server.instant()
	}
	if !hasEnd {
		end = c.server.instant()
	}
	if start.After(end) {
		return c.fail(http.StatusBadRequest, "InvalidTimeRangeException", "The start time is after the end time.")
	}
	w := newJSON().open('{').key("PublicKeyList").open('[')
	for _, k := range c.region().PublicKeys {
		if !k.From.IsZero() && k.From.After(end) || !k.To.IsZero() && k.To.Before(start) {
			continue
		}
		w.open('{').str("Value", base64.StdEncoding.EncodeToString(k.Value)).str("Fingerprint", k.Fingerprint)
		for _, v := range []struct {
			key string
			at  time.Time
		}{{"ValidityStartTime", k.From}, {"ValidityEndTime", k.To}} {
			if !v.at.IsZero() {
				w.num(v.key, v.at.Unix())
			}
		}
		w.close('}')
	}
	return c.ok(w.close(']').close('}').b)
}
