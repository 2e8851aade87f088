package cloudflarefake_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
)

// many is a world with n Workers and nothing else.
func many(n int) *cloudflarefake.World {
	a := &cloudflarefake.Account{ID: home, Name: "Home"}
	for i := range n {
		a.Workers = append(a.Workers, &cloudflarefake.Worker{Tag: fmt.Sprintf("t%03d", i), Name: fmt.Sprintf("w%03d", i)})
	}
	return &cloudflarefake.World{Now: now(), Accounts: []*cloudflarefake.Account{a}}
}

const workersPath = "/accounts/" + home + "/workers/workers"

func TestPagesEndWhereTheListDoes(t *testing.T) {
	_, base := serve(t, many(250))
	for _, tc := range []struct {
		query, first                string
		count, page, size, pageSums float64
	}{
		{"", "w000", 20, 1, 20, 13},
		{"?per_page=100", "w000", 100, 1, 100, 3},
		{"?per_page=100&page=3", "w200", 50, 3, 100, 3},
		{"?per_page=100&page=4", "", 0, 4, 100, 3},
		{"?per_page=1000", "w000", 100, 1, 100, 3}, // brought inside
	} {
		r := get(t, base, workersPath+tc.query)
		names := strings.Fields(r.names(t, "name"))
		if float64(len(names)) != tc.count || tc.first != "" && names[0] != tc.first {
			t.Errorf("%q: %d names, first %v", tc.query, len(names), names)
		}
		i := r.Info
		if i["count"] != tc.count || i["page"] != tc.page || i["per_page"] != tc.size || i["total_count"] != 250. || i["total_pages"] != tc.pageSums {
			t.Errorf("%q: result_info %v", tc.query, i)
		}
	}
}

func TestPageSizeOutsideOfTheDocumentIsRefused(t *testing.T) {
	_, base := serve(t, company())
	for _, path := range []string{"/zones?per_page=51", "/zones?per_page=1", "/accounts?per_page=100", "/zones?page=0", "/zones?per_page=x",
		"/accounts/" + home + "/audit_logs?per_page=1001"} {
		if r := get(t, base, path); r.status != 400 || r.code() != 6003 || r.Success {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func TestWorldMayHaveSmallerPages(t *testing.T) {
	w := many(5)
	w.PageSize = map[string]int{"/accounts/:a/workers/workers": 2}
	_, base := serve(t, w)
	r := get(t, base, workersPath+"?per_page=100")
	if r.names(t, "name") != "w000 w001" || r.Info["per_page"] != 2. {
		t.Errorf("got %s", r.body)
	}
}

// trail follows an audit log to its end and returns the ids by page.
func trail(t *testing.T, base, query string, most int) []string {
	t.Helper()
	var out []string
	next := ""
	for range most {
		r := get(t, base, "/accounts/"+home+"/logs/audit?since=2026-11-01&before=2026-12-01&"+query+"&cursor="+url.QueryEscape(next))
		out = append(out, r.names(t, "id"))
		if count := r.Info["count"]; count != fmt.Sprint(len(r.list(t))) {
			t.Errorf("count %v is no text with the number", count)
		}
		next, _ = r.Info["cursor"].(string)
		if next == "" {
			return out
		}
	}
	return append(out, "...")
}

func TestAuditLogIsReadByCursor(t *testing.T) {
	for _, tc := range []struct {
		name, query, want string
		past              bool
		fault             cloudflarefake.Effect
	}{
		{name: "oldest first", query: "direction=asc&limit=2", want: "v2-a v2-b|v2-c v2-d|v2-e"},
		{name: "newest first is usual", query: "limit=3", want: "v2-e v2-d v2-c|v2-b v2-a"},
		{name: "a last page that is full ends it", query: "limit=5", want: "v2-e v2-d v2-c v2-b v2-a"},
		{name: "an empty page may follow", query: "direction=asc&limit=5", past: true, want: "v2-a v2-b v2-c v2-d v2-e|"},
		{name: "a cursor may repeat", query: "direction=asc&limit=2", fault: cloudflarefake.RepeatPage(), want: "v2-a v2-b|v2-a v2-b|v2-a v2-b|v2-a v2-b|..."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := company()
			w.CursorPastEnd = tc.past
			s, base := serve(t, w)
			s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/logs/audit", Effect: tc.fault})
			if got := strings.Join(trail(t, base, tc.query, 4), "|"); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestRepeatedCursorIsTheOneThatWasSent(t *testing.T) {
	s, base := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Effect: cloudflarefake.RepeatPage()})
	const path = "/accounts/" + home + "/logs/audit?since=2026-11-01&before=2026-12-01&limit=2&cursor="
	one := get(t, base, path).Info["cursor"].(string)
	two := get(t, base, path+one).Info["cursor"]
	if three := get(t, base, path+one).Info["cursor"]; two != one || three != one {
		t.Errorf("got %v, %v, %v", one, two, three)
	}
}

func TestAuditLogsObeyTheirWindow(t *testing.T) {
	_, base := serve(t, company())
	window := "since=" + ago(4).Format("2006-01-02T15:04:05Z") + "&before=" + ago(2).Format("2006-01-02T15:04:05Z") + "&direction=asc"
	for path, want := range map[string]string{"/logs/audit": "v2-b v2-c", "/audit_logs": "v1-b v1-c"} {
		if got := get(t, base, "/accounts/"+home+path+"?"+window).names(t, "id"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := get(t, base, "/accounts/"+home+"/audit_logs?per_page=2&page=2").names(t, "id"); got != "v1-c v1-b" {
		t.Errorf("v1 by page: %q", got)
	}
	for _, bad := range []string{"", "?since=2026-11-01", "?before=2026-11-01", "?since=x&before=2026-11-01"} {
		if r := get(t, base, "/accounts/"+home+"/logs/audit"+bad); r.status != 422 {
			t.Errorf("%q: %d", bad, r.status)
		}
	}
	if r := get(t, base, "/accounts/"+home+"/logs/audit?since=2026-11-01&before=2026-12-01&cursor=nonsense"); r.status != 400 {
		t.Errorf("foreign cursor: %d", r.status)
	}
}
