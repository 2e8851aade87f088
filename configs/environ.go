package configs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/internal/nearest"
)

func environ(pairs []string) map[string]string {
	out := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		out[name] = value
	}
	return out
}

// variables reads ESTRAY_*. One that is no key is a mistake, unless the file
// refers to it or it steers the project's tests.
func (r *reading) variables(referred []string) []entry {
	known := map[string]key{}
	var names []string
	for _, k := range keys() {
		known[k.variable()] = k
		names = append(names, k.variable())
	}
	var out []entry
	for _, name := range slices.Sorted(maps.Keys(r.environ)) {
		k, ok := known[name]
		switch {
		case ok:
			out = append(out, r.outside(k, name, place{file: name}, variableTexts(k, r.environ[name])))
		case !strings.HasPrefix(name, prefix), strings.HasPrefix(name, testPrefix), slices.Contains(referred, name):
		default:
			r.wrong(place{file: name}, "unknown variable; the nearest known one is %s", nearest.Name(name, names))
		}
	}
	return out
}

// variableTexts takes the value of a variable apart: lists and maps are
// written with commas, an empty variable is an empty list.
func variableTexts(k key, value string) []string {
	switch k.kind {
	case kindList, kindSeverities, kindArchives, kindWordOrList:
		if strings.TrimSpace(value) == "" {
			return nil
		}
		out := strings.Split(value, ",")
		for i := range out {
			out[i] = strings.TrimSpace(out[i])
		}
		return out
	default:
		return []string{value}
	}
}

// flags reads the flags that were set, in the order of their keys.
func (r *reading) flags() []entry {
	var out []entry
	for _, name := range slices.Sorted(maps.Keys(r.in.Flags)) {
		k, ok := keyNamed(name)
		if !ok || k.flag == "" {
			r.wrong(place{file: "flag"}, "no flag sets %q", name)
			continue
		}
		texts, ok := flagTexts(r.in.Flags[name])
		if !ok {
			r.wrong(place{file: "flag " + k.flag}, "%s must be %s", name, k.kind)
			continue
		}
		out = append(out, r.outside(k, "flag "+k.flag, place{file: "flag " + k.flag}, texts))
	}
	return out
}

func flagTexts(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []string:
		return v, true
	case bool, int, time.Duration:
		return []string{fmt.Sprint(v)}, true
	}
	return nil, false
}

// outside makes an entry of what does not stand in the file. There ${VAR} is
// left alone: the shell has had its turn.
func (r *reading) outside(k key, source string, at place, raw []string) entry {
	e := entry{key: k, source: source, at: at}
	e.bare = len(raw) == 1 && raw[0] == k.word
	for _, s := range raw {
		t := text{raw: s, value: s, at: at, base: r.in.Dir}
		if k.kind != kindSeverities && k.kind != kindArchives {
			e.texts = append(e.texts, t)
			continue
		}
		left, right, ok := strings.Cut(s, "=")
		if !ok {
			r.wrong(at, "%s must be NAME=VALUE, more of them parted by commas", k.name)
			continue
		}
		name, value := t, t
		name.raw, name.value, value.raw, value.value = left, left, right, right
		if k.kind == kindArchives {
			e.archives = append(e.archives, outsideArchive(name, value))
			continue
		}
		e.rules, e.texts = append(e.rules, name), append(e.texts, value)
	}
	return e
}

// outsideArchive takes KIND apart from the words behind it: KIND/USAGE,
// KIND/verify or both, or KIND/ACCOUNT.
func outsideArchive(name, url text) archiveText {
	a := archiveText{kind: name, url: url}
	kind, usage, said := strings.Cut(name.value, "/")
	a.kind.raw, a.kind.value = kind, kind
	if before, ok := strings.CutSuffix("/"+usage, "/"+verifyWord); said && ok {
		a.verify = name
		a.verify.raw, a.verify.value = "true", "true"
		usage, said = strings.TrimPrefix(before, "/"), before != ""
	}
	switch {
	case said && cloudflareID(usage):
		a.account = name
		a.account.raw, a.account.value = usage, usage
	case said:
		a.usage = name
		a.usage.raw, a.usage.value = usage, usage
	}
	return a
}

// CheckFlags checks the flags alone, for commands that load no configuration:
// what a user asked for is not passed over because nothing came to use it. The
// error is [Mistakes].
func CheckFlags(in Inputs) error {
	r := newReading(in)
	r.values(r.flags())
	if len(r.mistakes) == 0 {
		return nil
	}
	r.mistakes.sort()
	return r.mistakes
}
