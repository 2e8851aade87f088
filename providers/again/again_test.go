package again_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/again"
)

// TestLogTellsAll only where it is whole over the whole time since the last scan, and
// as far as it can be known by now.
func TestLogTellsAll(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	then := now.Add(-24 * time.Hour)
	whole := func(from, to time.Time) inventory.Coverage {
		return inventory.Coverage{State: inventory.Complete, Continuity: inventory.Proved, Window: inventory.Window{From: from, To: to}}
	}
	good := func() again.Log {
		return again.Log{Before: whole(then.Add(-time.Hour), then.Add(-again.Late)), Now: whole(then.Add(-again.Late), now.Add(-again.Late))}
	}
	for name, test := range map[string]struct {
		spoil func(*again.Log)
		want  bool
	}{
		"whole":                                 {func(*again.Log) {}, true},
		"our clock a little ahead":              {func(l *again.Log) { l.Now.Window.To = now.Add(-again.Late - time.Minute) }, true},
		"not whole":                             {func(l *again.Log) { l.Now.State = inventory.Partial }, false},
		"broken":                                {func(l *again.Log) { l.Now.Continuity = inventory.Broken }, false},
		"nothing is claimed":                    {func(l *again.Log) { l.Now.Continuity = inventory.ContinuityNone }, false},
		"an event that names nothing":           {func(l *again.Log) { l.Unplaced = true }, false},
		"a later scan read it further":          {func(l *again.Log) { l.Before.Window.To = then.Add(time.Second) }, false},
		"the last one ended before its scan":    {func(l *again.Log) { l.Before.Window.To = then.Add(-time.Hour) }, false},
		"it begins when late events may be out": {func(l *again.Log) { l.Now.Window.From = then.Add(-again.Late + time.Second) }, false},
		"nobody knows where it begins":          {func(l *again.Log) { l.Now.Window.From = time.Time{} }, false},
		"our clock far ahead":                   {func(l *again.Log) { l.Now.Window.To = now.Add(-again.Late - time.Minute - time.Second) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := good()
			test.spoil(&l)
			if got := l.TellsAll(then, now); got != test.want {
				t.Errorf("TellsAll = %t, want %t", got, test.want)
			}
		})
	}
}

// TestPrints come out of a mark as they went in, in whatever order.
func TestPrints(t *testing.T) {
	a, b := again.Print("x", "y"), again.Print("xy")
	if a == b || again.Pack([]string{a, b}) != again.Pack([]string{b, a}) {
		t.Error("texts run into each other, or their order shows")
	}
	got, ok := again.Unpack(again.Pack([]string{b, a}))
	if diff := cmp.Diff(map[string]bool{a: true, b: true}, got); diff != "" || !ok {
		t.Errorf("%t (-want +got):\n%s", ok, diff)
	}
	if _, ok := again.Unpack("short"); ok {
		t.Error("what is no mark was read")
	}
}
