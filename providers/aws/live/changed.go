package live

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/again"
)

const (
	// markVersion changes whenever what is read of a function does, so that the next
	// scan reads all again.
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
	return again.Print(string(id), aws.ToString(c.RevisionId), aws.ToString(c.LastModified), aws.ToString(c.CodeSha256))
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
	if !ok || r.cfg.Now.Sub(before.all) >= again.Every || !r.log().TellsAll(prior.Read, r.cfg.Now) {
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

// log is what the event history tells.
func (r *reading) log() again.Log {
	return again.Log{Before: r.historyBefore, Now: r.history.Coverage, Unplaced: r.history.Unplaced}
}

// unchanged reports whether what hangs on the function needs no second reading.
func (r *reading) unchanged(f *function) bool {
	if r.again || !r.before.prints[f.print] {
		return false
	}
	touched, ok := r.history.Touched[f.asset.ID]
	return !ok || touched.Before(r.before.at.Add(-again.Late))
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
	return strings.Join([]string{markVersion, all.UTC().Format(time.RFC3339Nano), r.settings(), answers(r.judged), again.Pack(prints)}, " ")
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

func (r *reading) parseMark(mark string) (memory, bool) {
	parts := strings.Split(mark, " ")
	if len(parts) != 5 || parts[0] != markVersion || parts[2] != r.settings() {
		return memory{}, false
	}
	all, err := time.Parse(time.RFC3339Nano, parts[1])
	judged, same := r.still(parts[3])
	prints, whole := again.Unpack(parts[4])
	return memory{all: all, prints: prints, judged: judged}, err == nil && same && whole
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
