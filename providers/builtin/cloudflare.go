package builtin

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/cloudflare"
)

// cloudflareKind is the kind of archives of one of Cloudflare's audit logs.
func cloudflareKind(name string, format func(source, account, above string) archive.Format) kind {
	return kind{name, false, func(c Config, a Archive) providers.Planner {
		root, above := folder(a.Path)
		cfg := archive.Config{Source: source(a), Root: root, Path: above, Since: c.Since, Full: c.Full, Meter: c.Meter}
		return archive.Logs(cfg, format(cfg.Source, a.Account, above))
	}}
}

// cloudflareV2 is the format of records of the newer log, as Logpush delivers them
// or as its interface gave them: one on each line, or in arrays. Account is whose
// log it is; empty: paths tell. Above is the path of the archive itself.
func cloudflareV2(source, account, above string) archive.Format {
	decoder := cloudflare.NewDecoder(source, account)
	f := cloudflareAudit("cloudflare-audit-v2", account, above, func(account string, record []byte, from inventory.Provenance) (cloudflare.Decoded, error) {
		return decoder.For(account).V2(record, from)
	})
	f.Blind = "Cloudflare records neither reads nor refused calls in this log: that none is in it proves nothing"
	return f
}

// cloudflareV1 is the format of records of the older log.
func cloudflareV1(source, account, above string) archive.Format {
	decoder := cloudflare.NewDecoder(source, account)
	f := cloudflareAudit("cloudflare-audit-v1", account, above, func(account string, record []byte, from inventory.Provenance) (cloudflare.Decoded, error) {
		return decoder.For(account).V1(record, from)
	})
	f.Blind = "Cloudflare records neither reads nor refused calls in this log, and of its products about three quarters: that none is in it proves nothing"
	return f
}

// decode decodes a record of an account's log.
type decode func(account string, record []byte, from inventory.Provenance) (cloudflare.Decoded, error)

func cloudflareAudit(kind, account, above string, decoded decode) archive.Format {
	keys := cloudflareKeys{account: account, above: above, moment: moment()}
	return archive.Format{
		Kind:     kind,
		Provider: inventory.Cloudflare,
		Layout:   "ACCOUNT_ID/YYYYMMDD/START_END_ID.log.gz, or elsewhere with a date or a time in the name or the folder; set account where no path names the account's id, or more than one",
		Revision: 1,
		// Cloudflare states no time of delivery.
		Late:      15 * time.Minute,
		Recognise: keys.recognise,
		Silences:  cloudflare.Silences,
		Decode: func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			d, err := decoded(keys.accountIn(path.Join(above, from.Object)), record, from)
			if err != nil || !d.Keep {
				return archive.Decoded{}, err
			}
			return archive.Decoded{Event: &d.Event, Assets: d.Assets, Unknown: d.Unknown}, nil
		},
	}
}

// cloudflareKeys judges the keys of an archive.
type cloudflareKeys struct {
	account string // whose logs they are; empty: they tell
	above   string // the path of the archive itself
	moment  *regexp.Regexp
}

// recognise judges a key. Logpush names a log by the times between which
// what it holds was collected; an export may be named by a time or a date, or lie in
// a folder named so.
func (k cloudflareKeys) recognise(key string) archive.Object {
	name, _ := strings.CutSuffix(path.Base(key), ".gz")
	if !slices.Contains([]string{".log", ".json", ".ndjson", ".jsonl"}, path.Ext(name)) {
		return archive.Object{}
	}
	account := k.accountIn(key)
	if others := accountsIn(strings.TrimPrefix(key, k.above)); len(others) > 0 && !slices.Contains(others, account) {
		return archive.Object{} // it may be the log of another account than the one that is set
	}
	at, ok := k.timeIn(path.Base(key))
	if !ok {
		at, ok = k.dateIn(path.Dir(key))
	}
	if account == "" || !ok {
		return archive.Object{}
	}
	return archive.Object{Class: archive.Log, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: account}, Delivered: at}
}

// accountIn is whose log an object is: the account that is set, else the one that
// its path names within the archive, else the one that the archive's own path does.
func (k cloudflareKeys) accountIn(key string) string {
	if k.account != "" {
		return k.account
	}
	inside := strings.TrimPrefix(key, k.above)
	ids := accountsIn(inside)
	if len(ids) == 0 {
		ids = accountsIn(strings.TrimSuffix(key, inside))
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

// accountsIn are the elements of a path that may be an account's id. Where several
// are, each may be the one.
func accountsIn(path string) []string {
	var out []string
	for element := range strings.SplitSeq(path, "/") {
		if cloudflare.IsID(element) && !slices.Contains(out, element) {
			out = append(out, element)
		}
	}
	return out
}

// moment finds a time or a date in a name: "20260301T130000Z",
// "2026-03-01T13:00:00Z", "2026-03-01T13-00-00Z", "20260301", "2026-03-01". Digits
// that go on are none.
func moment() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^0-9])(20[0-9]{2})-?([01][0-9])-?([0-3][0-9])(?:[T_-]?([0-2][0-9])[:-]?([0-5][0-9])[:-]?([0-5][0-9])Z?)?(?:$|[^0-9])`)
}

// timeIn is the last time in a name: of a stretch, its end. A date is its
// beginning, so that nobody takes the rest of the day for delivered; where times
// are, it is no date: an id may look like one.
func (k cloudflareKeys) timeIn(name string) (time.Time, bool) {
	var at time.Time
	found, clock := false, false
	for from := 0; from < len(name); {
		m := k.moment.FindStringSubmatchIndex(name[from:])
		if m == nil {
			break
		}
		text := func(group int) string {
			if m[2*group] < 0 {
				return "00"
			}
			return name[from+m[2*group] : from+m[2*group+1]]
		}
		t, err := time.Parse("20060102150405", text(1)+text(2)+text(3)+text(4)+text(5)+text(6))
		timed := m[2*4] >= 0
		if err == nil && (timed && !clock || timed == clock && (!found || t.After(at))) {
			at, found, clock = t, true, timed
		}
		from += max(m[1]-1, 1)
	}
	return at, found
}

// dateIn is the date that folders are named by, the innermost first: "20260301",
// "2026-03-01", "dt=2026-03-01", or one folder each for year, month and day.
func (k cloudflareKeys) dateIn(dir string) (time.Time, bool) {
	elements := strings.Split(dir, "/")
	for i := len(elements) - 1; i >= 0; i-- {
		if at, ok := k.timeIn(elements[i]); ok {
			return at, true
		}
		if i < 2 {
			continue
		}
		if at, err := time.Parse("2006/01/02", strings.Join(elements[i-2:i+1], "/")); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
