package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
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
	// markVersion changes whenever what is read of a function does, so that the
	// next scan reads all again.
	markVersion = "1"
	nobody      = "-"
)

// memory is what the last scan left in the mark of its cell of functions.
type memory struct {
	at     time.Time // of that scan
	all    time.Time // of the last scan that read all
	prints map[string]bool
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
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
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
func (r *reading) toldSince(then time.Time) bool {
	c := r.history.Coverage
	return c.State == inventory.Complete && c.Continuity != inventory.Broken && c.Continuity != inventory.ContinuityNone &&
		!r.history.Unplaced && !r.historyBefore.Window.To.After(then) &&
		!c.Window.From.IsZero() && !c.Window.From.After(then.Add(-late)) && !c.Window.To.Before(r.cfg.Now.Add(-late).Truncate(time.Second))
}

// unchanged reports whether what hangs on the function needs no second reading.
func (r *reading) unchanged(f *function) bool {
	if r.again || !r.before.prints[f.print] {
		return false
	}
	touched, ok := r.history.Touched[f.asset.ID]
	return !ok || touched.Before(r.before.at.Add(-late))
}

// mark is what the next scan must know: version, instant of the last reading of
// all, our organization, by which reach was judged, and the fingerprints.
func (r *reading) mark() string {
	all := r.cfg.Now
	if !r.again {
		all = r.before.all
	}
	prints := make([]string, 0, len(r.list))
	for i := range r.list {
		if !r.list[i].gone {
			prints = append(prints, r.list[i].print)
		}
	}
	slices.Sort(prints)
	return strings.Join([]string{markVersion, all.UTC().Format(time.RFC3339Nano), cmp.Or(r.account.own.Organization, nobody), strings.Join(prints, "")}, " ")
}

const printLength = 11 // of 8 bytes in base64 without padding

func (r *reading) parseMark(mark string) (memory, bool) {
	parts := strings.Split(mark, " ")
	if len(parts) != 4 || parts[0] != markVersion || parts[2] != cmp.Or(r.account.own.Organization, nobody) || len(parts[3])%printLength != 0 {
		return memory{}, false
	}
	all, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		return memory{}, false
	}
	m := memory{all: all, prints: map[string]bool{}}
	for i := 0; i < len(parts[3]); i += printLength {
		m.prints[parts[3][i:i+printLength]] = true
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
