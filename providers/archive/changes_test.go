package archive

// See periods_test.go for why these tests stand inside the package.

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestChanges: what is told is exact where it can be, and open where it cannot. A
// log of three months of four objects a day is held against what became of it;
// of 2026-03-03 and the days before it single objects are remembered.
func TestChanges(t *testing.T) {
	const january, settled, young = "logs/2026/01/05/", "logs/2026/02/05/", "logs/2026/03/03/"
	later := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	long := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		change func(log) log
		want   changes
		read   int // days
	}{
		"nothing":                     {func(l log) log { return l }, nil, 0},
		"a new day":                   {func(l log) log { return append(l, logOf("2026-03-04", 1, 4)...) }, nil, 1},
		"others of a young day":       {func(l log) log { return l.add(young+"000.gz", later) }, nil, 1},
		"others with an earlier time": {func(l log) log { return l.add(young+"000.gz", long) }, nil, 1},
		"others of a settled month":   {func(l log) log { return l.add(settled+"000.gz", later) }, nil, 28},
		"others with an earlier time, of a settled month": {func(l log) log { return l.add(settled+"000.gz", long) },
			changes{"objects of 2026-02-01 to 2026-02-28 came late or were changed"}, 28},
		"one of a young day is gone": {func(l log) log { return l.drop(young + "001.gz") },
			changes{"1 of 4 objects of 2026-03-03 is gone"}, 1},
		"two of a settled month are gone": {func(l log) log { return l.drop(settled+"001.gz", january+"002.gz", january+"003.gz") },
			changes{"at least 2 of 124 objects of 2026-01-01 to 2026-01-31 are gone", "at least 1 of 112 objects of 2026-02-01 to 2026-02-28 is gone"}, 59},
		"one is gone and another came": {func(l log) log { return l.drop(young+"001.gz").add(young+"000.gz", later) },
			changes{"1 of 4 objects of 2026-03-03 is gone (written since: " + young + "000.gz.late)"}, 1},
		"one is gone and another came, with an earlier time": {func(l log) log { return l.drop(settled+"001.gz").add(settled+"000.gz", long) },
			changes{"at least 1 of 112 objects of 2026-02-01 to 2026-02-28 is gone"}, 28},
		"one is gone and two came, with an earlier time": {func(l log) log {
			return l.drop(settled+"001.gz").add(settled+"000.gz", long).add(settled+"002.gz", long)
		},
			changes{"objects of 2026-02-01 to 2026-02-28 came late or were changed"}, 28},
		"one of a young day was written again": {func(l log) log { return l.write(later, young+"001.gz") },
			changes{"1 of 4 objects of 2026-03-03 was changed (written since: " + young + "001.gz)"}, 1},
		"one was written again and another is gone": {func(l log) log { return l.write(later, young+"001.gz").drop(young + "002.gz") },
			changes{"2 of 4 objects of 2026-03-03 are gone or changed (written since: " + young + "001.gz)"}, 1},
		"many were written again": {func(l log) log {
			return l.write(later, settled+"000.gz", settled+"001.gz", settled+"002.gz", settled+"003.gz")
		}, changes{"at least 4 of 112 objects of 2026-02-01 to 2026-02-28 were changed (written since: " +
			settled + "000.gz, " + settled + "001.gz, " + settled + "002.gz and 1 more)"}, 28},
		"one was changed and its time set back": {func(l log) log { return l.write(long, settled+"001.gz") },
			changes{"objects of 2026-02-01 to 2026-02-28 were changed"}, 28},
		"one of a young day was changed and its time set back": {func(l log) log { return l.write(long, young+"001.gz") },
			changes{"1 of 4 objects of 2026-03-03 was changed"}, 1},
		"one was written again within the second": {func(l log) log {
			l[l.find(settled+"001.gz")].modified = l[l.find(settled+"001.gz")].modified.Add(time.Nanosecond)
			return l
		}, changes{"objects of 2026-02-01 to 2026-02-28 were changed"}, 28},
		"the last days are gone": {func(l log) log { return l.until("2026-03-01") },
			changes{"4 of 4 objects of 2026-03-02 are gone", "4 of 4 objects of 2026-03-03 are gone"}, 0},
		"the oldest are gone": {func(l log) log { return l.from("2026-02-01") },
			changes{"124 objects delivered until 2026-01-31 that were read before are gone"}, 0},
		"the oldest and some of a month are gone": {func(l log) log { return l.from("2026-02-03").drop(young + "003.gz") },
			changes{"124 objects delivered until 2026-01-31 that were read before are gone",
				"at least 8 of 112 objects of 2026-02-01 to 2026-02-28 are gone", "1 of 4 objects of 2026-03-03 is gone"}, 27},
		"all are gone": {func(log) log { return nil },
			changes{"248 objects delivered until 2026-03-03 that were read before are gone"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := logOf("2026-01-01", 62, 4)
			text := readOf(before).String()
			due := test.change(slices.Clone(before))
			k, told := parsePeriods(text, onBasis()).compare(due)
			if diff := gocmp.Diff(test.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if got := toRead(k, due); len(got) != test.read {
				t.Errorf("%d days are read, want %d: %v", len(got), test.read, got)
			}
		})
	}
}

// TestManyChanges are told by the first ones and their number.
func TestManyChanges(t *testing.T) {
	for want, c := range map[string]changes{
		"":                               nil,
		"a; b; c":                        {"a", "b", "c"},
		"a; b; c; and 2 more (5 in all)": {"a", "b", "c", "d", "e"},
	} {
		if got := c.String(); got != want {
			t.Errorf("%q told as %q, want %q", []string(c), got, want)
		}
	}
}

// TestMissing: as often as a number is there, it is looked for.
func TestMissing(t *testing.T) {
	if got := missing([]uint32{1, 3, 3, 5, 7}, []uint32{0, 1, 3, 4, 7, 7}); got != 2 {
		t.Errorf("%d missing, want 2: a 3 and the 5", got)
	}
}

// log is a log to which things happen. Its objects are in order of key.
type log []object

func (l log) find(key string) int {
	i := slices.IndexFunc(l, func(o object) bool { return o.key == key })
	if i < 0 {
		panic("no object " + key)
	}
	return i
}

// add puts an object beside another.
func (l log) add(beside string, modified time.Time) log {
	i := l.find(beside)
	o := l[i]
	o.key, o.modified = o.key+".late", modified
	return slices.Insert(l, i+1, o)
}

func (l log) write(modified time.Time, keys ...string) log {
	for _, key := range keys {
		i := l.find(key)
		l[i].size, l[i].modified = l[i].size+1, modified
	}
	return l
}

func (l log) drop(keys ...string) log {
	for _, key := range keys {
		i := l.find(key)
		l = slices.Delete(l, i, i+1)
	}
	return l
}

func (l log) from(date string) log {
	return slices.DeleteFunc(l, func(o object) bool { return dayOf(o.delivered).String() < date })
}

func (l log) until(date string) log {
	return slices.DeleteFunc(l, func(o object) bool { return dayOf(o.delivered).String() > date })
}
