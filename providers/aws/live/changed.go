package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
)

const (
	// allEvery is how long what seems unchanged is not read again.
	allEvery = 7 * 24 * time.Hour
	// late is how late the event history may tell of an event (CloudTrail user
	// guide: within 15 minutes).
	late = 15 * time.Minute
	// skew is how far our clock may be ahead of AWS's where instants of both are
	// compared. It is far less than late, by which we look further back.
	skew = time.Minute
	// markVersion changes whenever what is read of a function does, so that the
	// next scan reads all again.
	markVersion = "3"
	nobody      = "-"
)

// memory is what the last scan left in the mark of its cell of functions.
type memory struct {
	at     time.Time // of that scan
	all    time.Time // of the last scan that read all
	prints map[string]bool
	judged map[string]bool // whether the accounts that policies name are ours
}

// fingerprint changes whenever code or configuration of a function do. Names
// and values of its environment are no part of it.
func fingerprint(id inventory.AssetID, c *types.FunctionConfiguration) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(id), aws.ToString(c.RevisionId), aws.ToString(c.LastModified), aws.ToString(c.CodeSha256)}, "\x00")))
	return base64.RawStdEncoding.EncodeToString(sum[:8])
}

// remember reads the mark, and decides whether this scan may leave out what did
// not change: only where events of the whole time since the last scan tell so,
// what hangs on functions was read whole then, and all was read not long ago.
func (r *reading) remember() {
	r.again = true
	prior := r.since(r.cell(inventory.CapFunctions))
	if r.cfg.Full || !r.cfg.Lookup || prior.Read.IsZero() || !r.wholeThen(prior.Read) {
		return
	}
	before, ok := r.parseMark(prior.Mark)
	if !ok || r.cfg.Now.Sub(before.all) >= allEvery || !r.toldSince(prior.Read) {
		return
	}
	before.at = prior.Read
	r.before, r.again = before, false
}

// wholeThen reports whether all that hangs on functions was read whole by the
// scan of that instant. A cell that failed then has an older word.
func (r *reading) wholeThen(at time.Time) bool {
	needed := []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies}
	if r.cfg.GetFunction { // the digest of an image is read of those alone that are asked
		needed = append(needed, inventory.CapConfiguration)
	}
	for _, c := range needed {
		if w := r.since(r.cell(c)); w.State != inventory.Complete || !w.Read.Equal(at) {
			return false
		}
	}
	return true
}

// toldSince reports whether the event history tells all since then. What came
// too late for the last scan lies in the time before it; what comes too late for
// this one will lie in that of the next. A history that a later scan read
// further, and did not come to the functions, is not read again from then on.
// Where the history of this scan, or of the last one, ends before the scan's own
// instant says, our clock was ahead of AWS's: then it is not known when, by AWS's
// clock, the functions were read.
func (r *reading) toldSince(then time.Time) bool {
	c := r.history.Coverage
	return c.State == inventory.Complete && c.Continuity != inventory.Broken && c.Continuity != inventory.ContinuityNone &&
		!r.history.Unplaced && !r.historyBefore.Window.To.After(then) && reaches(r.historyBefore.Window, then) &&
		!c.Window.From.IsZero() && !c.Window.From.After(then.Add(-late)) && reaches(c.Window, r.cfg.Now)
}

// reaches reports whether a window of events ends where that of a scan at the
// instant must.
func reaches(w inventory.Window, at time.Time) bool {
	return !w.To.Before(at.Add(-late - skew).Truncate(time.Second))
}

// unchanged reports whether what hangs on the function needs no second reading.
func (r *reading) unchanged(f *function) bool {
	if r.again || !r.before.prints[f.print] {
		return false
	}
	touched, ok := r.history.Touched[f.asset.ID]
	return !ok || touched.Before(r.before.at.Add(-late))
}

// own judges whom policies let in, and notes which accounts were asked about:
// what was judged by another answer is read again.
func (r *reading) own() inventory.Own {
	own := r.account.own
	return inventory.Own{Organization: own.Organization, Account: func(id string) bool {
		r.judged[id] = own.Account(id)
		return r.judged[id]
	}}
}

// mark is what the next scan must know: version, instant of the last reading of
// all, by what reach was judged (our organization, and whether the accounts that
// policies name are ours), whether digests of images were read, and the
// fingerprints.
func (r *reading) mark() string {
	all := r.cfg.Now
	if !r.again {
		all = r.before.all
		for id, ours := range r.before.judged {
			r.judged[id] = ours // of the functions that were not asked again
		}
	}
	prints := make([]string, 0, len(r.list))
	for i := range r.list {
		if !r.list[i].gone {
			prints = append(prints, r.list[i].print)
		}
	}
	slices.Sort(prints)
	return strings.Join([]string{markVersion, all.UTC().Format(time.RFC3339Nano), r.settings(), answers(r.judged), strings.Join(prints, "")}, " ")
}

// settings are those of the run by which it reads and judges what it would not
// read again.
func (r *reading) settings() string {
	return fmt.Sprintf("%s/%t", cmp.Or(r.account.own.Organization, nobody), r.cfg.GetFunction)
}

// answers writes which accounts are ours ("+") and which are not ("-").
func answers(judged map[string]bool) string {
	out := make([]string, 0, len(judged))
	for _, id := range slices.Sorted(maps.Keys(judged)) {
		sign := "-"
		if judged[id] {
			sign = "+"
		}
		out = append(out, sign+id)
	}
	return cmp.Or(strings.Join(out, ","), nobody)
}

// still reads the accounts of a mark, and reports whether each is judged as it
// was then.
func (r *reading) still(text string) (map[string]bool, bool) {
	judged := map[string]bool{}
	if text == nobody {
		return judged, true
	}
	for _, one := range strings.Split(text, ",") {
		if len(one) < 2 || one[0] != '+' && one[0] != '-' || r.account.own.Account(one[1:]) != (one[0] == '+') {
			return nil, false
		}
		judged[one[1:]] = one[0] == '+'
	}
	return judged, true
}

const printLength = 11 // of 8 bytes in base64 without padding

func (r *reading) parseMark(mark string) (memory, bool) {
	parts := strings.Split(mark, " ")
	if len(parts) != 5 || parts[0] != markVersion || parts[2] != r.settings() || len(parts[4])%printLength != 0 {
		return memory{}, false
	}
	all, err := time.Parse(time.RFC3339Nano, parts[1])
	judged, same := r.still(parts[3])
	if err != nil || !same {
		return memory{}, false
	}
	m := memory{all: all, prints: map[string]bool{}, judged: judged}
	for i := 0; i < len(parts[4]); i += printLength {
		m.prints[parts[4][i:i+printLength]] = true
	}
	return m, true
}

// tellUnchanged says of how many functions the words rest on events.
func (r *reading) tellUnchanged(n int) {
	if n == 0 {
		return
	}
	note := fmt.Sprintf("%d functions were not asked again: the event history tells no change of them since %s", n, r.before.at.UTC().Format(time.RFC3339))
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
		r.tally[c].Note(note)
	}
}
