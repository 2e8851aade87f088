package digest_test

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/providers/aws/digest"
)

// day is an archive of five hours with ten logs, as it was delivered, to be
// tampered with.
type day struct {
	trailsign.Archive
	trail         *trailsign.Trail
	digests, logs []string
	stranger      *trailsign.Key
}

func newDay(key, stranger *trailsign.Key) *day {
	trail := newTrail(key)
	d := &day{Archive: trail.To, trail: trail, stranger: stranger}
	d.digests, d.logs = hours(trail, 10, 15)
	return d
}

// move puts an object elsewhere.
func (d *day) move(from, to string) {
	d.Archive[to] = d.Archive[from]
	delete(d.Archive, from)
}

// TestWhatIsNamed: each way to tamper with an archive, or to copy it badly, is
// named with the object, and so are the hours that are not provable; what is
// whole is not.
func TestWhatIsNamed(t *testing.T) {
	key, stranger := newKey(t, false), newKey(t, true)
	keys := keysOf(t, key, stranger)
	for name, c := range map[string]struct {
		tamper func(*day)
		want   func(*day) []string
	}{
		"nothing": {func(*day) {}, nil},
		"a byte of a log": {func(d *day) {
			d.Edit(d.logs[4], func(b []byte) []byte { return bytes.Replace(b, []byte("12"), []byte("13"), 1) })
		},
			func(d *day) []string { return []string{"modified-log " + d.logs[4]} }},
		"a log packed anew": {func(d *day) { d.Edit(d.logs[4], func(b []byte) []byte { return b }) }, nil},
		"a log cut off": {func(d *day) { d.Archive[d.logs[4]] = trailsign.Object{Content: d.Archive[d.logs[4]].Content[:40]} },
			func(d *day) []string { return []string{"modified-log " + d.logs[4]} }},
		"a log removed": {func(d *day) { delete(d.Archive, d.logs[4]) },
			func(d *day) []string { return []string{"missing-log " + d.logs[4]} }},
		"a log added": {func(d *day) { d.logs = append(d.logs, d.trail.Unnamed(at(12, 20), []byte("{}"))) },
			func(d *day) []string { return []string{"extra-log " + d.logs[10]} }},
		"a log added in the first minute of the chain": {func(d *day) { d.logs = append(d.logs, d.trail.Unnamed(at(10, 0), []byte("{}"))) },
			func(d *day) []string { return []string{"extra-log " + d.logs[10]} }},
		"a log of the last hour that the next digest may name": {func(d *day) { d.trail.Unnamed(at(14, 59), []byte("{}")) }, nil},
		"a digest removed": {func(d *day) { delete(d.Archive, d.digests[2]) },
			func(d *day) []string { return []string{"missing-digest " + d.digests[2] + " 12:00-13:00"} }},
		"two digests removed": {func(d *day) { delete(d.Archive, d.digests[2]); delete(d.Archive, d.digests[1]) },
			func(d *day) []string { return []string{"missing-digest " + d.digests[2] + " 11:00-13:00"} }},
		"the oldest digest removed and its logs left": {func(d *day) { delete(d.Archive, d.digests[0]); delete(d.Archive, d.digests[1]) },
			func(d *day) []string { return []string{"missing-digest " + d.digests[1] + " -12:00"} }},
		"the oldest digest and its logs expired": {func(d *day) {
			for _, key := range append(d.logs[:2:2], d.digests[0]) {
				delete(d.Archive, key)
			}
		}, func(d *day) []string { return []string{"cut-chain " + d.digests[0] + " -11:00"} }},
		"a digest signed by another key": {func(d *day) { d.Resign(d.digests[2], d.stranger) },
			func(d *day) []string { return []string{"invalid-signature " + d.digests[2] + " 12:00-13:00"} }},
		"the newest digest signed by another key": {func(d *day) { d.Resign(d.digests[4], d.stranger) },
			func(d *day) []string { return []string{"invalid-signature " + d.digests[4] + " 14:00-15:00"} }},
		"the oldest digest signed by another key": {func(d *day) { d.Resign(d.digests[0], d.stranger) },
			func(d *day) []string { return []string{"invalid-signature " + d.digests[0] + " -11:00"} }},
		"a digest written and signed by another key": {func(d *day) {
			d.Edit(d.digests[2], func(b []byte) []byte {
				return bytes.Replace(b, []byte(d.trail.Key.Fingerprint), []byte(d.stranger.Fingerprint), 1)
			})
			d.Resign(d.digests[2], d.stranger)
		}, func(d *day) []string { return []string{"chain-mismatch " + d.digests[2] + " 12:00-13:00"} }},
		"a byte of a digest": {func(d *day) {
			d.Edit(d.digests[2], func(b []byte) []byte { return bytes.Replace(b, []byte("12:05"), []byte("12:06"), 1) })
		},
			func(d *day) []string { return []string{"invalid-signature " + d.digests[2] + " 12:00-13:00"} }},
		"a digest written anew": {func(d *day) { d.Edit(d.digests[2], remarshal) },
			func(d *day) []string { return []string{"invalid-signature " + d.digests[2] + " 12:00-13:00"} }},
		"the signature of another digest": {func(d *day) {
			d.Archive[d.digests[2]] = trailsign.Object{Content: d.Archive[d.digests[2]].Content, Metadata: d.Archive[d.digests[1]].Metadata}
		}, func(d *day) []string { return []string{"invalid-signature " + d.digests[2] + " 12:00-13:00"} }},
		"a digest cut off": {func(d *day) {
			o := d.Archive[d.digests[2]]
			d.Archive[d.digests[2]] = trailsign.Object{Content: o.Content[:len(o.Content)-9], Metadata: o.Metadata}
		}, func(d *day) []string { return []string{"malformed-digest " + d.digests[2] + " 12:00-13:00"} }},
		"a digest that is none": {func(d *day) { d.Edit(d.digests[2], func([]byte) []byte { return []byte(`{"a":1}`) }) },
			func(d *day) []string { return []string{"malformed-digest " + d.digests[2] + " 12:00-13:00"} }},
		"a digest that is too large": {func(d *day) {
			d.Edit(d.digests[2], func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 65<<20)...) })
		}, func(d *day) []string { return []string{"malformed-digest " + d.digests[2] + " 12:00-13:00"} }},
		"a digest that names the one before it in part": {func(d *day) {
			d.Edit(d.digests[2], func(b []byte) []byte {
				return regexp.MustCompile(`"previousDigestHashValue":"[0-9a-f]+"`).ReplaceAll(b, []byte(`"previousDigestHashValue":null`))
			})
			d.Resign(d.digests[2], d.trail.Key)
		}, func(d *day) []string { return []string{"malformed-digest " + d.digests[2] + " 12:00-13:00"} }},
		"a digest without its metadata": {func(d *day) { d.Archive[d.digests[2]] = trailsign.Object{Content: d.Archive[d.digests[2]].Content} },
			func(d *day) []string { return []string{"signature-missing " + d.digests[2] + " 12:00-13:00"} }},
		"a digest without its metadata that was written anew": {func(d *day) {
			d.Archive[d.digests[2]] = trailsign.Object{Content: d.Archive[d.digests[2]].Content}
			d.Edit(d.digests[2], remarshal)
		}, func(d *day) []string { return []string{"chain-mismatch " + d.digests[2] + " 12:00-13:00"} }},
		"a way to sign that is not known": {func(d *day) {
			meta := maps.Clone(d.Archive[d.digests[2]].Metadata)
			meta["signature-algorithm"] = "SHA512withRSA"
			d.Archive[d.digests[2]] = trailsign.Object{Content: d.Archive[d.digests[2]].Content, Metadata: meta}
		}, func(d *day) []string { return []string{"unknown-algorithm " + d.digests[2] + " 12:00-13:00"} }},
		"a digest moved": {func(d *day) {
			moved := strings.Replace(d.digests[2], "T130000Z", "T130001Z", 1)
			d.move(d.digests[2], moved)
			d.digests[2] = moved
		}, func(d *day) []string {
			return []string{"missing-digest " + strings.Replace(d.digests[2], "T130001Z", "T130000Z", 1) + " 12:00-13:00", "moved-digest " + d.digests[2] + " 12:00-13:00"}
		}},
		"a digest copied": {func(d *day) {
			copied := strings.Replace(d.digests[2], "T130000Z", "T123000Z", 1)
			d.Archive[copied] = d.Archive[d.digests[2]]
			d.digests = append(d.digests, copied)
		}, func(d *day) []string { return []string{"chain-mismatch " + d.digests[5]} }},
		"no digests": {func(d *day) {
			for _, key := range d.digests {
				delete(d.Archive, key)
			}
		}, func(d *day) []string { return []string{"no-digest " + d.logs[0] + " 10:05-14:36"} }},
		"no logs": {func(d *day) {
			for _, key := range d.logs {
				delete(d.Archive, key)
			}
		}, func(d *day) []string {
			var out []string
			for _, key := range d.logs {
				out = append(out, "missing-log "+key)
			}
			return out
		}},
	} {
		for _, p := range places() {
			t.Run(name+", "+p.name, func(t *testing.T) {
				d := newDay(key, stranger)
				c.tamper(d)
				r := verify(t, p.put(t, d.Archive), keys, digest.Window{})
				var want []string
				if c.want != nil {
					want = c.want(d)
				}
				if diff := cmp.Diff(want, words(r)); diff != "" {
					t.Errorf("problems:\n%s\n%+v", diff, r.Problems)
				}
			})
		}
	}
}

// TestWhatIsProved: an archive as it was delivered is proved from its first
// digest to its last, hash by hash, and what came later is not yet covered.
func TestWhatIsProved(t *testing.T) {
	key := newKey(t, true)
	trail := newTrail(key)
	trail.Prefix = "logs/"
	digests, logs := hours(trail, 10, 12)
	digests = append(digests, trail.Digest(at(12, 0), at(13, 0))) // an hour in which nothing happened
	trail.Unnamed(at(13, 20), []byte("{}"))
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			r := verify(t, p.put(t, trail.To), keysOf(t, key), digest.Window{})
			if len(r.Problems) > 0 {
				t.Errorf("problems %+v", r.Problems)
			}
			whole := digest.Window{From: at(10, 0), To: at(13, 0)}
			want := []digest.Trail{{Name: "trail", Home: home, Place: r.Trails[0].Place, Digests: len(digests), Verified: len(digests), Logs: logs, Named: 4, Proved: []digest.Window{whole}}}
			if diff := cmp.Diff(want, r.Trails); diff != "" {
				t.Error(diff)
			}
			if !strings.HasSuffix(r.Trails[0].Place, "logs") {
				t.Errorf("place %q", r.Trails[0].Place)
			}
			if r.Proved != whole || len(r.Hashes) != 4 || r.Logs != 5 {
				t.Errorf("proved %s, %d hashes, %d logs", r.Proved, len(r.Hashes), r.Logs)
			}
			notes := []string{"1 log delivered after the last digest, which ends at 2026-03-01T13:00:00Z: not yet covered"}
			if diff := cmp.Diff(notes, r.Notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestKeys: without the key, nothing is proved and nothing is proved wrong.
func TestKeys(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	r := verify(t, inFolder(t, d.Archive), keysOf(t, newKey(t, false)), digest.Window{})
	for i, p := range r.Problems {
		if p.Kind != digest.UnknownKey || p.Kind.Wrong() || p.Object != d.digests[i] || !strings.Contains(p.Detail, key.Fingerprint) {
			t.Errorf("problem %s", p)
		}
	}
	if len(r.Problems) != 5 || len(r.Hashes) != 0 || r.Proved != (digest.Window{}) || r.Trails[0].Verified != 0 {
		t.Errorf("%d problems, %d hashes, proved %s", len(r.Problems), len(r.Hashes), r.Proved)
	}
	if want := []string{"10 logs in hours that are not provable, so not vouched for"}; !cmp.Equal(want, r.Notes) {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestSignedText: what is signed ends without a new line.
func TestSignedText(t *testing.T) {
	key := newKey(t, false)
	trail := newTrail(key)
	trail.Tail = "\n"
	digests, _ := hours(trail, 10, 11)
	r := verify(t, inFolder(t, trail.To), keysOf(t, key), digest.Window{})
	if diff := cmp.Diff([]string{"invalid-signature " + digests[0] + " -11:00"}, words(r)); diff != "" {
		t.Error(diff)
	}
}

// TestWindow: only what was delivered in the window is judged, and proved.
func TestWindow(t *testing.T) {
	key := newKey(t, false)
	for name, c := range map[string]struct {
		window digest.Window
		remove []int // hours whose logs and digest are gone
		want   func(*day) []string
		proved string
		logs   int
	}{
		"later than what expired":        {digest.Window{From: at(11, 0)}, []int{10}, nil, "11:00-15:00", 8},
		"amid an hour":                   {digest.Window{From: at(12, 20)}, []int{10, 11}, nil, "12:20-15:00", 5},
		"earlier than what was removed":  {digest.Window{To: at(13, 0)}, []int{14}, nil, "10:00-13:00", 6},
		"both":                           {digest.Window{From: at(11, 0), To: at(13, 0)}, []int{14, 10}, nil, "11:00-13:00", 4},
		"what expired lies in it":        {digest.Window{From: at(10, 0)}, []int{10}, func(d *day) []string { return []string{"cut-chain " + d.digests[0] + " -11:00"} }, "11:00-15:00", 8},
		"nothing lies in it":             {digest.Window{From: at(20, 0)}, nil, func(d *day) []string { return []string{"no-digest " + d.digests[4]} }, "-", 0},
		"nothing lies in it yet":         {digest.Window{To: at(8, 0)}, nil, func(d *day) []string { return []string{"no-digest " + d.digests[4] + " -08:00"} }, "-", 0},
		"a removed hour lies in it":      {digest.Window{From: at(11, 30), To: at(14, 0)}, []int{12}, func(d *day) []string { return []string{"missing-digest " + d.digests[2] + " 12:00-13:00"} }, "11:30-14:00", 3},
		"a removed hour lies outside it": {digest.Window{From: at(13, 0)}, []int{11}, nil, "13:00-15:00", 4},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDay(key, nil)
			for _, h := range c.remove {
				delete(d.Archive, d.digests[h-10])
				delete(d.Archive, d.logs[2*(h-10)])
				delete(d.Archive, d.logs[2*(h-10)+1])
			}
			r := verify(t, inFolder(t, d.Archive), keysOf(t, key), c.window)
			var want []string
			if c.want != nil {
				want = c.want(d)
			}
			if diff := cmp.Diff(want, words(r)); diff != "" {
				t.Errorf("problems:\n%s", diff)
			}
			if got := clock(r.Proved); got != c.proved || r.Logs != c.logs {
				t.Errorf("proved %s, %d logs; want %s, %d", got, r.Logs, c.proved, c.logs)
			}
		})
	}
}

// TestLogsWithoutDigests: logs before the chain are not covered, and logs that
// go on for long after it show that it ended.
func TestLogsWithoutDigests(t *testing.T) {
	key := newKey(t, false)
	trail := newTrail(key)
	early := trail.Unnamed(at(9, 59), []byte("{}"))
	hours(trail, 10, 12)
	late := trail.Unnamed(at(15, 1), []byte("{}"))
	r := verify(t, inFolder(t, trail.To), keysOf(t, key), digest.Window{})
	want := []string{fmt.Sprintf("uncovered-logs %s 09:59-10:00", early), fmt.Sprintf("ended-chain %s 15:01-15:02", late)}
	if diff := cmp.Diff(want, words(r)); diff != "" {
		t.Error(diff)
	}
	for _, p := range r.Problems {
		if p.Kind.Wrong() {
			t.Errorf("%s is proved wrong", p)
		}
	}
}
