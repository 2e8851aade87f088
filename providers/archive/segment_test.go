// Segments are no part of what the package offers, so that they are tested from
// inside; what they are counted to is tested with parts.
package archive

import "testing"

func TestSegmentIsFullByRecordsAndByText(t *testing.T) {
	s := newSegment()
	for n := range segmentRecords {
		if s.full() {
			t.Fatalf("full with %d records", n)
		}
		s.note(numbered(n))
	}
	if !s.full() {
		t.Errorf("not full with %d records", segmentRecords)
	}
	s.reset()
	s.use(&Use{Name: make([]byte, segmentText)})
	if !s.full() {
		t.Errorf("not full with %d bytes", len(s.text))
	}
	if s.reset(); s.full() {
		t.Error("full after reset")
	}
}

func TestSegmentKeepsAKeyOnce(t *testing.T) {
	s := newSegment()
	for range 1000 {
		act{counted: true, identity: "role", name: "GetObject"}.fill(s, nil)
	}
	if want := 7*4 + len("roleGetObject"); len(s.rows) != 1 || len(s.text) != want {
		t.Errorf("%d rows with %d bytes, want 1 with %d", len(s.rows), len(s.text), want)
	}
}
