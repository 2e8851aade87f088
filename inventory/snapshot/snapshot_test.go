package snapshot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
)

var taken = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestRoundTrip: what is written is read back without loss, and what was read
// is written back byte for byte.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		assets := rapid.SliceOfN(rapid.Custom(drawAsset), 0, 4).Draw(t, "assets")
		coverage := rapid.SliceOfN(rapid.Custom(drawCoverage), 0, 4).Draw(t, "coverage")
		permits := rapid.SliceOfN(rapid.Custom(drawPermit), 0, 4).Draw(t, "permits")
		first := write(t, assets, coverage, permits...)

		gotAssets, gotCoverage, gotPermits := read(t, first)
		if diff := cmp.Diff(asJSON(t, permits), asJSON(t, gotPermits)); diff != "" {
			t.Fatalf("permits (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(asJSON(t, assets), asJSON(t, gotAssets)); diff != "" {
			t.Fatalf("assets (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(asJSON(t, coverage), asJSON(t, gotCoverage)); diff != "" {
			t.Fatalf("coverage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(string(first), string(write(t, gotAssets, gotCoverage, gotPermits...))); diff != "" {
			t.Fatalf("written again (-first +second):\n%s", diff)
		}
	})
}

// fatal is what testing.T and rapid.T share.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func write(t fatal, assets []inventory.Asset, coverage []inventory.Coverage, permits ...inventory.Permit) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: taken, Tool: "estray", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range coverage {
		if err := w.WriteCoverage(c); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range assets {
		if err := w.WriteAsset(a, snapshot.Verdict{Standing: "owned", Reasons: []string{"because"}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range permits {
		if err := w.WritePermit(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t fatal, text []byte) (assets []inventory.Asset, coverage []inventory.Coverage, permits []inventory.Permit) {
	t.Helper()
	h, err := snapshot.Read(bytes.NewReader(text), "snapshot:x", func(l snapshot.Line) error {
		switch {
		case l.Mistake != nil:
			return l.Mistake
		case l.Asset != nil:
			assets = append(assets, *l.Asset)
		case l.Permit != nil:
			permits = append(permits, *l.Permit)
		default:
			coverage = append(coverage, *l.Coverage)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (snapshot.Header{Schema: snapshot.Schema, Taken: taken, Tool: "estray", Version: "1"}); h != want {
		t.Fatal("header is ", h)
	}
	return assets, coverage, permits
}

func asJSON[T any](t fatal, all []T) []string {
	t.Helper()
	var out []string
	for _, v := range all {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

func text() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "a", "<&>", "é\u2028", "\"\\"})
}

func instant() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		n := rapid.IntRange(0, 5).Draw(t, "day")
		if n == 0 {
			return time.Time{}
		}
		return taken.Add(time.Duration(n) * 24 * time.Hour).Add(time.Duration(n))
	})
}

// facet draws a facet in any state, with or without a doubt.
func facet[T any](t *rapid.T, label string, values ...T) inventory.Facet[T] {
	at := instant().Draw(t, label+" at")
	var f inventory.Facet[T]
	switch rapid.IntRange(0, 3).Draw(t, label+" state") {
	case 0:
		return f
	case 1:
		f = inventory.Known(rapid.SampledFrom(values).Draw(t, label), at)
	case 2:
		f = inventory.Absent[T](at)
	}
	if rapid.Bool().Draw(t, label+" doubted") {
		doubted := instant().Draw(t, label+" doubt")
		f = f.Doubting(inventory.Reason{Operation: "Get", Code: text().Draw(t, label+" code")}, doubted)
	}
	return f
}

func drawScope(t *rapid.T) inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: text().Draw(t, "account"), Region: text().Draw(t, "region")}
}

func drawCell(t *rapid.T) inventory.Cell {
	return inventory.Cell{Source: "s" + text().Draw(t, "source"), Scope: drawScope(t),
		Capability: rapid.SampledFrom([]inventory.Capability{inventory.CapFunctions, inventory.CapEvents}).Draw(t, "capability")}
}

func drawExposure(t *rapid.T) inventory.Parts[inventory.Exposures] {
	var out inventory.Parts[inventory.Exposures]
	for _, c := range []inventory.Capability{inventory.CapURLs, inventory.CapPolicies, inventory.CapAPIGateway} {
		if f := facet(t, string(c), inventory.Exposures{}, inventory.Exposures{Denies: true, Ways: []inventory.Exposure{{Kind: string(c), Reach: inventory.ReachPublic}}}); !f.IsZero() {
			out = out.With(c, f)
		}
	}
	return out
}

func drawAsset(t *rapid.T) inventory.Asset {
	a := inventory.Asset{
		ID: inventory.AssetID("id" + text().Draw(t, "id")), Kind: inventory.Kind(text().Draw(t, "kind")), Scope: drawScope(t), Name: text().Draw(t, "name"),
		Created: instant().Draw(t, "created"), Modified: instant().Draw(t, "modified"), Deleted: instant().Draw(t, "deleted"),
		Called:         facet(t, "called", "", "a"),
		Deployment:     facet(t, "deployment", inventory.Deployment{ID: "d", Notes: map[string]string{"k": "v"}, Shares: []inventory.Share{{Version: "1", Percent: 0.5}}}),
		Configuration:  facet(t, "configuration", inventory.Configuration{Runtime: "python3.13", MemoryMB: 128}, inventory.Configuration{}),
		Settings:       facet(t, "settings", inventory.Settings{}, inventory.Settings{State: "Inactive", StateReason: "Idle", ReservedConcurrency: new(int)}),
		CodeSigning:    facet(t, "code signing", inventory.CodeSigning{}, inventory.CodeSigning{Config: "arn"}),
		Code:           facet(t, "code", inventory.Code{Digest: "d", Layers: []inventory.Layer{{ID: "l", Account: "1"}}}),
		Versions:       facet(t, "versions", inventory.Versions{}, inventory.Versions{Published: []inventory.Version{{Name: "1", Digest: "d"}}}),
		VersionAliases: facet(t, "version aliases", nil, []inventory.Alias{{Name: "live", Version: "1", Weights: map[string]float64{"2": 0.1}}}),
		Identity:       facet(t, "identity", inventory.Identity{ID: "role"}, inventory.Identity{}),
		Rights:         facet(t, "rights", inventory.Rights{Admin: true, Why: []string{"*"}}),
		Exposure:       drawExposure(t),
		Triggers:       inventory.Split(facet(t, "triggers", nil, inventory.Triggers{}, inventory.Triggers{{Kind: "mapping", Enabled: true}})),
		Destinations:   facet(t, "destinations", nil, []inventory.Destination{{On: "failure", Target: "arn"}}),
		Bindings:       facet(t, "bindings", []inventory.Binding{{Kind: "environment", Name: "TOKEN"}}),
		Labels:         facet(t, "labels", nil, inventory.Labels{}, inventory.Labels{"owner": "x"}),
		Logging:        facet(t, "logging", inventory.Logging{Group: "/aws/lambda/a"}),
	}
	if rapid.Bool().Draw(t, "aliased") {
		a.Aliases = []inventory.AssetID{"other"}
	}
	if rapid.Bool().Draw(t, "handled") {
		a.Handles = []inventory.Handle{{ID: "name", Since: instant().Draw(t, "since")}}
	}
	a.Sightings = []inventory.Sighting{{Cell: drawCell(t), At: instant().Draw(t, "sighted")}}
	return a
}

func drawPermit(t *rapid.T) inventory.Permit {
	yes := true
	return inventory.Permit{
		ID: "cloudflare:token:" + text().Draw(t, "token"), Cell: drawCell(t), At: taken.Add(time.Hour), Kind: inventory.TokenPermit, Name: text().Draw(t, "called"),
		Status: text().Draw(t, "status"), Grants: rapid.SampledFrom([][]string{nil, {"a", "b"}}).Draw(t, "grants"), Deploys: rapid.Bool().Draw(t, "deploys"),
		SecondFactor: rapid.SampledFrom([]*bool{nil, new(bool), &yes}).Draw(t, "second factor"), Expires: instant().Draw(t, "expires"),
	}
}

func drawCoverage(t *rapid.T) inventory.Coverage {
	c := inventory.Coverage{
		Cell: drawCell(t), State: inventory.State(rapid.IntRange(0, 8).Draw(t, "state")),
		Window:     inventory.Window{From: instant().Draw(t, "from"), To: instant().Draw(t, "to")},
		Continuity: inventory.Continuity(rapid.IntRange(0, 3).Draw(t, "continuity")),
		Subject:    rapid.SampledFrom([]string{"", "o-a1b2c3d4e5"}).Draw(t, "subject"),
		Services:   rapid.SampledFrom([][]string{nil, {"lambda.amazonaws.com"}, {"iam.amazonaws.com", "lambda.amazonaws.com"}}).Draw(t, "services"),
		Expected:   rapid.IntRange(0, 2).Draw(t, "expected"), Seen: rapid.IntRange(0, 2).Draw(t, "seen"),
		Why: inventory.Reason{Operation: text().Draw(t, "operation"), Code: text().Draw(t, "code"), Message: text().Draw(t, "message")},
	}
	if c.State != inventory.Pending { // a cell without a time was read when the snapshot was taken
		c.Read = taken.Add(time.Hour)
	}
	return c
}

func readLine(t *testing.T, line string) snapshot.Line {
	t.Helper()
	var got snapshot.Line
	_, err := snapshot.Read(strings.NewReader(`{"schema":"estray.snapshot/v1","taken":"2026-01-02T03:04:05Z"}`+"\n"+line), "snapshot:x",
		func(l snapshot.Line) error { got = l; return l.Mistake })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestFlatFields: a file made by hand fills the facets that it speaks of and
// leaves the others unknown.
func TestFlatFields(t *testing.T) {
	full := *readLine(t, strings.ReplaceAll(`{"id":"a","provider":"aws","kind":"lambda-function","account":"1","region":"r","name":"n","standing":"approved",
		"exposures":[{"kind":"function-url","reach":"public","hostname":"h","qualifier":"live"}],
		"identity":"role","runtime":"python3.13","code_digest":"d","labels":{"owner":"x"},"created":"2026-01-01T00:00:00+01:00","seen_by":["aws-lambda","events"]}`, "\n", "")).Asset
	scope := inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "r"}
	silent := inventory.Reason{Operation: "read snapshot", Message: "the snapshot does not say"}
	want := inventory.Asset{
		ID: "a", Kind: inventory.LambdaFunction, Scope: scope, Name: "n", Created: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC),
		Sightings: []inventory.Sighting{
			{Cell: inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}, At: taken},
			{Cell: inventory.Cell{Source: "events", Scope: scope, Capability: inventory.CapEvents}, At: taken}},
		Configuration:  inventory.Known(inventory.Configuration{Runtime: "python3.13"}, taken),
		Settings:       inventory.Unknown[inventory.Settings](silent, taken),
		CodeSigning:    inventory.Unknown[inventory.CodeSigning](silent, taken),
		Code:           inventory.Known(inventory.Code{Digest: "d"}, taken),
		Versions:       inventory.Unknown[inventory.Versions](silent, taken),
		Identity:       inventory.Known(inventory.Identity{ID: "role"}, taken),
		Rights:         inventory.Unknown[inventory.Rights](silent, taken),
		VersionAliases: inventory.Unknown[[]inventory.Alias](silent, taken),
		Exposure: inventory.Parts[inventory.Exposures]{
			inventory.CapURLs:     inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "function-url", Reach: inventory.ReachPublic, Hostname: "h", Qualifier: "live"}}}, taken),
			inventory.CapPolicies: inventory.Known(inventory.Exposures{}, taken),
		},
		Triggers:     inventory.Parts[inventory.Triggers]{inventory.CapMappings: inventory.Unknown[inventory.Triggers](silent, taken)},
		Destinations: inventory.Unknown[[]inventory.Destination](silent, taken),
		Bindings:     inventory.Unknown[[]inventory.Binding](silent, taken),
		Labels:       inventory.Known(inventory.Labels{"owner": "x"}, taken),
		Logging:      inventory.Unknown[inventory.Logging](silent, taken),
	}
	if diff := cmp.Diff(asJSON(t, []inventory.Asset{want}), asJSON(t, []inventory.Asset{full})); diff != "" {
		t.Errorf("asset (-want +got):\n%s", diff)
	}

	bare := *readLine(t, `{"id":"a","provider":"aws"}`).Asset
	for _, f := range bare.Facets() {
		if !f.Unknown || f.Doubt != silent {
			t.Errorf("facet %s of a bare line = %+v, want unknown", f.Name, f)
		}
	}
	none := *readLine(t, `{"id":"a","provider":"aws","exposures":[],"labels":{}}`).Asset
	if reach, ok := none.Reach(); reach != inventory.ReachPrivate || !ok {
		t.Errorf("reach of an asset with no exposures = %s, %t; want private, known", reach, ok)
	}
	if l, ok := none.Labels.Get(); !ok || len(l) != 0 {
		t.Errorf("labels = %v, %t; want none, known", l, ok)
	}
}

// TestMembersThatMovedOutOfTheConfigurationAreReadOver: a snapshot from before
// settings and code signing were facets is read; of both it says nothing.
func TestMembersThatMovedOutOfTheConfigurationAreReadOver(t *testing.T) {
	a := readLine(t, `{"id":"a","provider":"aws","facets":{"configuration":{"state":"known","seen":"2026-01-02T03:04:05Z",`+
		`"value":{"runtime":"python3.13","state":"Active","state_reason":"x","code_signing":"c","reserved_concurrency":0}}}}`).Asset
	if c, ok := a.Configuration.Get(); !ok || c.Runtime != "python3.13" {
		t.Errorf("configuration = %+v, known: %t", c, ok)
	}
	if !a.Settings.IsZero() || !a.CodeSigning.IsZero() {
		t.Errorf("settings = %+v, code signing = %+v; want nothing said", a.Settings, a.CodeSigning)
	}
}

// TestFacetsOfTheFormBeforeParts are read into the parts that they told of.
func TestFacetsOfTheFormBeforeParts(t *testing.T) {
	a := *readLine(t, strings.ReplaceAll(`{"id":"a","provider":"aws","kind":"lambda-function","facets":{
		"exposure":{"state":"known","value":{"ways":[{"kind":"function-url","reach":"public"},{"kind":"api-gateway","reach":"partner"}],"denies":true},"seen":"2025-01-01T00:00:00Z"},
		"triggers":{"state":"unknown","doubted":"2025-01-01T00:00:00Z","doubt":{"code":"AccessDenied"}},
		"versions":{"state":"known","value":{"published":[{"name":"1"}],"aliases":[{"name":"live","version":"1"}]},"seen":"2025-01-01T00:00:00Z","doubted":"2025-01-02T00:00:00Z"}}}`, "\n", "")).Asset
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	later := at.AddDate(0, 0, 1)
	way := func(kind string, r inventory.Reach) inventory.Exposures {
		return inventory.Exposures{Ways: []inventory.Exposure{{Kind: kind, Reach: r}}}
	}
	want := inventory.Asset{
		Exposure: inventory.Parts[inventory.Exposures]{
			inventory.CapURLs:       inventory.Known(way("function-url", inventory.ReachPublic), at),
			inventory.CapAPIGateway: inventory.Known(way("api-gateway", inventory.ReachPartner), at),
			inventory.CapPolicies:   inventory.Known(inventory.Exposures{Denies: true}, at),
		},
		Triggers:       inventory.Parts[inventory.Triggers]{inventory.CapMappings: inventory.Unknown[inventory.Triggers](inventory.Reason{Code: "AccessDenied"}, at)},
		Versions:       inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "1"}}}, at).Doubting(inventory.Reason{}, later),
		VersionAliases: inventory.Known([]inventory.Alias{{Name: "live", Version: "1"}}, at).Doubting(inventory.Reason{}, later),
	}
	got := inventory.Asset{Exposure: a.Exposure, Triggers: a.Triggers, Versions: a.Versions, VersionAliases: a.VersionAliases}
	if diff := cmp.Diff(asJSON(t, []inventory.Asset{want}), asJSON(t, []inventory.Asset{got})); diff != "" {
		t.Errorf("asset (-want +got):\n%s", diff)
	}
}

// TestFacetsWin: where facets are there, the flat fields are ornaments.
func TestFacetsWin(t *testing.T) {
	a := *readLine(t, `{"id":"a","provider":"aws","identity":"flat","facets":{"identity":{"state":"known","value":{"id":"whole"},"seen":"2025-01-01T00:00:00Z"}}}`).Asset
	if i, _ := a.Identity.Get(); i.ID != "whole" || !a.Identity.Seen().Equal(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("identity = %+v, want the facet's", a.Identity)
	}
	if !a.Labels.IsZero() {
		t.Errorf("labels = %+v, want nothing said", a.Labels)
	}
}

// TestPermitLines made by hand say as much as they must.
func TestPermitLines(t *testing.T) {
	const cell = `"cell":{"source":"s","scope":{"provider":"cloudflare","account":"1"},"capability":"tokens"}`
	p := readLine(t, `{"permit":{"id":"cloudflare:token:1",`+cell+`,"kind":"token","expires":"2026-01-01T00:00:00+01:00"}}`).Permit
	want := inventory.Permit{
		ID: "cloudflare:token:1", Kind: inventory.TokenPermit, At: taken, Expires: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC),
		Cell: inventory.Cell{Source: "s", Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: "1"}, Capability: inventory.CapTokens},
	}
	if diff := cmp.Diff(want, *p); diff != "" {
		t.Error(diff)
	}
	for line, why := range map[string]string{
		`{"permit":{` + cell + `}}`:       "empty id",
		`{"permit":{"id":"x"}}`:           "which cell",
		`{"permit":7}`:                    "wrong type",
		`{"permit":{"id":"x","cell":[]}}`: "wrong type",
	} {
		_, err := snapshot.Read(strings.NewReader(`{"schema":"estray.snapshot/v1","taken":"2026-01-02T03:04:05Z"}`+"\n"+line), "s", func(l snapshot.Line) error { return l.Mistake })
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", line, err, why)
		}
	}
}

// TestYieldError is returned unchanged.
func TestYieldError(t *testing.T) {
	want := errors.New("stop")
	text := write(t, []inventory.Asset{{ID: "a", Scope: inventory.Scope{Provider: inventory.AWS}}}, nil)
	if _, err := snapshot.Read(bytes.NewReader(text), "s", func(snapshot.Line) error { return want }); err != want {
		t.Errorf("error = %v, want yield's own", err)
	}
}

// TestWriteError says what was being written.
func TestWriteError(t *testing.T) {
	w, err := snapshot.NewWriter(broken{}, snapshot.Header{Taken: taken})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err == nil || !strings.Contains(err.Error(), "write snapshot: disk full") {
		t.Errorf("error = %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestWhatListsTheKindShowedIt where a line names a source and no cell.
func TestWhatListsTheKindShowedIt(t *testing.T) {
	for kind, want := range map[string]inventory.Capability{"worker": inventory.CapWorkers, "pages-project": inventory.CapPages, "lambda-function": inventory.CapFunctions, "": inventory.CapFunctions} {
		a := readLine(t, `{"id":"a","provider":"cloudflare","kind":"`+kind+`","seen_by":["x"]}`).Asset
		if got := a.Sightings[0].Cell.Capability; got != want {
			t.Errorf("%q: %s, want %s", kind, got, want)
		}
	}
}
