package digest_test

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/providers/aws/digest"
)

// chains tells the chains of a result: digests that hold of those that are
// there, logs that are there of those that are named, and what is proved.
func chains(r digest.Result) []string {
	var out []string
	for _, t := range r.Trails {
		text := fmt.Sprintf("%s%s: %d/%d digests, %d/%d logs", t.Organization, t, t.Verified, t.Digests, len(t.Logs), t.Named)
		for _, w := range t.Proved {
			text += " " + clock(w)
		}
		out = append(out, text)
	}
	return out
}

// TestChains: what the chains of a bucket look like that nobody tampered with.
func TestChains(t *testing.T) {
	key := newKey(t, false)
	for name, c := range map[string]struct {
		// make delivers, and gives the wanted problems and notes.
		make   func(*trailsign.Trail) (problems, notes []string)
		chains []string
	}{
		"two trails in one bucket": {func(one *trailsign.Trail) (problems, notes []string) {
			two := *one
			two.Name, two.Home = "two_trails", "eu-west-1"
			hours(one, 10, 13)
			hours(&two, 11, 14)
			return nil, nil
		}, []string{"trail of us-east-1: 3/3 digests, 6/6 logs 10:00-13:00", "two_trails of eu-west-1: 3/3 digests, 6/6 logs 11:00-14:00"}},
		"one trail with two homes": {func(one *trailsign.Trail) (problems, notes []string) {
			two := *one
			two.Home = "eu-west-1"
			hours(one, 10, 11)
			hours(&two, 10, 11)
			return nil, nil
		}, []string{"trail of eu-west-1: 1/1 digests, 2/2 logs 10:00-11:00", "trail of us-east-1: 1/1 digests, 2/2 logs 10:00-11:00"}},
		"a trail that became the organization's": {func(one *trailsign.Trail) (problems, notes []string) {
			hours(one, 10, 11)
			two := *one
			two.Organization = "o-abcdefghij"
			two.Restart()
			hours(&two, 11, 12)
			return nil, nil
		}, []string{"trail of us-east-1: 1/1 digests, 2/2 logs 10:00-11:00", "o-abcdefghijtrail of us-east-1: 1/1 digests, 2/2 logs 11:00-12:00"}},
		"validation that was off for an hour": {func(one *trailsign.Trail) (problems, notes []string) {
			hours(one, 10, 12)
			one.Unnamed(at(12, 5), []byte("{}"))
			one.Restart()
			digests, _ := hours(one, 13, 15)
			return []string{"gap " + digests[0] + " 12:00-13:00"}, []string{"1 log in hours that are not provable, so not vouched for"}
		}, []string{"trail of us-east-1: 4/4 digests, 8/8 logs 10:00-12:00 13:00-15:00"}},
		"a log of a trail whose last digest is older": {func(one *trailsign.Trail) (problems, notes []string) {
			two := *one
			two.Name = "two"
			hours(one, 10, 15)
			two.Digest(at(13, 30), at(14, 30))
			two.Unnamed(at(13, 50), []byte("{}"))
			return nil, []string{"1 log delivered after the last digest, which ends at 2026-03-01T15:00:00Z: not yet covered"}
		}, []string{"trail of us-east-1: 5/5 digests, 10/10 logs 10:00-15:00", "two of us-east-1: 1/1 digests, 0/0 logs 13:30-14:30"}},
		"a log that two digests know otherwise": {func(one *trailsign.Trail) (problems, notes []string) {
			late := *one
			late.Backfill = true
			late.Log(at(10, 5), []byte("{}"))
			key := late.Digest(at(10, 0), at(11, 0))
			hours(one, 10, 11)
			return []string{"chain-mismatch " + key}, nil
		}, []string{"trail of us-east-1: 1/1 digests, 2/2 logs 10:00-11:00", "trail of us-east-1 (backfill): 1/1 digests, 1/1 logs"}},
		"an hour that is short": {func(one *trailsign.Trail) (problems, notes []string) {
			hours(one, 10, 11)
			one.Digest(at(11, 0).Add(31*time.Second), at(12, 0))
			return nil, []string{"trail of us-east-1: digest AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T120000Z.json.gz" +
				" begins at 2026-03-01T11:00:31Z, and the one before it ends at 2026-03-01T11:00:00Z (1 pair of that kind; their signatures tie them together)"}
		}, []string{"trail of us-east-1: 2/2 digests, 2/2 logs 10:00-12:00"}},
		"late logs": {func(one *trailsign.Trail) (problems, notes []string) {
			late := *one
			late.Backfill = true
			hours(one, 10, 11)
			late.Log(at(11, 40), []byte("{}"))
			hours(one, 11, 14)
			late.Digest(at(11, 0), at(12, 0))
			late.Log(at(12, 40), []byte("{}"))
			late.Digest(at(12, 0), at(13, 0))
			return nil, nil
		}, []string{"trail of us-east-1: 4/4 digests, 8/8 logs 10:00-14:00", "trail of us-east-1 (backfill): 2/2 digests, 2/2 logs"}},
		"late logs whose chain begins anew": {func(one *trailsign.Trail) (problems, notes []string) {
			late := *one
			late.Backfill = true
			hours(one, 10, 11)
			late.Digest(at(11, 0), at(12, 0))
			late.Restart()
			key := late.Digest(at(12, 0), at(13, 0))
			return nil, []string{"trail of us-east-1 (backfill): digest " + key + " begins the chain anew"}
		}, []string{"trail of us-east-1: 1/1 digests, 2/2 logs 10:00-11:00", "trail of us-east-1 (backfill): 2/2 digests, 0/0 logs"}},
		"a digest of late logs removed": {func(one *trailsign.Trail) (problems, notes []string) {
			late := *one
			late.Backfill = true
			hours(one, 10, 14)
			late.Digest(at(10, 0), at(11, 0))
			key := late.Digest(at(11, 0), at(12, 0))
			late.Digest(at(12, 0), at(13, 0))
			delete(one.To, key)
			return []string{"missing-digest " + key}, nil
		}, []string{"trail of us-east-1: 4/4 digests, 8/8 logs 10:00-14:00", "trail of us-east-1 (backfill): 2/2 digests, 0/0 logs"}},
		"digests of late logs alone": {func(one *trailsign.Trail) (problems, notes []string) {
			one.Backfill = true
			one.Log(at(11, 40), []byte("{}"))
			one.Digest(at(11, 0), at(12, 0))
			return []string{"no-digest " + one.Unnamed(at(12, 10), []byte("{}")) + " 12:10-12:11"}, nil
		}, []string{"trail of us-east-1 (backfill): 1/1 digests, 1/1 logs"}},
		"a log beside an hour that is not provable": {func(one *trailsign.Trail) (problems, notes []string) {
			digests, _ := hours(one, 10, 16)
			delete(one.To, digests[2])
			one.Unnamed(at(13, 10), []byte("{}"))
			return []string{"missing-digest " + digests[2] + " 12:00-13:00"}, []string{"3 logs in hours that are not provable, so not vouched for"}
		}, []string{"trail of us-east-1: 5/5 digests, 10/10 logs 10:00-12:00 13:00-16:00"}},
		"a signature that the next digest does not know": {func(one *trailsign.Trail) (problems, notes []string) {
			known := one.Key
			hours(one, 10, 11)
			one.Key = newKey(t, false)
			digests, _ := hours(one, 11, 12)
			one.Key = known
			hours(one, 12, 13)
			one.To.Resign(digests[0], known)
			return []string{"chain-mismatch " + digests[0] + " 11:00-12:00"}, []string{"2 logs in hours that are not provable, so not vouched for"}
		}, []string{"trail of us-east-1: 2/3 digests, 4/4 logs 10:00-11:00 12:00-13:00"}},
	} {
		for _, p := range places() {
			t.Run(name+", "+p.name, func(t *testing.T) {
				trail := newTrail(key)
				problems, notes := c.make(trail)
				r := verify(t, p.put(t, trail.To), keysOf(t, key), digest.Window{})
				if diff := cmp.Diff(problems, words(r)); diff != "" {
					t.Errorf("problems:\n%s", diff)
				}
				if diff := cmp.Diff(strings.Join(notes, "\n"), strings.Join(r.Notes, "\n")); diff != "" {
					t.Errorf("notes:\n%s", diff)
				}
				if diff := cmp.Diff(c.chains, chains(r)); diff != "" {
					t.Errorf("chains:\n%s", diff)
				}
			})
		}
	}
}

// TestOtherBucket: a chain that goes on in another bucket is not followed there,
// which is no forgery; in a folder that holds both it is.
func TestOtherBucket(t *testing.T) {
	key := newKey(t, false)
	switched := func() (*trailsign.Trail, trailsign.Archive, []string) {
		trail := newTrail(key)
		trail.Bucket = "old-trail"
		old := trail.To
		digests, _ := hours(trail, 10, 12)
		trail.Bucket, trail.To = inS3, trailsign.Archive{}
		more, _ := hours(trail, 12, 14)
		return trail, old, append(digests, more...)
	}
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			trail, _, digests := switched()
			r := verify(t, p.put(t, trail.To), keysOf(t, key), digest.Window{})
			object := digests[1]
			if p.name == "bucket" {
				object = "s3://old-trail/" + object
			}
			if diff := cmp.Diff([]string{"elsewhere " + object + " -12:00"}, words(r)); diff != "" {
				t.Error(diff)
			}
			if len(r.Problems) == 1 && (r.Problems[0].Kind.Wrong() || !strings.Contains(r.Problems[0].Detail, "goes on")) {
				t.Errorf("problem %s", r.Problems[0])
			}
		})
	}
	both := func(change func(trailsign.Archive, []string)) digest.Result {
		trail, old, digests := switched()
		change(old, digests)
		all := trailsign.Archive{}
		for key, o := range old {
			all["old/"+key] = o
		}
		for key, o := range trail.To {
			all["new/"+key] = o
		}
		return verify(t, inFolder(t, all), keysOf(t, key), digest.Window{})
	}
	t.Run("both in a folder", func(t *testing.T) {
		r := both(func(trailsign.Archive, []string) {})
		if len(r.Problems) > 0 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "the chain goes on before new/AWSLogs") {
			t.Errorf("problems %+v, notes %q", r.Problems, r.Notes)
		}
		if got := clock(r.Proved); got != "10:00-14:00" || len(r.Hashes) != 8 {
			t.Errorf("proved %s, %d hashes", got, len(r.Hashes))
		}
	})
	t.Run("both in a folder, the last of the old bucket written anew", func(t *testing.T) {
		r := both(func(old trailsign.Archive, digests []string) { old.Edit(digests[1], remarshal) })
		_, _, digests := switched()
		want := "invalid-signature old/" + digests[1]
		if got := strings.Join(words(r), "\n"); !strings.Contains(got, want) {
			t.Errorf("problems\n%s\nwant %s", got, want)
		}
	})
}

// TestLogsElsewhere: logs that are in another bucket, or outside the folder that
// was given, are not missing.
func TestLogsElsewhere(t *testing.T) {
	key := newKey(t, false)
	trail := newTrail(key)
	hours(trail, 10, 12)
	t.Run("only digests were given", func(t *testing.T) {
		cfg := inFolder(t, trail.To)
		below := "AWSLogs/" + account + "/CloudTrail-Digest"
		cfg.Store, cfg.Path = openFolder(filepath.Join(cfg.Path, below)), cfg.Path+"/"+below
		r := verify(t, cfg, keysOf(t, key), digest.Window{})
		if diff := cmp.Diff([]string{"elsewhere s3://" + inS3}, words(r)); diff != "" {
			t.Error(diff)
		}
		if got := chains(r); !cmp.Equal(got, []string{"trail of us-east-1: 2/2 digests, 0/4 logs 10:00-12:00"}) {
			t.Errorf("chains %q", got)
		}
	})
	t.Run("a folder inside the layout", func(t *testing.T) {
		cfg := inFolder(t, trail.To)
		cfg.Store, cfg.Path = openFolder(filepath.Join(cfg.Path, "AWSLogs", account)), cfg.Path+"/AWSLogs/"+account
		r := verify(t, cfg, keysOf(t, key), digest.Window{})
		if len(r.Problems) > 0 || len(r.Hashes) != 4 {
			t.Errorf("problems %+v, %d hashes", r.Problems, len(r.Hashes))
		}
	})
	t.Run("a log in another bucket, and one of its name in this", func(t *testing.T) {
		moved := newTrail(key)
		moved.Bucket = "old-trail"
		moved.Log(at(10, 5), []byte("{}"))
		moved.Bucket = inS3
		moved.Digest(at(10, 0), at(11, 0))
		r := verify(t, inBucket(t, moved.To), keysOf(t, key), digest.Window{})
		if diff := cmp.Diff([]string{"elsewhere s3://old-trail"}, words(r)); diff != "" || len(r.Hashes) > 0 {
			t.Errorf("%d hashes\n%s", len(r.Hashes), diff)
		}
	})
	t.Run("a digest that was copied to another bucket", func(t *testing.T) {
		cfg := inBucket(t, trail.To)
		cfg.Bucket = "copy"
		r := verify(t, cfg, keysOf(t, key), digest.Window{})
		for _, p := range r.Problems {
			if p.Kind != digest.MovedDigest {
				t.Errorf("problem %s", p)
			}
		}
		if len(r.Problems) != 2 {
			t.Errorf("%d problems", len(r.Problems))
		}
	})
}

// TestUnpacked: an archive that was unpacked, with names that tell, is the same.
func TestUnpacked(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	for name, o := range maps.Clone(d.Archive) {
		delete(d.Archive, name)
		d.Archive[strings.TrimSuffix(name, ".gz")] = trailsign.Object{Content: trailsign.Unpack(o.Content), Metadata: o.Metadata}
	}
	r := verify(t, inFolder(t, d.Archive), keysOf(t, key), digest.Window{})
	if len(r.Problems) > 0 || len(r.Hashes) != 10 {
		t.Errorf("problems %+v, %d hashes", r.Problems, len(r.Hashes))
	}
}

// TestTwoCopies: of two copies in one folder, each is judged by itself.
func TestTwoCopies(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	all := trailsign.Archive{}
	for name, o := range maps.Clone(d.Archive) {
		all["a/"+name], all["b/"+name] = o, o
	}
	all.Edit("b/"+d.logs[3], func(b []byte) []byte { return bytes.ToUpper(b) })
	delete(all, "b/"+d.digests[2])
	r := verify(t, inFolder(t, all), keysOf(t, key), digest.Window{})
	want := []string{"modified-log b/" + d.logs[3], "missing-digest b/" + d.digests[2] + " 12:00-13:00"}
	for _, w := range want {
		if !strings.Contains(strings.Join(words(r), "\n"), w) {
			t.Errorf("%s is not in\n%s", w, strings.Join(words(r), "\n"))
		}
	}
}
