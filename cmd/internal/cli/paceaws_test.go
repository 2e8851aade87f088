package cli_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
)

// group is what AWS counts together: in an account and region the calls of a
// service, of which GetPolicy of Lambda and LookupEvents are counted apart.
func group(c awsfake.Call) string {
	name := c.Service
	if name == "lambda" && c.Operation == "GetPolicy" || c.Operation == "LookupEvents" {
		name += " " + c.Operation
	}
	return c.Account + " " + c.Region + " " + name
}

// TestTheRateHoldsByTheClockOfTheOtherSide: with retries of calls that are
// throttled, no group gets more calls than are configured, and LookupEvents no
// more than two in three seconds.
func TestTheRateHoldsByTheClockOfTheOtherSide(t *testing.T) {
	if testing.Short() {
		t.Skip("to keep to a rate takes time")
	}
	const rate, lookups = 5.0, 2.0 / 3
	w := manyAccounts(2)
	for i, a := range w.Accounts {
		for region, p := range a.Places {
			p.Buckets = nil
			if region == "eu-west-1" {
				p.Functions = []*awsfake.Function{{Name: fmt.Sprint("f", i)}, {Name: fmt.Sprint("g", i)}, {Name: fmt.Sprint("h", i)}}
			}
		}
	}
	s := awsfake.New(w)
	s.Clock = time.Now
	s.SetFaults(awsfake.Fault{Operation: "ListAliases", Times: 2, Effect: awsfake.Throttle(0)},
		awsfake.Fault{Operation: "GetPolicy", After: 1, Times: 1, Effect: awsfake.Throttle(0)})
	pointAWS(t, s)
	r := newRoom(t, fmt.Sprintf("providers: {aws: {accounts: organization, role: EstrayAudit, rate: %g, parallel: 8}}\n", rate))
	r.scan("--now", w.Now.Format(time.RFC3339))
	at := map[string][]time.Time{}
	repeated := 0
	for _, c := range s.Calls() {
		at[group(c)] = append(at[group(c)], c.At)
		if c.Status == 429 {
			repeated++
		}
	}
	if repeated != 3 {
		t.Errorf("%d calls were throttled, want 3", repeated)
	}
	crowded := 0
	for name, times := range at {
		slices.SortFunc(times, time.Time.Compare)
		most := rate
		if strings.HasSuffix(name, "LookupEvents") {
			most = lookups
		}
		// The way to the server may shorten a distance by a little, and does so
		// for each call anew: of n calls it is n-1 distances that must be kept.
		const jitter = 100 * time.Millisecond
		least := time.Duration(float64(len(times)-1)/most*float64(time.Second)) - jitter
		if took := times[len(times)-1].Sub(times[0]); took < least {
			t.Errorf("%s: %d calls within %s, want at least %s", name, len(times), took, least)
		}
		for i := int(rate); i < len(times); i++ {
			if d := times[i].Sub(times[i-int(rate)]); d < time.Second-jitter {
				t.Errorf("%s: %g calls within %s", name, rate+1, d)
			}
		}
		if len(times) > int(rate) {
			crowded++
		}
	}
	if crowded < 2 {
		t.Errorf("%d groups got more than %g calls: the test shows too little", crowded, rate)
	}
}
