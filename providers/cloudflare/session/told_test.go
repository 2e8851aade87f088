package session_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/estray/estray/providers/cloudflare/session"
)

func TestTheLastAnswerTellsTimeAndQuota(t *testing.T) {
	date := []string{"Date", "Mon, 02 Mar 2026 01:02:03 GMT"}
	at := time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC)
	for _, test := range []struct {
		name     string
		answer   http.HandlerFunc
		at       time.Time
		left, of int
	}{
		{"no quota", with(says(200, fine), date...), at, 0, 0},
		{"no date", with(says(200, fine), "Date", "today"), time.Time{}, 0, 0},
		{"a refusal", with(says(403, wrong(10000, "no")), append(date, "X-Ratelimit-Limit", "1200", "X-Ratelimit-Remaining", "700", "X-Ratelimit-Reset", "60")...), at, 700, 1200},
		{"the scarcest of two", with(says(200, fine), append(date, "X-Ratelimit-Limit", "1200", "X-Ratelimit-Remaining", "700", "X-Ratelimit-Reset", "60",
			"Ratelimit", `"default";r=50;t=30`, "Ratelimit-Policy", `"default";q=100;w=60`)...), at, 50, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, test.answer, func(w *world) {
				left, of := w.client.Left()
				w.is([]any{time.Time{}, 0, 0}, []any{w.client.Told(), left, of})
				_, _ = w.ask("x")
				left, of = w.client.Left()
				w.is([]any{test.at, test.left, test.of}, []any{w.client.Told(), left, of})
			})
		})
	}
}
