package trailgen

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"
)

// Archive is a trail that can be written. Make it with New; its methods may be
// called from several goroutines at once.
type Archive struct {
	cfg      Config
	estate   *estate
	lambda   draw
	others   draw
	refusals []refusal
}

// New prepares a trail. An error names what is impossible in cfg.
func New(cfg Config) (*Archive, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	others := append(append(computeCalls(), dataCalls()...), identityCalls()...)
	return &Archive{cfg: cfg, estate: newEstate(cfg), lambda: newDraw(lambdaCalls()), others: newDraw(others), refusals: refusals()}, nil
}

// organization is the id in the keys.
const organization = "o-exampleorg1"

// interval is the shortest time between two deliveries of one account and region.
const interval = 5 * time.Minute

// Key is the key of object i, with slashes, as below the bucket.
func (a *Archive) Key(i int) string {
	pl, at := a.place(i), a.delivered(i)
	p := pen{r: a.random(i, 1)}
	p.digits(idDigits, 5, 16)
	return fmt.Sprintf("AWSLogs/%s/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz",
		organization, pl.account, pl.region, at.Format("2006/01/02"), pl.account, pl.region, at.Format("20060102T1504Z"), p.b)
}

// random is the source of one object; purpose keeps the key from the content.
func (a *Archive) random(i int, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(a.cfg.Seed, mix(uint64(i))^purpose))
}

func (a *Archive) place(i int) place {
	account := i % a.cfg.Accounts
	return place{
		account: accountID(account), region: regions()[i/a.cfg.Accounts%a.cfg.Regions],
		base: mix(a.cfg.Seed ^ uint64(account)<<32),
	}
}

// delivered spreads the objects of an account and region evenly over the days.
func (a *Archive) delivered(i int) time.Time {
	scopes := a.cfg.Accounts * a.cfg.Regions
	each := (a.cfg.Objects + scopes - 1) / scopes
	step := time.Duration(a.cfg.Days) * 24 * time.Hour / time.Duration(each)
	return a.cfg.first().Add(time.Duration(i/scopes) * step).Truncate(min(step, interval)).Truncate(time.Minute)
}

// size is how many bytes object i shall have.
func (a *Archive) size(r *rand.Rand) int {
	s := a.cfg.Spread
	return int(float64(a.cfg.ObjectBytes) * math.Exp(s*r.NormFloat64()-s*s/2))
}

// flushAt is how much text is held before it is written.
const flushAt = 128 << 10

// Object writes the content of object i, not packed, and tells what is in it.
func (a *Archive) Object(i int, w io.Writer) (*Content, error) {
	r := a.random(i, 0)
	p := &pen{r: r, estate: a.estate, place: a.place(i), b: make([]byte, 0, flushAt+64<<10)}
	size, delivered := a.size(r), a.delivered(i)
	p.now = delivered.Add(-8 * time.Minute)
	cast := newCast(p)
	out := &Content{usage: map[useKey]*Use{}}
	open, between, end := `{"Records":[`, ",", "]}"
	if a.cfg.Lines {
		open, between, end = "", "\n", "\n"
	}
	p.text(open)
	for written := 0; written+len(p.b) < size || out.Records == 0; {
		if out.Records > 0 {
			p.text(between)
		}
		done := float64(written+len(p.b)) / float64(max(size, 1))
		p.now = delivered.Add(-8*time.Minute + time.Duration(done*300+r.Float64()*60)*time.Second)
		a.record(p, cast, out)
		if len(p.b) >= flushAt {
			if err := out.flush(p, w); err != nil {
				return nil, err
			}
			written = int(out.Bytes)
		}
	}
	p.text(end)
	return out, out.flush(p, w)
}

// again is how often a record is the same call by the same session as the one
// before it: who calls, calls in bursts.
const again = 0.4

// record draws a call and who makes it, and writes and counts it.
func (a *Archive) record(p *pen, cast *cast, out *Content) {
	if p.session == nil || p.r.Float64() >= again {
		table := a.others
		if p.r.Float64() < a.cfg.LambdaShare {
			table = a.lambda
		}
		p.call = table[p.r.IntN(len(table))]
		p.session = cast.of(p.call)
	}
	var refused *refusal
	if p.call.by != services && p.r.Float64() < failing+float64(p.call.fails)/100 {
		refused = &a.refusals[p.skewed(len(a.refusals))]
	}
	p.record(refused)
	out.count(p.call, p.session, refused != nil, p.now.Truncate(time.Second))
}
