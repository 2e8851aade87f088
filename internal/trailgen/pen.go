package trailgen

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// pen writes the text of one object.
type pen struct {
	b      []byte
	r      *rand.Rand
	estate *estate
	place  place
	// session makes call in the record that is written, and now is its time.
	session *session
	call    *ready
	now     time.Time
}

// place is where an object was logged.
type place struct {
	account, region string
	// base mixes the seed with the account: ids that the account keeps follow
	// from it.
	base uint64
}

const (
	hexDigits = "0123456789abcdef"
	idDigits  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

func (p *pen) text(s string) { p.b = append(p.b, s...) }

// member writes ,"name":"value"; neither needs an escape.
func (p *pen) member(name, value string) {
	p.b = append(p.b, `,"`...)
	p.b = append(p.b, name...)
	p.b = append(p.b, `":"`...)
	p.b = append(p.b, value...)
	p.b = append(p.b, '"')
}

// digits writes n random digits of an alphabet of 1<<bits.
func (p *pen) digits(alphabet string, bits, n int) {
	mask := uint64(1)<<bits - 1
	for n > 0 {
		v := p.r.Uint64()
		for left := 64 / bits; left > 0 && n > 0; left-- {
			p.b = append(p.b, alphabet[v&mask])
			v >>= bits
			n--
		}
	}
}

func (p *pen) hex(n int) { p.digits(hexDigits, 4, n) }

// fixedHex writes n hexadecimal digits of a value, n at most 16.
func (p *pen) fixedHex(v uint64, n int) {
	for ; n > 0; n-- {
		p.b = append(p.b, hexDigits[v>>60])
		v <<= 4
	}
}

func (p *pen) uuid() { p.uuidOf(p.r.Uint64(), p.r.Uint64()) }

func (p *pen) uuidOf(a, b uint64) {
	p.fixedHex(a, 8)
	p.b = append(p.b, '-')
	p.fixedHex(a<<32, 4)
	p.b = append(p.b, "-4"...)
	p.fixedHex(a<<48, 3)
	p.b = append(p.b, '-', "89ab"[b>>62])
	p.fixedHex(b<<4, 3)
	p.b = append(p.b, '-')
	p.fixedHex(b<<16, 12)
}

func (p *pen) number(n int) { p.b = strconv.AppendInt(p.b, int64(n), 10) }

// skewed picks one of n, the first ones most often.
func (p *pen) skewed(n int) int {
	u := p.r.Float64()
	return int(u * u * float64(n))
}

// many picks a count from low to high: small ones as often as ones ten times
// as large.
func (p *pen) many(low, high int) int {
	return low + int(math.Pow(float64(high-low+1), p.r.Float64())) - 1
}

// stable is the number of one of n things that the account keeps, by their kind.
func (p *pen) stable(kind string, n int) uint64 {
	return mix(p.place.base ^ hash(kind) ^ uint64(p.skewed(n)))
}

// mix is the finishing step of the generator SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return h
}
