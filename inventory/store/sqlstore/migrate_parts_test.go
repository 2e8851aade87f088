package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// oldParts are rows as schema 2 holds them: hour, series, state and body. A row
// may hold two instants.
func oldParts() [][]string {
	const url, policy = `{"kind":"function-url","reach":"public"}`, `{"kind":"policy","reach":"partner","statement":"a"}`
	return [][]string{
		{"1", "value/exposure", "known", `{"ways":[` + url + `]}`},
		{"2", "value/exposure", "known", `{"ways":[` + url + `,` + policy + `],"denies":true}`},
		{"5", "value/exposure", "absent", ``},
		{"3", "doubt/exposure", "", `{"code":"AccessDenied"}`},
		{"1", "value/triggers", "known", `[{"kind":"queue","enabled":true}]`},
		{"4", "doubt/triggers", "", `{}`},
		{"1", "value/versions", "known", `{"published":[{"name":"1"}],"aliases":[{"name":"live","version":"1"}]}`},
		{"2", "value/versions", "known", `{"published":[{"name":"1"}]}`},
		{"3", "doubt/versions", "", `{"code":"Throttled"}`},
		{"1", "value/code", "known", `{"digest":"one"}`},
	}
}

func TestOldFacetsAreSplitIntoParts(t *testing.T) {
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, url)
			id := inventory.AssetID("arn:aws:lambda:eu-west-1:111122223333:function:pay")
			bare := inventory.Asset{ID: id, Sightings: []inventory.Sighting{{At: hourOf(1)}}}
			if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{bare}}); err != nil {
				t.Fatal(err)
			}
			for _, row := range oldParts() {
				at := "2026-03-01T0" + row[0] + ":00:00.000000000Z"
				query := fmt.Sprintf(`INSERT INTO observations (asset_no, series, first_at, last_at, later_at, state, body)
					SELECT no, '%s', '%s', '%s', CAST('' AS %s), '%s', CAST('%s' AS %s) FROM assets`,
					row[1], at, at, bytesOf(name), row[2], strings.ReplaceAll(row[3], `'`, `''`), bytesOf(name))
				if _, err := s.DB().Exec(query); err != nil {
					t.Fatal(err)
				}
			}
			for _, query := range []string{
				"DROP TABLE permits", "DROP TABLE usages", "DROP TABLE usage_identities", "DROP TABLE usage_calls", "DROP TABLE usage_parts",
				"CREATE TABLE usages (digest " + bytesOf(name) + ")", "DELETE FROM estray_schema WHERE version_id > 2",
			} {
				if _, err := s.DB().Exec(query); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			checkSplit(t, openAt(t, url), id)
		})
	}
}

func bytesOf(dialect string) string {
	if dialect == "postgres" {
		return "BYTEA"
	}
	return "BLOB"
}

func hourOf(n int) time.Time { return time.Date(2026, 3, 1, n, 0, 0, 0, time.UTC) }

func checkSplit(t *testing.T, s *sqlstore.Store, id inventory.AssetID) {
	t.Helper()
	v, err := s.View(t.Context(), hourOf(9))
	if err != nil {
		t.Fatal(err)
	}
	all, err := v.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range all {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %d-%d %s%s", o.Facet, o.State, o.First.Hour(), o.Last.Hour(), o.Value, o.Doubt.Code)))
	}
	want := []string{
		`aliases known 1-1 [{"name":"live","version":"1"}]`, `aliases known 2-2 null`, `aliases unknown 3-3 Throttled`,
		`code known 1-1 {"digest":"one"}`,
		`exposure:policies known 1-1 {}`, `exposure:policies known 2-2 {"ways":[{"kind":"policy","reach":"partner","statement":"a"}],"denies":true}`,
		`exposure:policies unknown 3-3 AccessDenied`, `exposure:policies absent 5-5`,
		`exposure:urls known 1-2 {"ways":[{"kind":"function-url","reach":"public"}]}`, `exposure:urls unknown 3-3 AccessDenied`, `exposure:urls absent 5-5`,
		`triggers:mappings known 1-1 [{"kind":"queue","enabled":true}]`, `triggers:mappings unknown 4-4`,
		`versions known 1-2 {"published":[{"name":"1"}]}`, `versions unknown 3-3 Throttled`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	past, err := s.View(t.Context(), hourOf(4))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := past.Asset(id)
	e, known := a.Exposure.Get()
	if !known || len(e.Ways) != 2 || !e.Denies || !a.Exposure.Stale() || !a.Triggers.Stale() || !a.VersionAliases.Stale() {
		t.Errorf("at hour 4: %+v", a)
	}
}
