package awsfake_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// TestPublicKeys: those that were in use in a time are given, by default now.
func TestPublicKeys(t *testing.T) {
	_, cfg := serve(t, alone(&awsfake.Region{PublicKeys: []awsfake.PublicKey{
		{Value: []byte("a"), Fingerprint: "old", From: now().Add(-9 * day), To: now().Add(-3 * day)},
		{Value: []byte("b"), Fingerprint: "now", From: now().Add(-4 * day), To: now().Add(day)},
		{Value: []byte("c"), Fingerprint: "always"},
	}}))
	for name, c := range map[string]struct {
		from, to *time.Time
		want     []string
	}{
		"by default":  {nil, nil, []string{"now b", "always c"}},
		"in between":  {aws.Time(now().Add(-5 * day)), aws.Time(now().Add(-3 * day)), []string{"old a", "now b", "always c"}},
		"before":      {aws.Time(now().Add(-20 * day)), aws.Time(now().Add(-10 * day)), []string{"always c"}},
		"wrong times": {aws.Time(now()), aws.Time(now().Add(-day)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := cloudtrail.NewFromConfig(cfg).ListPublicKeys(t.Context(), &cloudtrail.ListPublicKeysInput{StartTime: c.from, EndTime: c.to})
			if c.want == nil {
				if code(err) != "InvalidTimeRangeException" {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, k := range out.PublicKeyList {
				got = append(got, *k.Fingerprint+" "+string(k.Value))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
