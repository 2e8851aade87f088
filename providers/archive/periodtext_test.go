package archive

// See periods_test.go for why these tests stand inside the package.

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

func sampleText() string {
	return "days/1 revision=7 usage=functions proved=false newest=1767225600/5 shrinks broken;" +
		"20454+27 2 10 00000000000000ff0000000a;20512+0 1 5 00000000000000fe0000000b AAEC"
}

func comparePeriods() gocmp.Option {
	return gocmp.AllowUnexported(periods{}, period{}, setName{}, basis{})
}

// TestPeriodsText: the text says all that there is to keep.
func TestPeriodsText(t *testing.T) {
	want := periods{on: onBasis(), newest: time.Unix(1767225600, 5).UTC(), shrinks: true, broken: true, all: []period{
		{from: 20454, to: 20481, objects: 2, events: 10, name: setName{0xff, 0xa}},
		{from: 20512, to: 20512, objects: 1, events: 5, name: setName{0xfe, 0xb}, prints: []uint32{0x000102}},
	}}
	if got := want.String(); got != sampleText() {
		t.Errorf("text = %q, want %q", got, sampleText())
	}
	if diff := gocmp.Diff(want, parsePeriods(sampleText(), onBasis()), comparePeriods()); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

// TestTextsThatTellNothing: a log with such a mark is read whole.
func TestTextsThatTellNothing(t *testing.T) {
	edit := func(from, to string) string {
		if strings.Count(sampleText(), from) != 1 {
			panic(from)
		}
		return strings.Replace(sampleText(), from, to, 1)
	}
	tests := map[string]string{
		"none":                        "",
		"the last version's":          "2 objects 00112233445566778899aabbccddeeff; 2026-01-04T03:00:00Z; 1 objects 00112233445566778899aabbccddeeff; 3",
		"of another form":             edit("days/1", "days/2"),
		"a head that is too short":    "days/1 revision=7",
		"a head of other words":       edit("usage=", "use="),
		"another spelling":            edit("20454+27", "20454+027"),
		"capital letters":             edit("00000000000000ff", "00000000000000FF"),
		"a space more":                edit(" 2 10 ", "  2 10 "),
		"an end that is missing":      strings.TrimSuffix(sampleText(), " AAEC") + ";",
		"a date out of range":         edit("20512+0", "1099511627777+0"),
		"periods that overlap":        edit("20512+0", "20481+0"),
		"periods out of order":        edit("20512+0", "20400+0"),
		"a period of no object":       edit(" 2 10 ", " 0 10 "),
		"less than no events":         edit(" 2 10 ", " 2 -1 "),
		"a number too great":          edit(" 2 10 ", " 2 99999999999999999999 "),
		"a short name":                edit("00000000000000ff", "000000000000ff"),
		"a name that is none":         edit("00000000000000ff", "0000000000000x00"),
		"prints of other objects":     edit("AAEC", "AAECAAED"),
		"prints out of order":         strings.Replace(edit("AAEC", "AAEDAAEC"), " 1 5 ", " 2 5 ", 1),
		"prints that are none":        edit("AAEC", "A*EC"),
		"prints broken by a line":     edit("AAEC", "AA\nEC"),
		"prints of many days":         edit("20512+0", "20512+1"),
		"a time that is none":         edit("/5", "/1000000000"),
		"more periods than there may": "days/1 revision=7 usage=functions proved=false newest=0/0" + manyPeriods(maxPeriods+1),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := gocmp.Diff(periods{on: onBasis()}, parsePeriods(text, onBasis()), comparePeriods()); diff != "" {
				t.Errorf("read from %q (-want +got):\n%s", text, diff)
			}
		})
	}
	if p := parsePeriods("days/1 revision=7 usage=functions proved=false newest=0/0"+manyPeriods(maxPeriods), onBasis()); len(p.all) != maxPeriods {
		t.Errorf("%d periods read, want %d", len(p.all), maxPeriods)
	}
}

func manyPeriods(n int) string {
	var all []period
	for i := range n {
		all = append(all, period{from: day(i), to: day(i), objects: 1})
	}
	_, text, _ := strings.Cut(periods{all: all}.String(), ";")
	return ";" + text
}

// TestPeriodsTextRoundTrip: whatever is kept is read again as it was.
func TestPeriodsTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counted := rapid.SampledFrom([]inventory.Counted{inventory.CountNone, inventory.CountFunctions, inventory.CountRoles}).Draw(t, "usage")
		want := periods{
			on:      basis{rapid.Int().Draw(t, "revision"), counted, rapid.Bool().Draw(t, "proved")},
			newest:  time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "rest")).UTC(),
			shrinks: rapid.Bool().Draw(t, "shrinks"), broken: rapid.Bool().Draw(t, "broken"),
		}
		d := day(rapid.Int64Range(-1<<20, 1<<20).Draw(t, "first day"))
		for range rapid.IntRange(0, 5).Draw(t, "periods") {
			p := period{from: d + day(rapid.IntRange(1, 40).Draw(t, "gap")), objects: rapid.IntRange(1, 9).Draw(t, "objects"), events: rapid.IntRange(0, 1<<40).Draw(t, "events")}
			p.to = p.from + day(rapid.SampledFrom([]int{0, 0, 5, 30}).Draw(t, "days"))
			p.name = setName{rapid.Uint64().Draw(t, "all"), rapid.Uint32().Draw(t, "keys")}
			if p.from == p.to && rapid.Bool().Draw(t, "one by one") {
				for i := range p.objects {
					p.prints = append(p.prints, uint32(i)<<20|uint32(rapid.IntRange(0, 1<<20-1).Draw(t, "print")))
				}
			}
			want.all, d = append(want.all, p), p.to
		}
		if diff := gocmp.Diff(want, parsePeriods(want.String(), want.on), comparePeriods()); diff != "" {
			t.Fatalf("read again (-want +got):\n%s", diff)
		}
	})
}

// FuzzParsePeriods: no text is too strange to be read as nothing, and what is
// read has one spelling and can be gone on from.
func FuzzParsePeriods(f *testing.F) {
	f.Add(sampleText())
	f.Add(readOf(logOf("2026-01-01", 40, 2)).String())
	f.Add("")
	f.Add("days/1 revision=7 usage=functions proved=false newest=-1/0;-1099511627775+1099511627775 1 9223372036854775807 000000000000000000000000")
	f.Add("2 objects 00; 2026-01-04T03:00:00Z; 1 objects 00; 3")
	f.Fuzz(func(t *testing.T, text string) {
		p := parsePeriods(text, onBasis())
		if again := p.String(); len(p.all) > 0 && again != text {
			t.Errorf("%q was read, and is written as %q", text, again)
		}
		due := logOf("2025-12-30", 4, 2)
		k, told := p.compare(due)
		_ = told.String()
		clean := map[day]int{}
		for _, d := range daysOf(due) {
			if !k.has(d) {
				clean[d] = 1
			}
		}
		after, _ := k.remember(due, clean).compare(due)
		if left := toRead(after, due); left != nil {
			t.Errorf("after %q and a reading, %v are not known", text, left)
		}
	})
}
