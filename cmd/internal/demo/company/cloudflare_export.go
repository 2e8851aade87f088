package company

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

// logpush writes the audit logs as Logpush delivers them: a file of lines for each
// day (dataset audit_logs_v2), in a folder of the account and the day.
func logpush() ([]File, error) {
	var out []File
	for _, account := range []string{webAccount, labsAccount} {
		entries := edgeAudit(account)
		for day := logStart(); day.Before(taken()); day = day.AddDate(0, 0, 1) {
			end := day.AddDate(0, 0, 1)
			var of []cloudflarefake.AuditEntry
			for _, e := range entries {
				if at := e.Action.Time; !at.Before(day) && at.Before(end) {
					of = append(of, e)
				}
			}
			if end.After(taken()) {
				end = taken().Add(30 * time.Minute)
			}
			body, err := lines(account, of)
			if err != nil {
				return nil, err
			}
			name := fmt.Sprintf("cloudflare/%s/%s/%s_%s_%.8s.log.gz", account, day.Format("20060102"),
				day.Format("20060102T150405Z"), end.Format("20060102T150405Z"), hexOf("push "+account+day.String()))
			out = append(out, File{name, body})
		}
	}
	return out, nil
}

// lines are entries in the fields of the dataset.
func lines(account string, entries []cloudflarefake.AuditEntry) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b) // without a time in its header
	to := json.NewEncoder(z)
	var err error
	for _, e := range entries {
		err = errors.Join(err, to.Encode(map[string]any{
			"AccountID": account, "AuditLogID": e.ID, "ActionType": e.Action.Type, "ActionResult": e.Action.Result, "ActionTimestamp": e.Action.Time.UnixNano(),
			"ActorType": e.Actor.Type, "ActorID": e.Actor.ID, "ActorContext": e.Actor.Context, "ActorEmail": e.Actor.Email, "ActorIPAddress": e.Actor.IPAddress,
			"ActorTokenDetails": map[string]any{"token_id": e.Actor.TokenID, "token_name": e.Actor.TokenName},
			"Raw":               map[string]any{"method": e.Raw.Method, "uri": e.Raw.URI, "status_code": e.Raw.StatusCode, "cf_ray_id": e.Raw.CFRayID, "user_agent": e.Raw.UserAgent},
			"ResourceProduct":   e.Resource.Product, "ResourceRequest": e.Resource.Request, "ResourceResponse": e.Resource.Response, "ResourceScope": e.Resource.Scope,
		}))
	}
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}
