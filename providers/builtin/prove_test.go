package builtin_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/builtin"
)

// signed is an archive of four hours, with a call at the beginning of each, and
// a log that the next digest will name.
type signed struct {
	trailsign.Archive
	trail         *trailsign.Trail
	digests, logs []string
}

func hour(h, minute int) time.Time { return time.Date(2026, 5, 4, h, minute, 0, 0, time.UTC) }

func newSigned(key *trailsign.Key) *signed {
	t := &trailsign.Trail{To: trailsign.Archive{}, Key: key, Account: "111122223333", Region: "eu-west-1", Name: "org", Home: "us-east-1", Bucket: "org-trail"}
	s := &signed{Archive: t.To, trail: t}
	for h := range 4 {
		s.hour(h)
	}
	s.log(4)
	return s
}

func (s *signed) log(h int) {
	s.logs = append(s.logs, s.trail.Log(hour(h, 5), []byte(wrap(call(fmt.Sprintf("e%d", h), hour(h, 1).Format(time.RFC3339),
		"lambda.amazonaws.com", "UpdateFunctionCode20150331v2", `{"functionName":"`+function+`"}`)))))
}

func (s *signed) hour(h int) {
	s.log(h)
	s.digests = append(s.digests, s.trail.Digest(hour(h, 0), hour(h+1, 0)))
}

// scanned scans the archive and gives the coverage of its events.
func (s *signed) scanned(t *testing.T, dir string, m *memory, key *trailsign.Key) inventory.Coverage {
	t.Helper()
	if err := s.Write(filepath.Join(dir, "logs")); err != nil {
		t.Fatal(err)
	}
	for key := range s.Archive { // what was written again has not changed
		if err := os.Chtimes(filepath.Join(dir, "logs", key), hour(9, 0), hour(9, 0)); err != nil {
			t.Fatal(err)
		}
	}
	keys := filepath.Join(dir, "keys.json")
	if err := os.WriteFile(keys, trailsign.KeyFile(key), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := archives(filepath.Join(dir, "logs"))
	cfg.Archives[0].Verify, cfg.Archives[0].PublicKeys = true, keys
	for _, c := range scan(t, m, cfg).Coverage {
		if c.Cell.Capability == inventory.CapEvents {
			return c
		}
	}
	t.Fatal("there is no coverage of events")
	return inventory.Coverage{}
}

// TestVerifiedScan: what is not what was signed, or not proved, breaks the
// continuity of the events; what is whole proves it, up to the last digest.
func TestVerifiedScan(t *testing.T) {
	key, err := trailsign.NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := trailsign.NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tamper     func(*signed)
		state      inventory.State
		continuity inventory.Continuity
		told       string
	}{
		"nothing": {func(*signed) {}, inventory.Complete, inventory.Proved, "1 log delivered after the last digest, which ends at 2026-05-04T04:00:00Z: not yet covered"},
		"a log changed": {func(s *signed) {
			s.Edit(s.logs[1], func(b []byte) []byte { return bytes.Replace(b, []byte("shop"), []byte("ship"), 1) })
		},
			inventory.Malformed, inventory.Proved, "was modified"},
		"a log removed":                  {func(s *signed) { delete(s.Archive, s.logs[1]) }, inventory.Partial, inventory.Broken, "missing-log"},
		"a log added":                    {func(s *signed) { s.trail.Unnamed(hour(1, 30), []byte(`{"Records":[]}`)) }, inventory.Partial, inventory.Broken, "extra-log"},
		"a digest removed":               {func(s *signed) { delete(s.Archive, s.digests[1]) }, inventory.Partial, inventory.Broken, "missing-digest"},
		"a digest signed by another key": {func(s *signed) { s.Resign(s.digests[1], stranger) }, inventory.Partial, inventory.Broken, "invalid-signature"},
		"no digests": {func(s *signed) {
			for _, d := range s.digests {
				delete(s.Archive, d)
			}
		}, inventory.Partial, inventory.Broken, "no-digest"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigned(key)
			c.tamper(s)
			got := s.scanned(t, t.TempDir(), &memory{}, key)
			if got.State != c.state || !strings.Contains(got.Why.Message, c.told) {
				t.Errorf("state %s, message %q; want %s, %q", got.State, got.Why.Message, c.state, c.told)
			}
			if c.state != inventory.Malformed && got.Continuity != c.continuity {
				t.Errorf("continuity %v, want %v", got.Continuity, c.continuity)
			}
		})
	}
}

// TestVerifiedAgain: a later scan proves what came since, and says of the whole
// what a first one would.
func TestVerifiedAgain(t *testing.T) {
	key, err := trailsign.NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	s, again, dir := newSigned(key), &memory{}, t.TempDir()
	s.scanned(t, dir, again, key)
	for h := 4; h < 8; h++ {
		if h > 4 {
			s.log(h)
		}
		s.digests = append(s.digests, s.trail.Digest(hour(h, 0), hour(h+1, 0)))
	}
	want, got := s.scanned(t, dir, &memory{}, key), s.scanned(t, dir, again, key)
	if diff := cmp.Diff(want, got); diff != "" || got.Continuity != inventory.Proved || got.State != inventory.Complete {
		t.Errorf("%+v\n%s", got, diff)
	}
}

// TestWhatIsGoneIsToldAgainAndAgain: a log that was removed after it was read,
// from the edge of a day or with all its day, breaks the continuity in every
// later scan, although the days around it are known.
func TestWhatIsGoneIsToldAgainAndAgain(t *testing.T) {
	key, err := trailsign.NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	for name, gone := range map[string][2]int{"the last log of a day": {47, 48}, "the first log of a day": {24, 25}, "a whole day": {24, 48}} {
		t.Run(name, func(t *testing.T) {
			s, again, dir := newSigned(key), &memory{}, t.TempDir()
			for h := 4; h < 100; h++ {
				if h > 4 {
					s.log(h)
				}
				s.digests = append(s.digests, s.trail.Digest(hour(h, 0), hour(h+1, 0)))
			}
			if c := s.scanned(t, dir, again, key); c.Continuity != inventory.Proved {
				t.Fatalf("before anything was removed: %v", c.Why)
			}
			for _, log := range s.logs[gone[0]:gone[1]] {
				delete(s.Archive, log)
				if err := os.Remove(filepath.Join(dir, "logs", filepath.FromSlash(log))); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				got := s.scanned(t, dir, again, key)
				if got.State != inventory.Partial || got.Continuity != inventory.Broken || !strings.Contains(got.Why.Message, "missing-log") {
					t.Errorf("state %s, continuity %v, %q", got.State, got.Continuity, got.Why.Message)
				}
			}
		})
	}
}

// TestPublicKeysThatCannotBeRead are a mistake before anything is read.
func TestPublicKeysThatCannotBeRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	cfg := archives(t.TempDir())
	cfg.Archives[0].Verify, cfg.Archives[0].PublicKeys = true, file
	if _, err := builtin.Planners(cfg); err == nil || !strings.Contains(err.Error(), `plan archive "exports/logs": read public keys: open `) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := builtin.Planners(cfg); err == nil || !strings.Contains(err.Error(), "keys.json: read public keys: list 1 holds no PublicKeyList") {
		t.Errorf("error %v", err)
	}
	cfg.Archives[0].Verify = false
	if _, err := builtin.Planners(cfg); err != nil {
		t.Errorf("keys that nobody asked for are an error: %v", err)
	}
}

// TestTrailInABucket: where an archive lies in S3 is known exactly.
func TestTrailInABucket(t *testing.T) {
	for url, want := range map[string][2]string{"s3://org-trail/a/b": {"org-trail", "a/b"}, "s3://org-trail": {"org-trail", ""}, "gs://copy/a": {"", ""}, "/srv/logs": {"", ""}} {
		_, cfg := builtin.Trail(url, nil)
		if got := [2]string{cfg.Bucket, cfg.Prefix}; got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}
