package builtin_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/builtin"
	"github.com/estray/estray/providers/providertest"
)

const (
	workshop  = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	warehouse = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	auditV2   = "cloudflare-audit-v2"
	auditV1   = "cloudflare-audit-v1"
)

// pushedV2 is a record as Logpush delivers it that we made up.
func pushedV2(account, id, at, method, path string) string {
	return fmt.Sprintf(`{"AuditLogID":%q,"AccountID":%q,"ActionResult":"success","ActionTimestamp":%q,"ActionType":"update","ActorContext":"dash","ActorID":"dddddddddddddddddddddddddddddddd","ActorType":"user",`+
		`"Raw":{"method":%q,"uri":"/accounts/%s%s","status_code":200},"ResourceProduct":"workers","ResourceRequest":"{\"bindings\":[{\"type\":\"secret_text\",\"name\":\"KEY\",\"text\":\"%s\"}]}"}`, id, account, at, method, account, path, canary)
}

// pushedV1 is one of the older log.
func pushedV1(id, at, kind, action string) string {
	return fmt.Sprintf(`{"ID":%q,"When":%q,"ActionResult":true,"ActionType":%q,"ActorID":"dddddddddddddddddddddddddddddddd","ActorType":"user","Interface":"API","NewValue":"{\"script_name\":\"shop\",\"x\":\"%s\"}","ResourceID":"r","ResourceType":%q}`, id, at, action, canary, kind)
}

func audit(kind, root, account string) builtin.Archive {
	return builtin.Archive{Kind: kind, Path: root, Name: "exports", Account: account}
}

// words gives the last word of each cell of events, by account.
func eventWords(v *inventory.View) map[string]inventory.Coverage {
	out := map[string]inventory.Coverage{}
	for _, c := range v.Coverage {
		if c.Cell.Capability == inventory.CapEvents {
			out[c.Cell.Scope.Account] = c
		}
	}
	return out
}

// TestAuditLogsOfCloudflare reads folders as Logpush fills them, of two accounts:
// each has its events, assets and window, and tells what the log never holds.
func TestAuditLogsOfCloudflare(t *testing.T) {
	root := t.TempDir()
	for _, account := range []string{workshop, warehouse} {
		put(t, root, account+"/20260504/20260504T020000Z_20260504T030000Z_0a1b2c3d.log.gz", zipped(t,
			pushedV2(account, "e1", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop")+"\n"+pushedV2(account, "e2", "2026-05-04T02:20:00Z", "POST", "/workers/frob")+"\n"+pushedV2(account, "e3", "2026-05-04T02:30:00Z", "POST", "/dns_records")+"\n"))
	}
	put(t, root, workshop+"/20260504/20260504T080000Z_20260504T090000Z_0a1b2c3d.log", []byte("["+pushedV2(workshop, "e4", "2026-05-04T08:10:00Z", "DELETE", "/workers/scripts/shop")+"]"))
	var m memory
	v := scan(t, &m, builtin.Config{Archives: []builtin.Archive{audit(auditV2, root, "")}})

	var got []string
	for _, e := range m.events() {
		got = append(got, fmt.Sprintf("%s %s %s %s", e.Scope.Account[:1], e.ID, e.Action, e.Provenance.Object[33:]))
	}
	const first, second = "20260504/20260504T020000Z_20260504T030000Z_0a1b2c3d.log.gz", "20260504/20260504T080000Z_20260504T090000Z_0a1b2c3d.log"
	want := []string{"a e1 update-code " + first, "b e1 update-code " + first, "a e2 other " + first, "b e2 other " + first, "a e4 delete " + second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	blind := "Cloudflare records neither reads nor refused calls in this log: that none is in it proves nothing"
	unknown := "1 call that estray does not know, kept as other: POST /accounts/:a/workers/frob (1)"
	at := func(hour, minute int) time.Time { return time.Date(2026, 5, 4, hour, minute, 0, 0, time.UTC) }
	told := eventWords(v)
	for account, want := range map[string]inventory.Coverage{
		workshop:  {State: inventory.Complete, Seen: 3, Window: inventory.Window{From: at(3, 0), To: at(8, 45)}, Why: inventory.Reason{Message: unknown + "; " + blind}},
		warehouse: {State: inventory.Complete, Seen: 2, Window: inventory.Window{From: at(3, 0), To: at(3, 0)}, Why: inventory.Reason{Message: unknown + "; " + blind}},
	} {
		c := told[account]
		if c.Cell.Source != auditV2+":exports" || c.Continuity != inventory.Assumed || c.Usage != "" {
			t.Errorf("%s by %s, continuity %s, usage %q", account, c.Cell.Source, c.Continuity, c.Usage)
		}
		if diff := cmp.Diff(want, inventory.Coverage{State: c.State, Seen: c.Seen, Window: c.Window, Why: c.Why}); diff != "" {
			t.Errorf("coverage of %s (-want +got):\n%s", account, diff)
		}
	}
	for _, f := range m.facts {
		if a, ok := f.(inventory.Asset); ok && !strings.HasSuffix(string(a.ID), "/worker-name/shop") {
			t.Errorf("asset %s", a.ID)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", m.facts), canary) {
		t.Error("a canary is in the facts")
	}
}

// TestInsideAnAccountsFolder: the archive's own path names the account, unless the
// paths in it name one.
func TestInsideAnAccountsFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), workshop)
	put(t, root, "20260504T030000Z.log.gz", zipped(t, pushedV2(workshop, "e1", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop")))
	put(t, root, warehouse+"/20260504T030000Z.log.gz", zipped(t, pushedV2(warehouse, "e2", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop")))
	var m memory
	for account, c := range eventWords(scan(t, &m, builtin.Config{Archives: []builtin.Archive{audit(auditV2, root, "")}})) {
		if c.State != inventory.Complete || c.Seen != 1 {
			t.Errorf("%s: %s, %d events (%s)", account, c.State, c.Seen, c.Why)
		}
	}
	if n := len(m.events()); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

// TestOlderAuditLog needs an account that its path or the configuration tells.
func TestOlderAuditLog(t *testing.T) {
	root := t.TempDir()
	put(t, root, "v1/20260504T020000Z_20260504T030000Z_x.log.gz", zipped(t, pushedV1("e1", "2026-05-04T02:10:00Z", "worker_script", "delete")+"\n"))
	var m memory
	v := scan(t, &m, builtin.Config{Archives: []builtin.Archive{audit(auditV1, root, workshop)}})
	if all := m.events(); len(all) != 1 || all[0].Action != inventory.ActionDelete || all[0].Scope.Account != workshop {
		t.Errorf("events %v", all)
	}
	if c := eventWords(v)[workshop]; c.State != inventory.Complete || !strings.Contains(c.Why.Message, "neither reads nor refused calls") {
		t.Errorf("coverage %s (%s)", c.State, c.Why)
	}

	var none memory
	v = scan(t, &none, builtin.Config{Archives: []builtin.Archive{audit(auditV1, root, "")}})
	if c := v.Coverage[0]; len(none.events()) > 0 || c.State != inventory.Malformed || !strings.Contains(c.Why.Message, "set account") || !strings.Contains(c.Why.Message, "v1/20260504T") {
		t.Errorf("coverage %s (%s), want one that tells to set the account", c.State, c.Why)
	}
}

// TestRecordsOfAnotherAccount and of the other log are told, never taken.
func TestRecordsOfAnotherAccount(t *testing.T) {
	for says, record := range map[string]string{
		"is of another account":               pushedV2(warehouse, "e1", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop"),
		"read it as kind cloudflare-audit-v1": pushedV1("e1", "2026-05-04T02:10:00Z", "worker_script", "delete"),
		"it is a whole answer":                `{"success":true,"errors":[],"result":[` + pushedV2(workshop, "e1", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop") + `]}`,
	} {
		root := t.TempDir()
		put(t, root, "audit-2026-05-04.json", []byte(record))
		var m memory
		c := eventWords(scan(t, &m, builtin.Config{Archives: []builtin.Archive{audit(auditV2, root, workshop)}}))[workshop]
		if len(m.events()) > 0 || c.State != inventory.Malformed || !strings.Contains(c.Why.Message, says) || strings.Contains(c.Why.Message, canary) {
			t.Errorf("%d events; %s (%s), want malformed that says %q", len(m.events()), c.State, c.Why, says)
		}
	}
}

// TestLogpushSwitchedOff breaks the continuity of its account's log.
func TestLogpushSwitchedOff(t *testing.T) {
	root := t.TempDir()
	put(t, root, "20260504T020000Z_20260504T030000Z_x.log.gz", zipped(t, pushedV2(workshop, "e1", "2026-05-04T02:10:00Z", "DELETE", "/logpush/jobs/7")))
	var m memory
	c := eventWords(scan(t, &m, builtin.Config{Archives: []builtin.Archive{audit(auditV2, root, workshop)}}))[workshop]
	if c.State != inventory.Partial || c.Continuity != inventory.Broken || !strings.Contains(c.Why.Message, "2026-05-04T02:10:00Z") {
		t.Errorf("coverage = %s %s (%s), want broken, with the time", c.State, c.Continuity, c.Why)
	}
}

// TestKeysOfAuditLogs: whose log an object is, and when it was delivered, by its
// key.
func TestKeysOfAuditLogs(t *testing.T) {
	const end = "2026-03-01T14:00:00Z"
	for key, want := range map[string]string{
		workshop + "/20260301/20260301T130000Z_20260301T140000Z_0a1b2c3d.log.gz": workshop + " " + end,
		"x/" + workshop + "/y/20260301T130000Z_20260301T140000Z_0a1b2c3d.log":    workshop + " " + end,
		workshop + "/" + workshop + "/20260301T140000Z.json":                     workshop + " " + end,
		workshop + "/audit-2026-03-01T14:00:00Z.ndjson":                          workshop + " " + end,
		workshop + "/audit-2026-03-01T14-00-00Z.jsonl.gz":                        workshop + " " + end,
		workshop + "/audit_20260301_140000.json.gz":                              workshop + " " + end,
		workshop + "/audit-2026-03-01.json":                                      workshop + " 2026-03-01T00:00:00Z",
		workshop + "/2026/03/01/part-0.json":                                     workshop + " 2026-03-01T00:00:00Z",
		workshop + "/dt=2026-03-01/part-0.json":                                  workshop + " 2026-03-01T00:00:00Z",
		workshop + "/20260301/hour=13/part-0.json":                               workshop + " 2026-03-01T00:00:00Z",
		workshop + "/20260301T130000Z_20260301T140000Z_20501112.log.gz":          workshop + " " + end,
		workshop + "/20501112_20260301T130000Z_20260301T140000Z.log.gz":          workshop + " " + end,
		workshop + "/part-0.json":                                                "",
		workshop + "/20261399/part-0.json":                                       "",
		workshop + "/1202603011/part-0.json":                                     "",
		workshop + "/20260301/readme.md":                                         "",
		workshop + "/20260301/x.csv.gz":                                          "",
		"20260301T130000Z_20260301T140000Z_0a1b2c3d.log.gz":                      "",
		workshop + "/" + warehouse + "/20260301T140000Z.json":                    "",
	} {
		o := builtin.CloudflareV2("").Recognise(key)
		got := ""
		if o.Class == archive.Log {
			got = o.Scope.Account + " " + o.Delivered.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
		o = builtin.CloudflareV2(tokenOfNobody).Recognise(key)
		if isOther := strings.Contains(key, workshop); o.Class == archive.Log && (isOther || o.Scope.Account != tokenOfNobody) {
			t.Errorf("%s, with another account set, is the log of %v", key, o.Scope)
		}
	}
}

const tokenOfNobody = "cccccccccccccccccccccccccccccccc"

// TestAuditContract holds the promises of a source for both kinds.
func TestAuditContract(t *testing.T) {
	name := "20260504T020000Z_20260504T030000Z_x.log.gz"
	for kind, record := range map[string]string{
		auditV2: pushedV2(workshop, "e1", "2026-05-04T02:10:00Z", "PUT", "/workers/scripts/shop"), auditV1: pushedV1("e1", "2026-05-04T02:10:00Z", "worker_script", "create"),
	} {
		t.Run(kind, func(t *testing.T) {
			of := func(files map[string][]byte) func(*testing.T) providers.Planner {
				return func(t *testing.T) providers.Planner {
					root := t.TempDir()
					for _, key := range slices.Sorted(maps.Keys(files)) {
						put(t, root, key, files[key])
					}
					return one(t, audit(kind, root, workshop))
				}
			}
			whole := zipped(t, record+"\n"+record+"\n")
			providertest.Run(t, providertest.Harness{
				Canary: canary,
				Whole:  of(map[string][]byte{name: whole}),
				Flawed: map[string]func(*testing.T) providers.Planner{
					"an empty folder":      of(nil),
					"a truncated object":   of(map[string][]byte{name: whole[:len(whole)-10]}),
					"a line that is none":  of(map[string][]byte{name: zipped(t, record+"\nrubbish\n")}),
					"an unrecognised name": of(map[string][]byte{name: whole, "x.log": nil}),
				},
			})
		})
	}
}

// BenchmarkCloudflareAudit reads an object of 10,000 records of the newer log, of
// which all, or none, are about a Worker.
func BenchmarkCloudflareAudit(b *testing.B) {
	for name, path := range map[string]string{"ours": "/workers/scripts/shop", "others": "/rulesets/r"} {
		b.Run(name, func(b *testing.B) {
			var all strings.Builder
			for i := range 10_000 {
				all.WriteString(strings.Replace(pushedV2(workshop, fmt.Sprint("e", i), "2026-05-04T02:10:00Z", "PUT", path), `"ResourceProduct":"workers"`, `"ResourceProduct":"x"`, 1) + "\n")
			}
			root := b.TempDir()
			put(b, root, "20260504T030000Z.log.gz", zipped(b, all.String()))
			b.SetBytes(int64(all.Len()))
			b.ReportAllocs()
			for b.Loop() {
				planners, err := builtin.Planners(builtin.Config{Archives: []builtin.Archive{audit(auditV2, root, workshop)}})
				if err != nil {
					b.Fatal(err)
				}
				sources, err := planners[0].Plan(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				for _, s := range sources {
					if err := s.Read(b.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(inventory.Fact) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
