package trailgen_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/trailgen"
)

// record is what the tests read of one.
type record struct {
	EventVersion       string
	EventTime          time.Time
	EventSource        string
	EventName          string
	AWSRegion          string
	SourceIPAddress    string
	UserAgent          string
	ErrorCode          string
	EventID            string
	RequestID          string
	EventType          string
	EventCategory      string
	RecipientAccountID string
	VPCEndpointID      string
	ReadOnly           *bool
	ManagementEvent    *bool
	RequestParameters  json.RawMessage
	ResponseElements   json.RawMessage
	UserIdentity       struct {
		Type, ARN, InvokedBy string
		SessionContext       struct{ SessionIssuer struct{ ARN string } }
		InScopeOf            struct{ CredentialsIssuedTo string }
	}

	size int
	keys []string
}

func archive(t *testing.T, cfg trailgen.Config) *trailgen.Archive {
	t.Helper()
	a, err := trailgen.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func object(t *testing.T, a *trailgen.Archive, i int) ([]byte, *trailgen.Content) {
	t.Helper()
	var b bytes.Buffer
	c, err := a.Object(i, &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), c
}

// records reads an object as any reader of JSON does.
func records(t *testing.T, text []byte) []record {
	t.Helper()
	var raw struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	out := make([]record, len(raw.Records))
	for i, r := range raw.Records {
		out[i] = parse(t, r)
	}
	return out
}

func parse(t *testing.T, text []byte) record {
	t.Helper()
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	r.size = len(text)
	r.keys = keys(t, text)
	return r
}

// keys are the names of the members, in their order.
func keys(t *testing.T, text []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// usage counts what roles did, as plainly as it can be done.
func usage(all []record) []trailgen.Use {
	type key struct {
		role, function, service, name string
		failed                        bool
	}
	rows := map[key]trailgen.Use{}
	for _, r := range all {
		u := r.UserIdentity
		if u.Type != "AssumedRole" {
			continue
		}
		k := key{u.SessionContext.SessionIssuer.ARN, u.InScopeOf.CredentialsIssuedTo, r.EventSource, bare(r.EventName), r.ErrorCode != ""}
		row, seen := rows[k]
		if !seen {
			row = trailgen.Use{Role: k.role, Function: k.function, Service: k.service, Name: k.name, Failed: k.failed, First: r.EventTime, Last: r.EventTime}
		}
		row.Count++
		if u.InvokedBy == "" && r.VPCEndpointID == "" {
			row.Outside++
		}
		if r.EventTime.Before(row.First) {
			row.First = r.EventTime
		}
		if r.EventTime.After(row.Last) {
			row.Last = r.EventTime
		}
		rows[k] = row
	}
	var out []trailgen.Use
	for _, row := range rows {
		out = append(out, row)
	}
	slices.SortFunc(out, trailgen.CompareUse)
	return out
}

// bare cuts the version off: all of the names here end with it or have none.
func bare(name string) string {
	if i := strings.Index(name, "20"); i > 0 {
		return name[:i]
	}
	return name
}
