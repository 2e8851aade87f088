package archive

// The tests of what is remembered stand inside the package: outside of it only
// shows which objects are opened, and not why.

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

func onBasis() basis { return basis{7, inventory.CountFunctions, false} }

// logOf is a log in which so many objects come on each of some days, evenly, and
// are written a minute later.
func logOf(first string, days, each int) []object {
	start, err := time.Parse(time.DateOnly, first)
	if err != nil {
		panic(err)
	}
	var out []object
	for d := range days {
		for i := range each {
			t := start.AddDate(0, 0, d).Add(time.Duration(i) * 24 * time.Hour / time.Duration(each))
			key := fmt.Sprintf("logs/%s/%03d.gz", t.Format("2006/01/02"), i)
			out = append(out, object{key: key, size: 1000, modified: t.Add(time.Minute), delivered: t})
		}
	}
	return out
}

// readOf is what a reading of all objects leaves: every object has ten events,
// and the days given are not clean.
func readOf(due []object, dirty ...string) periods {
	clean := map[day]int{}
	for _, o := range due {
		clean[dayOf(o.delivered)] += 10
	}
	maps.DeleteFunc(clean, func(d day, _ int) bool { return slices.Contains(dirty, d.String()) })
	k, _ := parsePeriods("", onBasis()).compare(due)
	return k.remember(due, clean)
}

// shape is the periods in words, without their names.
func shape(p periods) []string {
	var out []string
	for _, q := range p.all {
		text := fmt.Sprintf("%s: %d objects, %d events", q.days(), q.objects, q.events)
		if q.prints != nil {
			text += ", one by one"
		}
		out = append(out, text)
	}
	return out
}

func toRead(k known, due []object) []string {
	var out []string
	for _, d := range daysOf(due) {
		if !k.has(d) {
			out = append(out, d.String())
		}
	}
	return out
}

// TestPeriods: settled days of a month are one, those of the last month and the
// young ones stand alone, and days with something to tell are left out.
func TestPeriods(t *testing.T) {
	tests := map[string]struct {
		due   []object
		dirty []string
		want  []string
	}{
		"nothing": {},
		"one day": {due: logOf("2026-02-01", 1, 2), want: []string{"2026-02-01: 2 objects, 20 events, one by one"}},
		"a month is joined, its last days are young": {due: logOf("2026-01-28", 5, 1), want: []string{
			"2026-01-28 to 2026-01-29: 2 objects, 20 events",
			"2026-01-30: 1 objects, 10 events, one by one",
			"2026-01-31: 1 objects, 10 events, one by one",
			"2026-02-01: 1 objects, 10 events, one by one",
		}},
		"months are not joined": {due: append(logOf("2025-11-30", 3, 1), logOf("2026-02-10", 1, 1)...), want: []string{
			"2025-11-30: 1 objects, 10 events",
			"2025-12-01 to 2025-12-02: 2 objects, 20 events",
			"2026-02-10: 1 objects, 10 events, one by one",
		}},
		"the same month of two years is two": {due: append(logOf("2024-01-05", 1, 1), append(logOf("2025-01-05", 1, 1), logOf("2026-02-10", 1, 1)...)...), want: []string{
			"2024-01-05: 1 objects, 10 events",
			"2025-01-05: 1 objects, 10 events",
			"2026-02-10: 1 objects, 10 events, one by one",
		}},
		"days without an object part nothing": {due: append(logOf("2026-01-01", 1, 1), append(logOf("2026-01-20", 1, 1), logOf("2026-02-10", 1, 1)...)...), want: []string{
			"2026-01-01 to 2026-01-20: 2 objects, 20 events",
			"2026-02-10: 1 objects, 10 events, one by one",
		}},
		"a day with something to tell parts its month": {due: append(logOf("2026-01-01", 5, 1), logOf("2026-02-10", 1, 1)...), dirty: []string{"2026-01-03"}, want: []string{
			"2026-01-01 to 2026-01-02: 2 objects, 20 events",
			"2026-01-04 to 2026-01-05: 2 objects, 20 events",
			"2026-02-10: 1 objects, 10 events, one by one",
		}},
		"settled days of the last month stand alone": {due: logOf("2026-02-01", 4, 1), want: []string{
			"2026-02-01: 1 objects, 10 events",
			"2026-02-02: 1 objects, 10 events, one by one",
			"2026-02-03: 1 objects, 10 events, one by one",
			"2026-02-04: 1 objects, 10 events, one by one",
		}},
		"before 1970": {due: logOf("1969-12-31", 2, 2), want: []string{
			"1969-12-31: 2 objects, 20 events, one by one",
			"1970-01-01: 2 objects, 20 events, one by one",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := readOf(test.due, test.dirty...)
			if diff := gocmp.Diff(test.want, shape(p)); diff != "" {
				t.Errorf("periods (-want +got):\n%s", diff)
			}
			k, told := p.compare(test.due)
			if diff := gocmp.Diff(test.dirty, toRead(k, test.due)); diff != "" {
				t.Errorf("days to read (-want +got):\n%s", diff)
			}
			if told != nil {
				t.Errorf("told of what did not change: %s", told)
			}
		})
	}
}

// TestManyObjectsOfADay are not remembered one by one, and the youngest first.
func TestManyObjectsOfADay(t *testing.T) {
	due := slices.Concat(logOf("2026-02-01", 1, 3), logOf("2026-02-02", 1, 3))
	for i := range maxPrints - 2 {
		o := due[3]
		o.key += fmt.Sprintf(".%04d", i)
		due = append(due, o)
	}
	p := readOf(due)
	if got := [2]bool{p.all[0].prints != nil, p.all[1].prints != nil}; got != [2]bool{true, false} {
		t.Errorf("remembered one by one: %v, want the day of few objects only", got)
	}
}

// TestAnotherBasis: nothing is known, and nothing is said to have changed.
func TestAnotherBasis(t *testing.T) {
	due := logOf("2026-02-01", 3, 1)
	text := readOf(due).String()
	for name, on := range map[string]basis{
		"a better decoder": {8, inventory.CountFunctions, false},
		"other usage":      {7, inventory.CountRoles, false},
		"no usage":         {7, inventory.CountNone, false},
		"verified":         {7, inventory.CountFunctions, true},
	} {
		k, told := parsePeriods(text, on).compare(due[:1])
		if len(k.same) > 0 || told != nil {
			t.Errorf("%s: known %v, told %q", name, k.same, told)
		}
		if p := k.remember(due, nil); p.on != on {
			t.Errorf("%s: remembered on %v, want %v", name, p.on, on)
		}
	}
}

// TestKnownPeriodStaysWhole: its events are known for the whole of it.
func TestKnownPeriodStaysWhole(t *testing.T) {
	january := logOf("2026-01-01", 31, 1)
	february := logOf("2026-02-01", 6, 1)
	p := readOf(slices.Concat(january, february))

	// The log ends in January again, so its days would stand alone.
	k, _ := p.compare(january)
	got := shape(k.remember(january, nil))
	if want := []string{"2026-01-01 to 2026-01-31: 31 objects, 310 events"}; !slices.Equal(got, want) {
		t.Errorf("carried over: %v, want %v", got, want)
	}
	if k.events() != 310 {
		t.Errorf("%d events are known, want 310", k.events())
	}

	// So it stays if its days are young again, and is no day that is told one by one.
	two := logOf("2026-01-30", 2, 1)
	k, _ = readOf(slices.Concat(two, february)).compare(two)
	short := parsePeriods(k.remember(two, nil).String(), onBasis())
	if got, want := shape(short), []string{"2026-01-30 to 2026-01-31: 2 objects, 20 events"}; !slices.Equal(got, want) {
		t.Errorf("carried over: %v, want %v", got, want)
	}

	// An earlier start adds what is not known.
	more := slices.Concat(logOf("2025-12-30", 2, 1), january, february)
	k, told := p.compare(more)
	if diff := gocmp.Diff([]string{"2025-12-30", "2025-12-31"}, toRead(k, more)); diff != "" || told != nil {
		t.Errorf("days to read (-want +got), told %q:\n%s", told, diff)
	}
}

// TestExpiry: where a bucket lets its oldest objects go, that is told, and costs
// no reading once it was seen.
func TestExpiry(t *testing.T) {
	all := slices.Concat(logOf("2025-10-01", 59, 2), logOf("2026-02-01", 1, 2)) // until November 28
	p := readOf(all)
	read := 0
	for gone := 1; gone < 40; gone++ {
		due := all[2*gone:]
		k, told := p.compare(due)
		clean := map[day]int{}
		for _, o := range due {
			if d := dayOf(o.delivered); !k.has(d) {
				clean[d] += 10
			}
		}
		read += len(clean)
		if gone > 1 && gone != 32 {
			day := dayOf(all[2*gone-1].delivered)
			want := fmt.Sprintf("2 objects delivered until %s that were read before are gone", day)
			if told.String() != want {
				t.Errorf("told %q, want %q", told, want)
			}
		}
		p = k.remember(due, clean)
		k, _ = p.compare(due) // a second run of the day
		p = parsePeriods(k.remember(due, nil).String(), onBasis())
	}
	// October is read when the first of its days is gone, and November so too.
	if want := 30 + 27; read != want {
		t.Errorf("%d days read, want %d", read, want)
	}
}

// TestSizeOfPeriods: what is kept stays small.
func TestSizeOfPeriods(t *testing.T) {
	tests := map[string]struct {
		due   []object
		bytes int
	}{
		"a year of hourly objects":                           {logOf("2025-02-01", 364, 24), 2100},
		"a year, at the end of a month":                      {logOf("2025-02-01", 364+1, 24), 2100},
		"three years of hourly objects":                      {logOf("2023-02-01", 3*365, 24), 3200},
		"a year of many objects":                             {logOf("2025-02-01", 365, 400), 6000},
		"more periods than fit: thirty years of hourly ones": {logOf("1996-02-01", 30*365, 2), 16000},
	}
	for name, test := range tests {
		p := readOf(test.due)
		text := p.String()
		t.Logf("%s: %d objects, %d periods, %d bytes", name, len(test.due), len(p.all), len(text))
		if len(text) > test.bytes || len(p.all) > maxPeriods {
			t.Errorf("%s: %d bytes, %d periods, want at most %d and %d", name, len(text), len(p.all), test.bytes, maxPeriods)
		}
	}
	p := readOf(logOf("1996-02-01", 30*365, 2))
	if len(p.all) != maxPeriods || p.all[maxPeriods-1].to.String() != "2026-01-23" {
		t.Errorf("%d periods until %s, want the last %d", len(p.all), p.all[len(p.all)-1].to, maxPeriods)
	}
}

// model is an archive that changes, and what was read of it.
type model struct {
	objects map[string]*made
	now     time.Time
	mark    string
	clean   map[day]string // the objects of a day when it was last read clean
	serial  int
}

// made is an object with what it holds.
type made struct {
	object
	events int
	bad    bool
}

func (m *model) due() []object {
	var out []object
	for _, o := range m.objects {
		out = append(out, o.object)
	}
	slices.SortFunc(out, func(a, b object) int { return cmp.Compare(a.key, b.key) })
	return out
}

func (m *model) add(t *rapid.T) {
	m.serial++
	back := rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2, 3, 10, 33, 64, 400}).Draw(t, "days back")
	o := &made{events: rapid.IntRange(0, 3).Draw(t, "events"), bad: rapid.IntRange(0, 15).Draw(t, "bad") == 0}
	o.object = object{
		// Keys of several trails lie in the order of their names, not of days.
		key:       fmt.Sprintf("%d/%d", rapid.IntRange(0, 2).Draw(t, "trail"), m.serial),
		size:      int64(rapid.IntRange(1, 3).Draw(t, "size")),
		delivered: m.now.AddDate(0, 0, -back).Add(-time.Hour),
		modified:  m.now,
	}
	if rapid.Bool().Draw(t, "copied with its time") {
		o.modified = o.delivered
	}
	m.objects[o.key] = o
}

// pick takes an object by chance, the same one for the same draw.
func (m *model) pick(t *rapid.T) *made {
	keys := slices.Sorted(maps.Keys(m.objects))
	if len(keys) == 0 {
		return nil
	}
	return m.objects[rapid.SampledFrom(keys).Draw(t, "object")]
}

// step changes one thing, and reports whether it touched an object that was there.
func (m *model) step(t *rapid.T) (touched *made) {
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		if touched = m.pick(t); touched != nil {
			delete(m.objects, touched.key)
		}
	case 1:
		if touched = m.pick(t); touched != nil {
			next := *touched
			next.size, next.events, next.bad = next.size+1, next.events+1, false
			if rapid.Bool().Draw(t, "time set") {
				next.modified = m.now
			}
			m.objects[next.key] = &next
		}
	default:
		m.add(t)
	}
	return touched
}

func (m *model) content(d day) string {
	var out []string
	for _, o := range m.due() {
		if dayOf(o.delivered) == d {
			out = append(out, fmt.Sprint(o.key, o.size, o.modified.UnixNano()))
		}
	}
	return strings.Join(out, " ")
}

// scan reads what is not known, as a run does, checks what is known against the
// truth, and gives what was told.
func (m *model) scan(t *rapid.T) changes {
	due := m.due()
	k, told := parsePeriods(m.mark, onBasis()).compare(due)
	total, want := k.events(), 0
	clean, bad := map[day]int{}, map[day]bool{}
	for _, o := range due {
		d := dayOf(o.delivered)
		want += m.objects[o.key].events
		if k.has(d) {
			continue
		}
		clean[d] += m.objects[o.key].events
		total += m.objects[o.key].events
		bad[d] = bad[d] || m.objects[o.key].bad
	}
	for _, d := range daysOf(due) {
		if was, ok := m.clean[d]; k.has(d) && (!ok || was != m.content(d)) {
			t.Fatalf("%s is taken for known, and holds %q; it was read clean with %q", d, m.content(d), was)
		}
		if !k.has(d) {
			delete(m.clean, d)
			if !bad[d] {
				m.clean[d] = m.content(d)
			}
		}
	}
	maps.DeleteFunc(clean, func(d day, _ int) bool { return bad[d] })
	if total != want {
		t.Fatalf("%d events carried over and read, a first reading has %d", total, want)
	}
	after := k.remember(due, clean)
	m.mark = after.String()
	again, changed := parsePeriods(m.mark, onBasis()).compare(due)
	for _, d := range daysOf(due) {
		if again.has(d) == bad[d] {
			t.Fatalf("read again at once: %s is known: %v, had something to tell: %v", d, again.has(d), bad[d])
		}
	}
	if changed != nil {
		t.Fatalf("nothing changed, but told %q", changed)
	}
	if same := again.remember(due, nil).String(); len(bad) == 0 && same != m.mark {
		t.Fatalf("nothing changed, but the mark did:\n%s\n%s", m.mark, same)
	}
	return told
}

// TestPeriodsOfAnyHistory: whatever happens to an archive, a day whose objects are
// not those of its last clean reading is read, the events add up, and what is
// told is true: of every period in which an object that was read is gone or
// changed, with its number, and of none to which others came only.
func TestPeriodsOfAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{objects: map[string]*made{}, now: time.Date(2026, 1, 20, 5, 0, 0, 0, time.UTC), clean: map[day]string{}}
		for range rapid.IntRange(2, 6).Draw(t, "scans") {
			remembered := parsePeriods(m.mark, onBasis())
			there := maps.Clone(m.objects)
			lost := make([]int, len(remembered.all))
			for range rapid.IntRange(0, 25).Draw(t, "steps") {
				if o := m.step(t); o != nil && there[o.key] == o {
					d := dayOf(o.delivered)
					if i := search(remembered.all, d); i < len(lost) && remembered.all[i].from <= d {
						lost[i]++
					}
				}
				m.now = m.now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "hours")) * time.Hour)
			}
			first := firstDay(m.due())
			told := m.scan(t)
			expired := 0
			for i, p := range remembered.all {
				if p.to < first {
					expired += p.objects
					continue
				}
				judge(t, p, lost[i], told)
			}
			if want := count(expired, "object") + " delivered until "; expired > 0 && !strings.HasPrefix(told.String(), want) {
				t.Fatalf("told %q, want %q...", told, want)
			}
			m.now = m.now.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "days"))
		}
	})
}

// judge holds what was told of a period against what happened to it.
func judge(t *rapid.T, p period, lost int, told changes) {
	i := slices.IndexFunc(told, func(text string) bool { return strings.Contains(text, " of "+p.days()+" ") })
	switch {
	case i < 0 && lost == 0:
	case i < 0:
		t.Fatalf("%d objects of %s are gone or changed, and nothing is told", lost, p.days())
	case strings.Contains(told[i], "came late or were changed"):
	case lost == 0:
		t.Fatalf("nothing of %s is gone or changed, but told %q", p.days(), told[i])
	default:
		n := 0
		number, atLeast := strings.CutPrefix(told[i], "at least ")
		if _, err := fmt.Sscan(number, &n); err != nil && !strings.HasPrefix(number, "objects of ") {
			t.Fatalf("told %q, which has no number", told[i])
		}
		if n > lost || n < lost && !atLeast && n > 0 {
			t.Fatalf("%d objects of %s are gone or changed, but told %q", lost, p.days(), told[i])
		}
	}
}

// TestOrderOfDays: trails that share a log lie one after the other by key, and
// their days between each other.
func TestOrderOfDays(t *testing.T) {
	due := logOf("2026-01-01", 60, 2)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range due {
		due[i].key = fmt.Sprintf("%d/%s", rnd.IntN(3), due[i].key)
	}
	slices.SortFunc(due, func(a, b object) int { return cmp.Compare(a.key, b.key) })
	p := readOf(due)
	if diff := gocmp.Diff(shape(readOf(logOf("2026-01-01", 60, 2))), shape(p)); diff != "" {
		t.Errorf("periods (-of one trail +of three):\n%s", diff)
	}
	if k, told := p.compare(due); toRead(k, due) != nil || told != nil {
		t.Errorf("to read: %v, told: %v", toRead(k, due), told)
	}
}

// BenchmarkPeriods: two listings of 100,000 objects are told apart and remembered.
func BenchmarkPeriods(b *testing.B) {
	due := logOf("2025-01-01", 347, 288)
	p := readOf(due)
	due[5000].size++
	b.ReportAllocs()
	for b.Loop() {
		k, _ := p.compare(due)
		k.remember(due, map[day]int{dayOf(due[5000].delivered): 1})
	}
}
