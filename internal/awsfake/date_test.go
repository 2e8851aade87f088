package awsfake_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/estray/estray/internal/awsfake"
)

// TestDateIsOfTheServersClock, or of the world where it has none, and never of
// the machine: and however far that is away, a denial is asked for once.
func TestDateIsOfTheServersClock(t *testing.T) {
	world := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	soon := time.Now().Add(2 * time.Minute).UTC().Truncate(time.Second)
	for name, c := range map[string]struct {
		clock func() time.Time
		want  time.Time
	}{
		"the world's": {nil, world},
		"the clock's": {func() time.Time { return soon }, soon},
	} {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(&awsfake.World{Now: world, Accounts: []*awsfake.Account{{ID: "111122223333"}}})
			s.Clock = c.clock
			h := httptest.NewServer(s)
			t.Cleanup(h.Close)
			cfg := config(h.URL, "AKIAANYBODYSKEY00000")
			cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
			out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := awsmiddleware.GetServerTime(out.ResultMetadata); !ok || !got.Equal(c.want) {
				t.Errorf("Date: %s, want %s", got, c.want)
			}
			s.Reset()
			s.SetFaults(awsfake.Fault{Effect: awsfake.DenyMissing()})
			if _, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), nil); code(err) != "AccessDeniedException" {
				t.Errorf("error %v", err)
			}
			if n := len(s.Calls()); n != 1 {
				t.Errorf("a denial was asked for %d times", n)
			}
		})
	}
}
