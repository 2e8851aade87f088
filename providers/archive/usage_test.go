// Counting is no part of what the package offers, so that it is tested from
// inside.
package archive

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

const partName = "cloudtrail:logs 2026-02-01"

// act is a record of a test. One without use is an event only.
type act struct {
	id              recordID
	counted         bool
	identity, asset string
	account, region string
	service, name   string
	outcome         inventory.Outcome
	at              time.Time
	outside         bool
	endsSegment     bool
}

// fill puts the record into a segment by way of bytes that are gone afterwards.
func (a act) fill(s *segment, buffer []byte) int {
	if !a.counted {
		return s.note(a.id)
	}
	buffer = buffer[:0]
	take := func(text string) []byte {
		from := len(buffer)
		buffer = append(buffer, text...)
		return buffer[from:len(buffer):len(buffer)]
	}
	number := s.use(&Use{
		ID:       take(a.idText()),
		Identity: take(a.identity), Asset: take(a.asset), Account: take(a.account), Region: take(a.region),
		Service: take(a.service), Name: take(a.name), Outcome: a.outcome, Time: a.at, Outside: a.outside,
	})
	for i := range buffer {
		buffer[i] = '#'
	}
	return number
}

func (a act) idText() string {
	if a.id == (recordID{}) {
		return ""
	}
	x := fmt.Sprintf("%x", a.id)
	return strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-")
}

func drawAct(t *rapid.T) act {
	text := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	a := act{
		counted:  rapid.IntRange(0, 9).Draw(t, "counted") > 0,
		identity: text("identity", "", "r", "ro", "role", "other role"), asset: text("asset", "", "f", "o"),
		account: text("account", "1", "1", "1", "2"), region: text("region", "eu", "eu", "us", ""),
		service: text("service", "s3", "iam", ""), name: text("name", "a", "b", "c", "d", "e", "f"),
		outcome: inventory.Outcome(text("outcome", "succeeded", "failed", "dry-run", "")),
		at:      time.Unix(rapid.Int64Range(1_770_000_000, 1_770_000_009).Draw(t, "at"), rapid.Int64Range(0, 3).Draw(t, "ns")).UTC(),
		outside: rapid.Bool().Draw(t, "outside"), endsSegment: rapid.IntRange(0, 5).Draw(t, "cut") == 0,
	}
	if n := rapid.IntRange(-1, 60).Draw(t, "id"); n >= 0 {
		a.id = numbered(n)
	}
	if rapid.IntRange(0, 30).Draw(t, "odd time") == 0 {
		a.at = rapid.SampledFrom([]time.Time{{}, time.Date(9999, 1, 1, 0, 0, 0, 7, time.UTC)}).Draw(t, "at")
	}
	return a
}

// naive counts as the documents say, one record after the other.
type naive struct {
	maxRows, maxHolderRows, maxText int

	rows   map[inventory.Usage]*inventory.Usage // by key, with no count
	size   map[inventory.Usage]int              // rows of a holder
	calls  map[[3]string]bool
	text   int
	closed bool
}

func (n *naive) count(a act) {
	hold := inventory.Usage{
		Identity: a.identity, Asset: inventory.AssetID(a.asset), Part: partName,
		Scope: inventory.Scope{Provider: inventory.AWS, Account: a.account, Region: a.region},
	}
	key := hold
	key.Service, key.Name, key.Outcome = a.service, a.name, a.outcome
	if n.rows[key] == nil {
		key = n.admit(hold, key)
	}
	r := n.rows[key]
	if r == nil {
		row := key
		row.First, row.Last, row.Scope = a.at, a.at, hold.Scope
		r, n.rows[key] = &row, &row
	}
	r.Count++
	if a.outside {
		r.Outside++
	}
	if a.at.Before(r.First) {
		r.First = a.at
	}
	if a.at.After(r.Last) {
		r.Last = a.at
	}
	if r.Scope.Account != a.account {
		r.Scope.Account = ""
	}
	if r.Scope.Region != a.region {
		r.Scope.Region = ""
	}
}

// admit gives the key by which a call counts that has no row.
func (n *naive) admit(hold, key inventory.Usage) inventory.Usage {
	over := hold
	over.Overflow = true
	nobody := inventory.Usage{Overflow: true, Part: partName, Scope: inventory.Scope{Provider: inventory.AWS}}
	if hold.Identity == "" {
		over = nobody
	}
	if n.size[hold] >= n.maxHolderRows {
		return over
	}
	need, call := 0, [3]string{key.Service, key.Name, string(key.Outcome)}
	if n.size[hold] == 0 {
		need += 16 + len(hold.Identity+string(hold.Asset)+hold.Scope.Account+hold.Scope.Region)
	}
	if !n.calls[call] {
		need += 12 + len(strings.Join(call[:], ""))
	}
	all := 0
	for _, size := range n.size {
		all += size
	}
	if n.closed = n.closed || all >= n.maxRows || n.text+need > n.maxText; n.closed {
		if n.size[hold] > 0 {
			return over
		}
		return nobody
	}
	n.text += need
	n.calls[call] = true
	n.size[hold]++
	return key
}

func (n *naive) sorted() []inventory.Usage {
	var out []inventory.Usage
	for _, r := range n.rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b inventory.Usage) int {
		if nobody := a.Overflow && a.Identity == ""; nobody || b.Overflow && b.Identity == "" {
			return map[bool]int{true: -1, false: 1}[nobody]
		}
		hold := cmp.Or(cmp.Compare(a.Identity, b.Identity), cmp.Compare(a.Asset, b.Asset), a.Scope.Compare(b.Scope))
		if hold == 0 && a.Overflow != b.Overflow {
			return map[bool]int{true: -1, false: 1}[a.Overflow]
		}
		return cmp.Or(hold, cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}

// small gives an empty part with small bounds, and its naive counterpart.
func small(t *rapid.T) (*part, *naive) {
	p := newPart()
	p.maxRows = rapid.SampledFrom([]int{1, 2, 5, 12, 1000}).Draw(t, "rows")
	p.maxHolderRows = rapid.SampledFrom([]int{1, 2, 4, 1000}).Draw(t, "rows of a holder")
	p.maxText = rapid.OneOf(rapid.Just(partText), rapid.IntRange(0, 200)).Draw(t, "text")
	return p, &naive{
		maxRows: p.maxRows, maxHolderRows: p.maxHolderRows, maxText: p.maxText,
		rows: map[inventory.Usage]*inventory.Usage{}, size: map[inventory.Usage]int{}, calls: map[[3]string]bool{},
	}
}

func TestUsageIsThatOfANaiveCountHoweverSegmentsAreCut(t *testing.T) {
	s, buffer := newSegment(), make([]byte, 0, 1<<10) // used over and over
	rapid.Check(t, func(t *rapid.T) {
		p, want := small(t)
		size := rapid.SampledFrom([]int{1, 5, 25, 1000}).Draw(t, "window")
		w, last := recent{size: size}, lastOf{size: size}
		acts := rapid.SliceOfN(rapid.Custom(drawAct), 0, 120).Draw(t, "acts")
		s.reset()
		if rapid.Bool().Draw(t, "used before") {
			for _, a := range rapid.SliceOfN(rapid.Custom(drawAct), 1, 60).Draw(t, "acts before") {
				a.fill(s, buffer)
			}
			s.sift(&w)
			p.add(s)
			s.reset()
			p.reset()
			w.reset()
		}
		var stale []bool
		hand := func() {
			s.sift(&w)
			p.add(s)
			for i, want := range stale {
				if got := s.duplicate(i); got != want {
					t.Fatalf("duplicate(%d) = %v, want %v", i, got, want)
				}
			}
			s.reset()
			stale = stale[:0]
		}
		counted := 0
		for _, a := range acts {
			if number := a.fill(s, buffer); number != len(stale) {
				t.Fatalf("the record has number %d, want %d", number, len(stale))
			}
			fresh := a.id == (recordID{}) || last.add(a.id)
			if stale = append(stale, !fresh); fresh && a.counted {
				want.count(a)
				counted++
			}
			if a.endsSegment {
				hand()
			}
		}
		hand()
		got := slices.Collect(p.usage(partName, inventory.AWS))
		if diff := gocmp.Diff(want.sorted(), got); diff != "" {
			t.Fatalf("usage (-want +got):\n%s", diff)
		}
		for _, u := range got {
			counted -= u.Count
		}
		if counted != 0 {
			t.Fatalf("%d records are counted nowhere", counted)
		}
	})
}

func TestUsageIsTheSameBySumsAndByRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sums, _ := small(t)
		records := newPart()
		records.maxRows, records.maxHolderRows, records.maxText = sums.maxRows, sums.maxHolderRows, sums.maxText
		s := newSegment()
		for _, a := range rapid.SliceOfN(rapid.Custom(drawAct), 0, 120).Draw(t, "acts") {
			a.fill(s, nil)
			if a.endsSegment {
				sums.add(s)
				s.stale = []int{len(s.records)} // none of them, but record by record
				records.add(s)
				s.reset()
			}
		}
		want, got := slices.Collect(sums.usage(partName, inventory.AWS)), slices.Collect(records.usage(partName, inventory.AWS))
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("by records (-sums +records):\n%s", diff)
		}
	})
}

// partOf counts acts in one segment.
func partOf(acts ...act) []inventory.Usage {
	s, p := newSegment(), newPart()
	for _, a := range acts {
		a.counted = true
		a.fill(s, nil)
	}
	p.add(s)
	return slices.Collect(p.usage(partName, inventory.AWS))
}

func TestUsageTellsAllOfARow(t *testing.T) {
	early, late := time.Date(2026, 2, 1, 3, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 4, 0, 0, 5, time.UTC)
	a := act{
		id: numbered(1), identity: "arn:aws:iam::111122223333:role/r", asset: "arn:aws:lambda:eu-west-1:111122223333:function:f",
		account: "111122223333", region: "eu-west-1", service: "s3.amazonaws.com", name: "GetObject",
		outcome: inventory.Succeeded, at: late.In(time.FixedZone("", 3600)), outside: true,
	}
	b := a
	b.id, b.at, b.outside = numbered(2), early, false
	want := []inventory.Usage{{
		Identity: a.identity, Asset: inventory.AssetID(a.asset), Service: a.service, Name: a.name, Outcome: inventory.Succeeded,
		Part: partName, Scope: inventory.Scope{Provider: inventory.AWS, Account: a.account, Region: a.region},
		Count: 2, Outside: 1, First: early, Last: late,
	}}
	got := partOf(a, b)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if at := got[0].Last; at.Location() != time.UTC {
		t.Errorf("the time is told in %v", at.Location())
	}
}

func TestUsageKeepsKeysApartThatReadTheSame(t *testing.T) {
	acts := []act{
		{identity: "ab", asset: "c"}, {identity: "a", asset: "bc"}, {identity: "abc"}, {asset: "abc"},
		{identity: "a\x00", asset: "b"}, {identity: "a", asset: "\x00b"}, {account: "abc"}, {region: "abc"},
		{service: "abc"}, {name: "abc"}, {outcome: "abc"}, {},
		{identity: "a\x01\x00\x00\x00b"}, {identity: "a", asset: "b\x00\x00\x00\x00"},
	}
	if got := partOf(acts...); len(got) != len(acts) {
		t.Errorf("%d rows, want %d: %+v", len(got), len(acts), got)
	}
}

func TestUsageOfAnIdentityBeyond1000RowsIsInItsOverflow(t *testing.T) {
	var acts []act
	for n := range holderRows + 3 {
		acts = append(acts, act{identity: "busy", account: "1", region: "eu", name: fmt.Sprint(n)})
	}
	acts = append(acts, act{identity: "busy", account: "1", region: "eu", name: "7"}, act{identity: "calm", name: "x"})
	got := partOf(acts...)
	if len(got) != holderRows+2 {
		t.Fatalf("%d rows, want %d", len(got), holderRows+2)
	}
	over := got[0]
	over.First, over.Last = time.Time{}, time.Time{}
	want := inventory.Usage{
		Identity: "busy", Part: partName, Count: 3, Overflow: true,
		Scope: inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "eu"},
	}
	if diff := gocmp.Diff(want, over); diff != "" {
		t.Errorf("the overflow (-want +got):\n%s", diff)
	}
	for _, u := range got[1:] {
		if want := map[bool]int{true: 2, false: 1}[u.Name == "7"]; u.Count != want || u.Overflow {
			t.Errorf("%+v, want %d and no overflow", u, want)
		}
	}
}

// crowd gives uses of identities with long names, each with one call.
func crowd(from, to int, name string) func(*segment) {
	return func(s *segment) {
		u := Use{Account: []byte("111122223333"), Region: []byte("eu-west-1"), Service: []byte("s3.amazonaws.com"), Name: []byte(name)}
		for n := from; n < to; n++ {
			u.Identity = fmt.Appendf(nil, "arn:aws:iam::111122223333:role/service-role/billing-function-role-%08d", n)
			u.Asset = fmt.Appendf(nil, "arn:aws:lambda:eu-west-1:111122223333:function:billing-function-%08d", n)
			s.use(&u)
		}
	}
}

func TestUsageBeyondARoomfulIsCountedAndTakesLittleMemory(t *testing.T) {
	before := heap()
	p, s := newPart(), newSegment()
	for _, fill := range []func(*segment){
		crowd(0, partRows/2, "GetObject"), crowd(partRows/2, partRows, "GetObject"), // all that have room
		crowd(partRows, partRows+10, "GetObject"), // no more identities
		crowd(0, 20, "PutObject"),                 // and no more rows
		crowd(0, 5, "GetObject"),                  // those that have a row keep it
	} {
		s.reset()
		fill(s)
		p.add(s)
	}
	s = nil
	if took := heap() - before; took > 25<<20 {
		t.Errorf("a full part takes %d bytes", took)
	}
	var rows, own, others, all int
	for u := range p.usage(partName, inventory.AWS) {
		all += u.Count
		switch {
		case !u.Overflow:
			rows++
		case u.Identity != "":
			own++
		default:
			others += u.Count
			if want := (inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}); u.Scope != want {
				t.Errorf("the scope of all others is %v, want %v", u.Scope, want)
			}
		}
	}
	got, want := [4]int{rows, own, others, all}, [4]int{partRows, 20, 10, partRows + 35}
	if got != want {
		t.Errorf("rows, overflow rows, others, all: %v, want %v", got, want)
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestUsageOfHugeNamesTakesBoundedMemory(t *testing.T) {
	p, s := newPart(), newSegment()
	name := []byte(strings.Repeat("x", 1<<20))
	s.use(&Use{Identity: []byte("r"), Name: make([]byte, 5*segmentText)})
	for n := range 40 {
		copy(name, fmt.Sprintf("%08d", n))
		s.use(&Use{Identity: []byte("r"), Name: name})
		if s.full() {
			p.add(s)
			s.reset()
		}
	}
	p.add(s)
	if p.text > partText || cap(s.text) > 2*segmentText {
		t.Errorf("the part keeps %d bytes, the segment %d", p.text, cap(s.text))
	}
	all := 0
	for u := range p.usage(partName, inventory.AWS) {
		all += u.Count
	}
	if all != 41 {
		t.Errorf("%d records are counted of 41", all)
	}
}

// typical gives what one segment of a busy day holds: some hundred rows.
func typical(records int) []Use {
	uses := make([]Use, records)
	for i := range uses {
		n := i * 7919 % 500
		uses[i] = Use{
			ID:       []byte(act{id: numbered(i)}.idText()),
			Identity: fmt.Appendf(nil, "arn:aws:iam::111122223333:role/service-role/billing-function-role-%02d", n/10),
			Asset:    fmt.Appendf(nil, "arn:aws:lambda:eu-west-1:111122223333:function:billing-function-%02d", n/10),
			Account:  []byte("111122223333"), Region: []byte("eu-west-1"), Service: []byte("dynamodb.amazonaws.com"),
			Name: fmt.Appendf(nil, "Operation%d", n%10), Outcome: inventory.Succeeded, Time: time.Unix(1_770_000_000+int64(i), 0),
		}
	}
	return uses
}

func TestUsageAllocatesNothingForKnownRows(t *testing.T) {
	uses, s, p, w := typical(2000), newSegment(), newPart(), fullWindow()
	again := func() {
		s.reset()
		for i := range uses {
			s.use(&uses[i])
		}
		s.sift(w)
		p.add(s)
	}
	again()
	again() // its records are duplicates, so that they are added one by one
	if allocs := testing.AllocsPerRun(10, again); allocs != 0 {
		t.Errorf("%v allocations by records", allocs)
	}
	s.stale = nil
	if allocs := testing.AllocsPerRun(10, func() { p.add(s) }); allocs != 0 {
		t.Errorf("%v allocations by sums", allocs)
	}
}

func BenchmarkUse(b *testing.B) {
	uses, s := typical(4096), newSegment()
	n := 0
	for b.Loop() {
		if n%len(uses) == 0 {
			s.reset()
		}
		s.use(&uses[n%len(uses)])
		n++
	}
}

func BenchmarkPartAdd(b *testing.B) {
	uses, s := typical(segmentRecords), newSegment()
	for i := range uses {
		s.use(&uses[i])
	}
	for name, stale := range map[string][]int{"sums": nil, "records": {len(uses)}} {
		b.Run(name, func(b *testing.B) {
			p := newPart()
			s.stale = stale
			for b.Loop() {
				p.add(s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(uses)), "ns/record")
		})
	}
}
