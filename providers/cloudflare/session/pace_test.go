package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const over = "the vendor asked 2 times in a row to wait: scan again later, or at a lower rate"

// seconds are when requests came.
func (w *world) seconds() []float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var at []float64
	for _, r := range w.asked {
		at = append(at, r.at.Seconds())
	}
	return at
}

func TestAllCallsShareOneRate(t *testing.T) {
	in(t, session.Options{Rate: 2}, says(200, fine), func(w *world) {
		var all sync.WaitGroup
		for _, account := range []string{"a", "b", "c", "a", "b"} {
			all.Go(func() {
				if _, err := w.ask("accounts/" + account + "/x"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.is([]float64{0, 0.5, 1, 1.5, 2}, w.seconds())
	})
}

// TestTheVendorsWindowIsKept: past 1,200 requests in 5 minutes it refuses all for
// the next 5, in which nothing can be read, by nobody with the token.
func TestTheVendorsWindowIsKept(t *testing.T) {
	for _, rate := range []float64{0, 2.5, 100} {
		in(t, session.Options{Rate: rate, Endpoint: "https://api.example/client/v4"}, says(200, fine), func(w *world) {
			for range 1300 {
				if _, err := w.ask("x"); err != nil {
					t.Fatal(err)
				}
			}
			at := w.seconds()
			most := 0
			for i, from := range at {
				n, _ := slices.BinarySearch(at, from+300)
				most = max(most, n-i)
			}
			if want := min(1101, 751); rate == 2.5 && most > want || most > 1101 {
				t.Errorf("rate %v: %d requests in 5 minutes", rate, most)
			}
		})
	}
	in(t, session.Options{}, says(200, fine), func(w *world) {
		for range 1300 {
			if _, err := w.ask("x"); err != nil {
				t.Fatal(err)
			}
		}
		w.is(time.Duration(0), time.Since(w.start)) // no limit of ours on this machine
	})
}

func TestTheVendorIsWaitedFor(t *testing.T) {
	date := time.Date(2000, 1, 1, 0, 0, 7, 0, time.UTC).Format(http.TimeFormat) // bubbles begin with the year 2000
	for _, test := range []struct {
		name    string
		headers []string
		want    float64
	}{
		{"seconds", []string{"Retry-After", "7"}, 7},
		{"a date", []string{"Retry-After", date}, 7},
		{"a date, with a clock of ours that is wrong", []string{"Retry-After", "Mon, 01 Jan 2040 00:01:00 GMT", "Date", "Mon, 01 Jan 2040 00:00:00 GMT"}, 60},
		{"milliseconds before seconds", []string{"Retry-After-Ms", "1500", "Retry-After", "7"}, 1.5},
		{"the whole bound", []string{"Retry-After", "310"}, 310},
		{"nothing", nil, 1},
		{"less than a second", []string{"Retry-After", "0"}, 1},
		{"the past", []string{"Retry-After", "-5"}, 1},
		{"a date that is past", []string{"Retry-After", "Fri, 31 Dec 1999 23:00:00 GMT"}, 1},
		{"a word", []string{"Retry-After", "soon"}, 1},
		{"no number", []string{"Retry-After", "NaN"}, 1},
		{"the reset, without the header", []string{"X-Ratelimit-Limit", "1200", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", date}, 7},
		{"the reset in the newer form", []string{"Ratelimit", `"default";r=0;t=30`}, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, inTurn(with(says(429, wrong(971, "Please wait")), test.headers...), says(200, fine)), func(w *world) {
				if _, err := w.ask("x"); err != nil {
					t.Fatal(err)
				}
				w.is([]float64{0, test.want}, w.seconds())
			})
		})
	}
}

func TestThrottlingIsKnownByItsStatusOrCode(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a page of HTML":        with(says(429, "<html>"), "X", "y"),
		"a refusal":             says(429, wrong(10000, "Authentication error")),
		"971 with status 200":   says(200, wrong(971, "Please wait")),
		"10429 with status 200": says(200, wrong(10429, "slow down")),
	} {
		t.Run(name, func(t *testing.T) {
			in(t, session.Options{}, inTurn(answer, says(200, fine)), func(w *world) {
				_, err := w.ask("x")
				w.is(nil, err)
				w.is([]float64{0, 1}, w.seconds())
			})
		})
	}
}

func TestAStopIsForAllCallsAndItsRestIsTold(t *testing.T) {
	in(t, session.Options{Rate: 1}, inTurn(with(says(429, ""), "Retry-After", "17"), says(200, fine)), func(w *world) {
		var all sync.WaitGroup
		for _, account := range []string{"a", "b", "c"} {
			all.Go(func() {
				if _, err := w.ask("accounts/" + account + "/x"); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Millisecond)
		}
		all.Wait()
		at := w.seconds()
		if len(at) != 4 || at[1] < 17 || at[2]-at[1] < 0.9 || at[3]-at[2] < 0.9 {
			t.Errorf("requests came at %v", at)
		}
		w.is([]time.Duration{17 * time.Second, 12 * time.Second, 7 * time.Second, 2 * time.Second}, w.told)
	})
}

// TestALongerWaitEndsOneAccount: and those of others go on meanwhile.
func TestALongerWaitEndsOneAccount(t *testing.T) {
	for _, after := range []string{"311", "86400", "1e300", "Sat, 01 Jan 2000 00:06:00 GMT"} {
		answer := func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/a/") {
				with(says(429, ""), "Retry-After", after)(w, r)
				return
			}
			says(200, fine)(w, r)
		}
		in(t, session.Options{}, answer, func(w *world) {
			for range 2 {
				_, err := w.ask("accounts/a/x")
				if e := failed(t, err); e.State != inventory.Throttled || !session.Throttled(err) || !strings.HasPrefix(e.Message, "the vendor asked to wait ") {
					t.Errorf("account a: %+v", e)
				}
				if _, err := w.ask("accounts/b/x"); err != nil {
					t.Errorf("account b: %v", err)
				}
			}
			w.is(3, w.requests()) // the second call of account a was not made
			w.is(time.Duration(0), time.Since(w.start))
		})
	}
}

func TestTheSecondStopInARowEndsAllCalls(t *testing.T) {
	in(t, session.Options{}, with(says(429, ""), "Retry-After", "20"), func(w *world) {
		for _, account := range []string{"a", "b"} {
			_, err := w.ask("accounts/" + account + "/x")
			e := failed(t, err)
			w.is([]any{inventory.Throttled, over}, []any{e.State, e.Message})
		}
		w.is([]float64{0, 20}, w.seconds())
	})
}

func TestAnAnswerBetweenTwoStopsForgivesTheFirst(t *testing.T) {
	stop := with(says(429, ""), "Retry-After", "20")
	in(t, session.Options{}, inTurn(stop, says(200, fine), stop, says(200, fine)), func(w *world) {
		for range 2 {
			if _, err := w.ask("x"); err != nil {
				t.Fatal(err)
			}
		}
		w.is([]float64{0, 20, 20, 40}, w.seconds())
	})
}

// TestManyRefusalsAtOnceAreOneStop: calls that were under way when the first of
// them was refused are refused too.
func TestManyRefusalsAtOnceAreOneStop(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		if time.Now().Second() < 10 { // in the bubble
			with(says(429, ""), "Retry-After", "20")(w, r)
			return
		}
		says(200, fine)(w, r)
	}
	in(t, session.Options{}, answer, func(w *world) {
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() {
				if _, err := w.ask(fmt.Sprintf("accounts/%d/x", i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.is(10, w.requests())
		w.is(22*time.Second, time.Since(w.start))
	})
}

// TestOnlyAnAnswerAfterAStopForgivesIt: not one to a call made before, nor a server
// error, which may come from the edge.
func TestOnlyAnAnswerAfterAStopForgivesIt(t *testing.T) {
	stop := with(says(429, ""), "Retry-After", "20")
	in(t, session.Options{}, inTurn(stop, says(503, ""), stop), func(w *world) {
		_, err := w.ask("x")
		w.is(over, failed(t, err).Message)
		w.is([]float64{0, 20, 20.5}, w.seconds())
	})
	slow := func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/slow/") {
			time.Sleep(5 * time.Second)
			says(200, fine)(w, r)
			return
		}
		stop(w, r)
	}
	in(t, session.Options{}, slow, func(w *world) {
		var other sync.WaitGroup
		other.Go(func() {
			if _, err := w.ask("accounts/slow/x"); err != nil {
				t.Error(err)
			}
		})
		_, err := w.ask("x")
		other.Wait()
		w.is(over, failed(t, err).Message)
		w.is(3, w.requests())
	})
}

func TestATurnThatComesTooLateIsNotWaitedFor(t *testing.T) {
	in(t, session.Options{Rate: 0.01}, says(200, fine), func(w *world) {
		if _, err := w.ask("x"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		_, err := w.client.Do(ctx, session.Op{}, w.client.Untyped("x"))
		w.is(true, errors.Is(err, context.DeadlineExceeded))
	})
}

// TestACallThatIsAlwaysStoppedEnds although others go on in between.
func TestACallThatIsAlwaysStoppedEnds(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/never") {
			time.Sleep(500 * time.Millisecond) // others come in between
			says(429, wrong(971, "Please wait"))(w, r)
			return
		}
		says(200, fine)(w, r)
	}
	in(t, session.Options{}, answer, func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		var other sync.WaitGroup
		other.Go(func() {
			for ctx.Err() == nil {
				_, _ = w.client.Do(ctx, session.Op{}, w.client.Untyped("x"))
				time.Sleep(100 * time.Millisecond)
			}
		})
		_, err := w.ask("never")
		cancel()
		other.Wait()
		e := failed(t, err)
		w.is([]any{inventory.Throttled, "971", "Please wait"}, []any{e.State, e.Code, e.Message})
	})
}

func TestLittleLeftIsSpreadOverTheTime(t *testing.T) {
	in60 := time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC).Format(http.TimeFormat)
	for _, test := range []struct {
		name    string
		headers []string
		second  float64 // when the second request comes
		told    []time.Duration
	}{
		{"nothing is told", nil, 0, nil},
		{"enough is left", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "10", "X-Ratelimit-Reset", in60}, 0, nil},
		{"little is left", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "6", "X-Ratelimit-Reset", in60}, 10, []time.Duration{10 * time.Second}},
		{"little is left, in seconds", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "6", "X-Ratelimit-Reset", "12"}, 2, nil},
		{"little is left, in the newer form", []string{"Ratelimit", `"default";r=4;t=80`, "Ratelimit-Policy", `"burst";q=4;w=1, "default";q=100;w=60`}, 20, []time.Duration{20 * time.Second}},
		{"nothing is left", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", in60}, 60, []time.Duration{60 * time.Second}},
		{"the most careful speaks", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "90", "X-Ratelimit-Reset", in60, "Ratelimit", `"default";r=0;t=3`}, 3, []time.Duration{3 * time.Second}},
		{"nothing is left for a day", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "86400"}, 0, nil},
		{"it was given anew", []string{"X-Ratelimit-Limit", "100", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "0"}, 0, nil},
		{"no sense", []string{"X-Ratelimit-Remaining", "x", "X-Ratelimit-Reset", "y", "Ratelimit", `;;=,r`}, 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, inTurn(with(says(200, fine), test.headers...), says(200, fine)), func(w *world) {
				for range 4 {
					if _, err := w.ask("x"); err != nil {
						t.Fatal(err)
					}
				}
				at := w.seconds()
				w.is([]float64{0, test.second, test.second, test.second}, at) // then nothing is told, and all is as before
				var told []time.Duration
				for _, d := range w.told {
					if d == w.told[0] {
						told = append(told, d)
					}
				}
				w.is(test.told, told)
			})
		})
	}
}
