package live

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// webFunction is one of ListWebFunctions, an API of its own (lambda-web,
// 2025-03-07) for which the vendor publishes no Go client.
type webFunction struct {
	ARN         string  `json:"functionArn"`
	Name        string  `json:"functionName"`
	Created     webTime `json:"createdAt"`
	Updated     webTime `json:"updatedAt"`
	State       string  `json:"state"`
	StateReason string  `json:"stateReason"`
}

// webTime is a time as text or as seconds since 1970; zero if it is neither.
type webTime struct{ time.Time }

// UnmarshalJSON never fails: a time that cannot be read is unknown.
func (t *webTime) UnmarshalJSON(b []byte) error {
	var text string
	var seconds float64
	switch {
	case json.Unmarshal(b, &text) == nil:
		t.Time = instant(text)
	case json.Unmarshal(b, &seconds) == nil:
		t.Time = sensible(time.UnixMilli(int64(seconds * 1000)))
	}
	return nil
}

// webFunctions lists web functions: none of them is in the list of functions.
func (r *reading) webFunctions(ctx context.Context) error {
	t := r.tally[inventory.CapWebFunctions]
	found, err := r.listWeb(ctx, t)
	if err != nil {
		failWeb(t, err)
	}
	t.Done()
	for _, f := range found {
		if err := r.emit(r.webAsset(f)); err != nil {
			return err
		}
	}
	return nil
}

// failWeb counts a failure. Where Lambda's endpoint does not know the API, it
// answers 403 or 404, as to any other path that it does not know, and without a
// code of the API: that is no missing permission.
func failWeb(t *session.Tally, err error) {
	state, why := explain(err)
	unknown := why.Code == "UnknownError" || (state == inventory.Denied && !strings.HasPrefix(why.Code, "AccessDenied"))
	if unknown {
		state, why.Code = inventory.Unavailable, ""
		why.Message = "the endpoint gave no answer of the API of web functions, so that they cannot be listed here (" + why.Message + ")"
	}
	t.FailAs(state, why)
}

func (r *reading) listWeb(ctx context.Context, t *session.Tally) ([]webFunction, error) {
	var settings struct {
		Usage *struct {
			Count *int `json:"functionCount"`
		} `json:"accountUsage"`
	}
	if err := r.web(ctx, webCall{"GetWebAccountSettings", "GET", "/2025-03-07/web-account-settings", nil}, &settings); err != nil {
		return nil, err
	}
	if settings.Usage == nil || settings.Usage.Count == nil {
		return nil, unreadable("GetWebAccountSettings", "the answer tells no number of functions")
	}
	t.Expect(*settings.Usage.Count)
	if *settings.Usage.Count == 0 {
		return nil, nil
	}
	var out []webFunction
	err := session.Pages(ctx, func(token *string) (*string, error) {
		var page struct {
			Functions []webFunction `json:"functions"`
			Next      *string       `json:"nextToken"`
		}
		in := struct {
			Most int     `json:"maxResults"`
			Next *string `json:"nextToken,omitempty"`
		}{50, token}
		if err := r.web(ctx, webCall{"ListWebFunctions", "POST", "/2025-03-07/web-functions", in}, &page); err != nil {
			return nil, err
		}
		for _, f := range page.Functions {
			if f.ARN == "" {
				return nil, unreadable("ListWebFunctions", "a function has no ARN")
			}
		}
		out = append(out, page.Functions...)
		t.Add(len(page.Functions))
		return page.Next, nil
	})
	return out, named("ListWebFunctions", err)
}

// webAsset is one web function. Whom its endpoints let in is not read: it is
// unknown, and says so.
func (r *reading) webAsset(f webFunction) inventory.Asset {
	why := inventory.Reason{Operation: "ListWebFunctionEndpoints", Message: "this version does not read the endpoints of web functions, which may be open to all"}
	return inventory.Asset{
		ID: inventory.AssetID(f.ARN), Kind: inventory.WebFunction, Scope: r.at.Scope(), Name: f.Name,
		Created: f.Created.Time, Modified: f.Updated.Time,
		Sightings: []inventory.Sighting{{Cell: r.cell(inventory.CapWebFunctions), At: r.cfg.Now}},
		Settings:  inventory.Known(inventory.Settings{State: f.State, StateReason: f.StateReason}, r.cfg.Now),
		Exposure: inventory.Parts[inventory.Exposures]{
			inventory.CapURLs:     inventory.Unknown[inventory.Exposures](why, r.cfg.Now),
			inventory.CapPolicies: inventory.Unknown[inventory.Exposures](why, r.cfg.Now),
		},
	}
}
