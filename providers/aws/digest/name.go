package digest

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/providers/aws"
)

// kind is the folder of digests in a trail's bucket.
const kind = aws.KindLog + "-Digest"

// Scope is what an archive holds of one account and region.
type Scope struct {
	Account, Region string
	// Digests and Logs are keys below the store, in any order.
	Digests, Logs []string
}

// Listing sorts the keys of an archive into scopes.
type Listing struct {
	path   string
	scopes map[[2]string]*Scope
}

// NewListing begins a listing of a store whose own path is given, with slashes:
// it serves to recognise objects where the store lies inside the layout.
func NewListing(path string) *Listing {
	return &Listing{path: path, scopes: map[[2]string]*Scope{}}
}

// Add adds the key of an object; false where it is neither digest nor log.
func (l *Listing) Add(key string) bool {
	k, ok := aws.ObjectKey(path.Join(l.path, key))
	if !ok || k.Kind != kind && k.Kind != aws.KindLog {
		return false
	}
	at := [2]string{k.Account, k.Region}
	if l.scopes[at] == nil {
		l.scopes[at] = &Scope{Account: k.Account, Region: k.Region}
	}
	if k.Kind == kind {
		l.scopes[at].Digests = append(l.scopes[at].Digests, key)
	} else {
		l.scopes[at].Logs = append(l.scopes[at].Logs, key)
	}
	return true
}

// Scopes gives what was added, by account and region.
func (l *Listing) Scopes() []Scope {
	var out []Scope
	for _, s := range l.scopes {
		slices.Sort(s.Digests)
		slices.Sort(s.Logs)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Scope) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
	return out
}

// trail tells chains apart.
type trail struct {
	// head is what stands before AWSLogs: the prefix of a trail, or one of
	// several copies.
	head, organization, name, home string
	backfill                       bool
}

func (a trail) compare(b trail) int {
	backfill := func(t trail) int {
		if t.backfill {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.head, b.head), cmp.Compare(a.organization, b.organization), cmp.Compare(a.name, b.name),
		cmp.Compare(a.home, b.home), cmp.Compare(backfill(a), backfill(b)))
}

// file is a digest as its name tells it.
type file struct {
	key string
	// at is the time in the name: about when the digest's hour ended.
	at time.Time
}

// nameOf reads a digest's path:
//
//	.../ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHmmssZ[_backfill].json.gz
//
// A trail's name may hold underscores. A name of another form makes a chain of
// its own.
func nameOf(full string) (trail, time.Time) {
	k, _ := aws.ObjectKey(full)
	head, _, _ := split(full)
	t := trail{head: head, organization: k.Organization}
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(full), ".gz"), ".json")
	name, t.backfill = strings.CutSuffix(name, "_backfill")
	name = strings.TrimPrefix(name, k.Account+"_"+kind+"_"+k.Region+"_")
	parts := strings.Split(name, "_")
	at, err := time.Parse("20060102T150405Z", parts[len(parts)-1])
	if err != nil || len(parts) < 3 {
		t.name = name
		return t, k.Delivered
	}
	t.home, t.name = parts[len(parts)-2], strings.Join(parts[:len(parts)-2], "_")
	return t, at
}

// split parts a path at its last AWSLogs; false where it has none. Products that
// copy logs put their own in front.
func split(full string) (head, tail string, ok bool) {
	parts := strings.Split(full, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "AWSLogs" {
			return strings.Join(parts[:i], "/"), strings.Join(parts[i:], "/"), true
		}
	}
	return "", full, false
}

// chain is the digests of one trail, newest first.
type chain struct {
	trail trail
	files []file
}

// chains sorts digests by trail.
func (v *verification) chains(keys []string) []chain {
	all := map[trail][]file{}
	for _, key := range keys {
		t, at := nameOf(v.cfg.full(key))
		all[t] = append(all[t], file{key, at})
	}
	var out []chain
	for _, t := range slices.SortedFunc(maps.Keys(all), trail.compare) {
		files := all[t]
		slices.SortFunc(files, func(a, b file) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.key, a.key)) })
		out = append(out, chain{t, files})
	}
	return out
}
