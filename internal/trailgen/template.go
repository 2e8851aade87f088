package trailgen

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A template is JSON text with places that are filled at each writing:
//
//	<hex:8>        random digits; also <id:8>, upper case, and <b64:8>
//	<uuid>         random; <uuid:20>: one of 20 that the account keeps
//	<res:i-0:99>   the prefix and 16 digits, one of 99 that the account keeps
//	<int:1-9>      a number
//	<account> <region> <time> <ms> <role> <function> <bucket> <word> <self>
//	<prose:200>    words, about so many bytes
//	<hidden>       what CloudTrail writes for user data
//	<many:1-50>..<end>  the text between so many times, with commas
//	<some:1-50>..<end>  the same without commas
type template []step

// step writes one piece.
type step func(*pen)

func (t template) write(p *pen) {
	for _, s := range t {
		s(p)
	}
}

// compile reads a template; the text is ours, so a mistake in it panics.
func compile(text string) template {
	t, rest := compileUntilEnd(text)
	if rest != "" {
		panic("trailgen: <end> without a beginning in " + text)
	}
	return t
}

func compileUntilEnd(text string) (t template, rest string) {
	for text != "" {
		before, after, found := strings.Cut(text, "<")
		if before != "" {
			t = append(t, func(p *pen) { p.text(before) })
		}
		if !found {
			return t, ""
		}
		word, after, _ := strings.Cut(after, ">")
		name, arg, _ := strings.Cut(word, ":")
		switch name {
		case "end":
			return t, after
		case "many", "some":
			inner, after := compileUntilEnd(after)
			t = append(t, repeat(name == "many", bounds(arg), inner))
			text = after
			continue
		}
		t = append(t, fill(name, arg))
		text = after
	}
	return t, ""
}

func repeat(commas bool, n [2]int, inner template) step {
	return func(p *pen) {
		for i := range p.many(n[0], n[1]) {
			if commas && i > 0 {
				p.b = append(p.b, ',')
			}
			inner.write(p)
		}
	}
}

// fill writes a place that stands alone.
func fill(name, arg string) step {
	switch name {
	case "account":
		return func(p *pen) { p.text(p.place.account) }
	case "region":
		return func(p *pen) { p.text(p.place.region) }
	case "role":
		return func(p *pen) { p.text(p.estate.roles[p.skewed(len(p.estate.roles))]) }
	case "function":
		return func(p *pen) { p.text(p.estate.functions[p.skewed(len(p.estate.functions))]) }
	case "self":
		return func(p *pen) { p.text(p.session.arn) }
	case "word":
		all := nouns()
		return func(p *pen) { p.text(all[p.r.IntN(len(all))]) }
	case "bucket":
		all := nouns()
		return func(p *pen) { p.text("acme-" + all[p.skewed(len(all))] + "-" + p.place.account) }
	case "prose":
		return prose(number(arg))
	case "hidden":
		return func(p *pen) { p.text("<sensitiveDataRemoved>") }
	}
	return fillRandom(name, arg)
}

// fillRandom writes a number or an id.
func fillRandom(name, arg string) step {
	switch name {
	case "hex":
		n := number(arg)
		return func(p *pen) { p.hex(n) }
	case "id":
		n := number(arg)
		return func(p *pen) { p.digits(idDigits, 5, n) }
	case "b64":
		n := number(arg)
		return func(p *pen) { p.digits(b64Digits, 6, n) }
	case "int":
		n := bounds(arg)
		return func(p *pen) { p.number(n[0] + p.r.IntN(n[1]-n[0]+1)) }
	case "time":
		return func(p *pen) { p.b = p.now.AppendFormat(p.b, time.RFC3339) }
	case "ms":
		return func(p *pen) { p.number(int(p.now.UnixMilli()) + p.r.IntN(1000)) }
	case "uuid":
		if arg == "" {
			return (*pen).uuid
		}
		n := number(arg)
		return func(p *pen) { v := p.stable("uuid", n); p.uuidOf(v, mix(v)) }
	case "res":
		prefix, count, _ := strings.Cut(arg, ":")
		n := number(count)
		return func(p *pen) { p.text(prefix); p.fixedHex(p.stable(prefix, n), 16) }
	}
	panic(fmt.Sprintf("trailgen: a template has an unknown place <%s:%s>", name, arg))
}

// prose writes words, about n bytes of them.
func prose(n int) step {
	all := nouns()
	return func(p *pen) {
		for end := len(p.b) + n; len(p.b) < end; {
			p.text(all[p.r.IntN(len(all))])
			p.b = append(p.b, ' ')
		}
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("trailgen: a template holds " + s + " where a number belongs")
	}
	return n
}

func bounds(s string) [2]int {
	low, high, _ := strings.Cut(s, "-")
	return [2]int{number(low), number(high)}
}
