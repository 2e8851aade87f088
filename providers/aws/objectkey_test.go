package aws_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/aws"
)

func TestObjectKey(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 5, 0, 0, time.UTC)
	const name = "111122223333_CloudTrail_eu-west-1_20260301T1005Z_AbCdEfGhIjKlMnOp.json.gz"
	const below = "111122223333/CloudTrail/eu-west-1/2026/03/01/"
	log := aws.Key{Kind: aws.KindLog, Account: account, Region: region, Delivered: at}
	with := func(kind, organization string, at time.Time) aws.Key {
		k := log
		k.Kind, k.Organization, k.Delivered = kind, organization, at
		return k
	}
	for path, want := range map[string]aws.Key{
		"AWSLogs/" + below + name:                             log,
		"some/prefix/AWSLogs/" + below + name:                 log,
		"/srv/exports/AWSLogs/" + below + name:                log,
		"AWSLogs/o-abcdefghij/" + below + name:                with(aws.KindLog, "o-abcdefghij", at),
		"o-abcdefghij/AWSLogs/o-abcdefghij/" + below + name:   with(aws.KindLog, "o-abcdefghij", at),
		"AWSLogs/x/AWSLogs/" + below + name:                   log,
		"AWSLogs/" + below + "renamed.json.gz":                with(aws.KindLog, "", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
		"AWSLogs/" + below + "unpacked_20260301T1005Z_x.json": log,
		"AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/111122223333_CloudTrail-Insight_eu-west-1_20260301T1005Z_A.json.gz": with("CloudTrail-Insight", "", at),
		"AWSLogs/111122223333/CloudTrail-NetworkActivity/eu-west-1/2026/03/01/x_20260301T1005Z_A.json.gz":                                 with("CloudTrail-NetworkActivity", "", at),
		"AWSLogs/111122223333/CloudTrail-Aggregated/eu-west-1/2026/03/01/x_20260301T1005Z_A.json.gz":                                      with("CloudTrail-Aggregated", "", at),
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20260301T100507Z_backfill.json.gz": with("CloudTrail-Digest", "",
			time.Date(2026, 3, 1, 10, 5, 7, 0, time.UTC)),
	} {
		got, ok := aws.ObjectKey(path)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: ok %v\n%s", path, ok, diff)
		}
	}
}

func TestOtherPathsAreNoKeys(t *testing.T) {
	for _, path := range []string{
		"", "AWSLogs", "AWSLogs/", "x.json.gz",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/x.csv",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz.metadata.json",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/01/x.json.gz",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/x.json.gz",
		"AWSLogs/1111/CloudTrail/eu-west-1/2026/03/01/x.json.gz",
		"AWSLogs/111122223333/Config/eu-west-1/2026/03/01/x.json.gz",
		"AWSLogs/111122223333/CloudTrailX/eu-west-1/2026/03/01/x.json.gz",
		"AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/01/x.log.gz",
		"AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz",
	} {
		if k, ok := aws.ObjectKey(path); ok {
			t.Errorf("%q was taken for a key: %+v", path, k)
		}
	}
}
