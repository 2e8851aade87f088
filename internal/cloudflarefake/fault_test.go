package cloudflarefake_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

func TestEffectAnswersInPlaceOfTheWorld(t *testing.T) {
	for _, tc := range []struct {
		effect       cloudflarefake.Effect
		status, code int
		kind, body   string // start of the content type, part of the body
	}{
		{cloudflarefake.Deny(10000), 403, 10000, "application/json", "Authentication error"},
		{cloudflarefake.Deny(10023), 403, 10023, "application/json", "unauthorized"},
		{cloudflarefake.Deny(9109), 403, 9109, "application/json", ""},
		{cloudflarefake.Expire(1000), 403, 1000, "application/json", "Invalid API Token"},
		{cloudflarefake.Refuse(401, 1000), 401, 1000, "application/json", ""},
		{cloudflarefake.Missing(), 404, 10007, "application/json", ""},
		{cloudflarefake.Unsuccessful(10000), 200, 10000, "application/json", `"success":false`},
		{cloudflarefake.ServerError(), 500, 10013, "application/json", ""},
		{cloudflarefake.HTML(403), 403, 0, "text/html", "<html>"},
		{cloudflarefake.HTML(502), 502, 0, "text/html", "<html>"},
		{cloudflarefake.HTML(200), 200, 0, "text/html", "<html>"},
		{cloudflarefake.ErrorCode(520), 520, 0, "text/plain", "error code: 520"},
		{cloudflarefake.Throttle("300"), 429, 971, "application/json", ""},
		{cloudflarefake.ThrottleHTML("soon"), 429, 0, "text/html", "<html>"},
		{cloudflarefake.NullBody(), 200, 0, "application/json", "null"},
		{cloudflarefake.EmptyBody(), 200, 0, "application/json", ""},
		{cloudflarefake.NoResult(), 200, 0, "application/json", `{"success":true}`},
		{cloudflarefake.Redirect("https://elsewhere.example/"), 302, 0, "application/json", ""},
		{cloudflarefake.Answer(418, "text/plain", "tea"), 418, 0, "text/plain", "tea"},
	} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			s, base := serve(t, company())
			s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/workers", Effect: tc.effect})
			r := get(t, base, workersPath)
			if r.status != tc.status || r.code() != tc.code || !strings.HasPrefix(r.header.Get("Content-Type"), tc.kind) || !strings.Contains(r.body, tc.body) {
				t.Errorf("got %d %s: %s", r.status, r.header.Get("Content-Type"), r.body)
			}
			if c := s.Calls()[0]; c.Status != tc.status {
				t.Errorf("log: %+v", c)
			}
		})
	}
}

func TestEffectTellsItsHeader(t *testing.T) {
	for _, tc := range []struct {
		effect      cloudflarefake.Effect
		name, value string
	}{
		{cloudflarefake.Throttle("300"), "Retry-After", "300"},
		{cloudflarefake.Throttle(""), "Retry-After", ""},
		{cloudflarefake.ThrottleHTML("soon"), "Retry-After", "soon"},
		{cloudflarefake.Redirect("https://elsewhere.example/x"), "Location", "https://elsewhere.example/x"},
		{cloudflarefake.Header("Ratelimit", `"default";r=50;t=30`), "Ratelimit", `"default";r=50;t=30`},
	} {
		s, base := serve(t, company())
		s.SetFaults(cloudflarefake.Fault{Effect: tc.effect})
		if got := get(t, base, "/accounts").header.Get(tc.name); got != tc.value {
			t.Errorf("%s: %s is %q, want %q", tc.effect, tc.name, got, tc.value)
		}
	}
}

func TestEffectChangesWhatTheWorldAnswers(t *testing.T) {
	for _, tc := range []struct {
		effect           cloudflarefake.Effect
		result           string // names, or the result as it is
		page, count, all any
	}{
		{cloudflarefake.NullResult(), "null", 2., 2., 5.},
		{cloudflarefake.TextResult(), `"result"`, 2., 2., 5.},
		{cloudflarefake.ObjectResult(), "{}", 2., 2., 5.},
		{cloudflarefake.NoInfo(), "w002 w003", nil, nil, nil},
		{cloudflarefake.TotalCount(9), "w002 w003", 2., 2., 9.},
		{cloudflarefake.ShortPage(1), "w002", 2., 2., 5.},
		{cloudflarefake.ShortPage(7), "", 2., 2., 5.},
		{cloudflarefake.RepeatPage(), "w000 w001", 2., 2., 5.},
		{cloudflarefake.IgnorePage(), "w000 w001", 1., 2., 5.},
		{cloudflarefake.Effect{}, "w002 w003", 2., 2., 5.},
	} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			s, base := serve(t, many(5))
			s.SetFaults(cloudflarefake.Fault{Effect: tc.effect})
			r := get(t, base, workersPath+"?per_page=2&page=2")
			got := string(r.Result)
			if strings.HasPrefix(got, "[") {
				got = r.names(t, "name")
			}
			if !r.Success || got != tc.result || r.Info["page"] != tc.page || r.Info["count"] != tc.count || r.Info["total_count"] != tc.all {
				t.Errorf("got %s", r.body)
			}
		})
	}
}

func TestBrokenAnswersLookAsTheyDoOnTheWire(t *testing.T) {
	for _, tc := range []struct {
		effect cloudflarefake.Effect
		check  func(reply, error) bool
		status int
	}{
		{cloudflarefake.CutBody(), func(_ reply, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, 200},
		{cloudflarefake.CutJSON(), func(r reply, err error) bool {
			return err == nil && strings.HasPrefix(r.body, `{"success":true`) && !json.Valid([]byte(r.body))
		}, 200},
		{cloudflarefake.ResetConnection(), func(_ reply, err error) bool {
			return err != nil && (strings.Contains(err.Error(), "reset by peer") || errors.Is(err, io.EOF))
		}, 0},
	} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			s, base := serve(t, company())
			s.SetFaults(cloudflarefake.Fault{Effect: tc.effect})
			if r, err := try(t, base, workersPath); !tc.check(r, err) {
				t.Errorf("got %v: %s", err, r.body)
			}
			if log := s.Calls(); len(log) == 0 || log[0].Status != tc.status {
				t.Errorf("log: %+v", log)
			}
		})
	}
}

func TestCallerMayGiveUpWaiting(t *testing.T) {
	s, base := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Effect: cloudflarefake.Hang()})
	ctx, giveUp := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/accounts", nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := send(r)
		failed <- err
	}()
	for len(s.Calls()) == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Change(func(*cloudflarefake.World) {}) // who hangs holds up nobody
	giveUp()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFaultConcernsOnlyWhatItNames(t *testing.T) {
	w := company()
	s, base := serve(t, w)
	const other = "00000000000000000000000000000a02"
	for _, tc := range []struct {
		fault     cloudflarefake.Fault
		hit, free string
	}{
		{cloudflarefake.Fault{Path: "/accounts/:a/workers/scripts"}, "/accounts/" + home + "/workers/scripts", workersPath},
		{cloudflarefake.Fault{Account: home}, workersPath, "/accounts/" + other + "/workers/workers"},
		{cloudflarefake.Fault{Account: home, Path: "/zones"}, "/zones?account.id=" + home, "/zones?account.id=" + other},
		{cloudflarefake.Fault{Account: home, Path: "/zones/:z/workers/routes"}, "/zones/" + zone + "/workers/routes", "/zones"},
		{cloudflarefake.Fault{Zone: zone}, "/zones/" + zone + "/email/routing/rules", "/zones"},
		{cloudflarefake.Fault{Name: "api"}, "/accounts/" + home + "/workers/scripts/api/settings", "/accounts/" + home + "/workers/scripts/consumer/settings"},
		{cloudflarefake.Fault{Page: 2}, workersPath + "?page=2", workersPath},
	} {
		tc.fault.Effect = cloudflarefake.Deny(10000)
		s.SetFaults(tc.fault)
		if r := get(t, base, tc.hit); r.status != 403 {
			t.Errorf("%+v: %s passes", tc.fault, tc.hit)
		}
		if r := get(t, base, tc.free); r.status != 200 {
			t.Errorf("%+v: %s is %d", tc.fault, tc.free, r.status)
		}
	}
}

func TestFaultOnAPageConcernsPagesByCursorToo(t *testing.T) {
	s, base := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/logs/audit", Page: 2, Effect: cloudflarefake.Deny(1000)})
	const path = "/accounts/" + home + "/logs/audit?since=2026-11-01&before=2026-12-01&limit=2&cursor="
	one := get(t, base, path)
	if r := get(t, base, path+one.Info["cursor"].(string)); one.status != 200 || r.status != 403 {
		t.Errorf("got %d, then %d", one.status, r.status)
	}
}

func TestFaultWaitsAndEnds(t *testing.T) {
	s, base := serve(t, company())
	s.SetFaults(
		cloudflarefake.Fault{After: 1, Times: 2, Effect: cloudflarefake.ServerError()},
		cloudflarefake.Fault{After: 2, Effect: cloudflarefake.Expire(9109)},
	)
	try := func() (got []int) {
		for range 6 {
			got = append(got, get(t, base, "/accounts").status)
		}
		return got
	}
	// The second fault counts only the calls that the first let pass.
	const want = "[200 500 500 200 403 403]"
	if got := fmt.Sprint(try()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.Reset()
	if got := fmt.Sprint(try()); got != want {
		t.Errorf("after Reset: got %s, want %s", got, want)
	}
	if n := len(s.Calls()); n != 6 {
		t.Errorf("log holds %d calls after Reset, want 6", n)
	}
}
