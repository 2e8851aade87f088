package aws_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/estray/estray/providers/aws"
)

// checkClock holds that a time that is told is what package time reads.
func checkClock(t interface{ Errorf(string, ...any) }, text string) (told bool) {
	at, ok := aws.Clock([]byte(text))
	want, err := aws.EventTime(text)
	if ok && (err != nil || !at.Equal(want) || at.Location() != time.UTC) {
		t.Errorf("%q is %v, want %v, error %v", text, at, want, err)
	}
	return ok
}

// TestClockTellsEveryDay: each day of each year that is taken, and none that the
// calendar does not have.
func TestClockTellsEveryDay(t *testing.T) {
	days := 0
	for year := 2011; year <= 2102; year++ {
		for month := range 14 {
			for day := range 33 {
				text := fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, day%24, (7*day)%60, (11*day)%60)
				told := checkClock(t, text)
				if _, err := aws.EventTime(text); told != (err == nil) {
					t.Errorf("%q: told %v, error %v", text, told, err)
				}
				if told {
					days++
				}
			}
		}
	}
	if want := int(time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC).Sub(time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24); days != want {
		t.Errorf("%d days are told, want %d", days, want)
	}
}

func TestClockTellsEverySecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1356998400, 4133980799).Draw(t, "seconds"), 0).UTC()
		if got, ok := aws.Clock([]byte(at.Format(time.RFC3339))); !ok || !got.Equal(at) {
			t.Errorf("%v is %v, %v", at, got, ok)
		}
	})
}

func TestClockLeavesOtherSpellings(t *testing.T) {
	const plain = "2026-03-01T10:20:30Z"
	for i := range plain {
		for _, c := range []byte("0369:-+.TZz \x00\xff") {
			checkClock(t, plain[:i]+string([]byte{c})+plain[i+1:])
		}
	}
	for _, text := range []string{
		"", "Z", "2026-03-01T10:20:30", "2026-03-01T10:20:30.5Z", "2026-03-01T10:20:30+00:00", "2026-03-01t10:20:30z", "2026-03-01T24:00:00Z",
		"2026-03-01T10:60:00Z", "2026-03-01T10:20:60Z", "2026-02-29T10:20:30Z", "2100-02-29T10:20:30Z", "2026-0/-01T10:20:30Z", "20260-3-01T10:20:30Z",
	} {
		if checkClock(t, text) {
			t.Errorf("%q is told", text)
		}
	}
}
