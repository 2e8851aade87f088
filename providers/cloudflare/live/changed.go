package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/again"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/audit"
)

// markVersion changes whenever what is read of a Worker does, so that the next scan
// reads all again.
const markVersion = "1"

// memory is what the last scan left in the mark of its cell of Workers.
type memory struct {
	at     time.Time // of that scan
	all    time.Time // of the last scan that read all
	prints map[string]bool
}

// fingerprint changes whenever code, settings or deployments of a Worker do.
func fingerprint(w *worker) string {
	parts := []string{w.tag, w.name}
	if in := w.listed; in != nil {
		parts = append(parts, instantNano(in.UpdatedOn), instantNano(in.DeployedOn))
	}
	if in := w.script; in != nil {
		parts = append(parts, in.Etag, instantNano(in.ModifiedOn))
	}
	return again.Print(parts...)
}

func instantNano(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// events reads the audit logs and says their words at once: no event of the account
// comes later.
func (r *reading) events(ctx context.Context) error {
	if !r.cfg.Audit {
		return nil
	}
	newer, older := r.cell(inventory.CapEvents), r.olderEvents()
	r.historyBefore = r.since(newer)
	var err error
	r.history, err = audit.Read(ctx, r.api.client, audit.Config{Account: r.api.account, Source: newer.Source, SourceV1: older.Source,
		Now: r.cfg.Now, Since: r.cfg.Since, Prior: r.historyBefore, PriorV1: r.since(older)}, r.noting)
	if err != nil {
		return err
	}
	for _, w := range []inventory.Coverage{r.history.Coverage, r.history.CoverageV1} {
		if err := r.emit(w); err != nil {
			return err
		}
	}
	return nil
}

// acts are what events of this scan did, and when last.
type acts struct {
	changed, deleted map[inventory.AssetID]time.Time
	renamed          time.Time // any Worker
}

// noting gives a fact on, and notes what an event did.
func (r *reading) noting(f inventory.Fact) error {
	if e, ok := f.(inventory.Event); ok && e.Mutates() {
		into := r.acts.changed
		if e.Action == inventory.ActionDelete {
			into = r.acts.deleted
		}
		for _, id := range e.Assets {
			into[id] = later(into[id], e.Time)
		}
		if e.Action == inventory.ActionUpdateConfig && slices.Contains(e.Change.Keys, "name") {
			r.acts.renamed = later(r.acts.renamed, e.Time)
		}
	}
	return r.emit(f)
}

// remember reads the mark, and decides whether this scan may leave out what did not
// change: only where events of the whole time since the last scan tell so, what
// hangs on Workers was read whole then, and all was read not long ago.
func (r *reading) remember() {
	prior := r.since(r.cell(inventory.CapWorkers))
	if r.cfg.Full || !r.cfg.Audit || prior.Read.IsZero() || prior.State != inventory.Complete || !r.wholeThen(prior.Read) {
		return
	}
	before, ok := r.parseMark(prior.Mark)
	if !ok || r.cfg.Now.Sub(before.all) >= again.Every || !r.log().TellsAll(prior.Read, r.cfg.Now) {
		return
	}
	before.at = prior.Read
	r.before, r.again = before, false
}

// wholeThen reports whether all that hangs on Workers was read whole by the scan of
// that instant. A cell that failed then has an older word.
func (r *reading) wholeThen(at time.Time) bool {
	needed := append(ofEach(), inventory.CapSubdomains)
	if r.offered.yes || r.offered.why != nil { // else their cell is disabled, from which no reading goes on
		needed = append(needed, inventory.CapPreviews)
	}
	for _, c := range needed {
		if w := r.since(r.cell(c)); !w.State.Whole() || !w.Read.Equal(at) {
			return false
		}
	}
	return true
}

// log is what the newer audit log tells.
func (r *reading) log() again.Log {
	return again.Log{Before: r.historyBefore, Now: r.history.Coverage, Unplaced: r.history.Unplaced}
}

// unchanged reports whether what hangs on the Worker needs no second reading.
func (r *reading) unchanged(w *worker) bool {
	if r.again || !r.before.prints[w.print] {
		return false
	}
	for _, id := range []inventory.AssetID{w.asset.ID, cloudflare.WorkerName(r.api.account, w.name)} {
		if touched, ok := r.history.Touched[id]; ok && !touched.Before(r.before.at.Add(-again.Late)) {
			return false
		}
	}
	return true
}

// around changes with what stands around all Workers and says how ways into each are
// told: the name of the account, what guards hostnames, and whether there are
// previews.
func (r *reading) around() string {
	return again.Print(fmt.Sprint(r.ways.subdomain, "\x00", r.access.why != nil, "\x00", r.access.apps, "\x00", r.offered.yes))
}

// mark is what the next scan must know: version, instant of the last reading of
// all, what stands around, and the fingerprints.
func (r *reading) mark() string {
	all := r.cfg.Now
	if !r.again {
		all = r.before.all
	}
	var prints []string
	for _, w := range r.list {
		if !w.gone {
			prints = append(prints, w.print)
		}
	}
	return strings.Join([]string{markVersion, instantNano(all), r.around(), again.Pack(prints)}, " ")
}

// parseMark reads a mark; false where it is of another version, or of other
// surroundings.
func (r *reading) parseMark(mark string) (memory, bool) {
	parts := strings.Split(mark, " ")
	if len(parts) != 4 || parts[0] != markVersion || parts[2] != r.around() {
		return memory{}, false
	}
	all, err := time.Parse(time.RFC3339Nano, parts[1])
	prints, whole := again.Unpack(parts[3])
	return memory{all: all, prints: prints}, err == nil && whole
}

// tellUnchanged says of how many Workers the words rest on events.
func (r *reading) tellUnchanged(n int) {
	if n == 0 {
		return
	}
	note := fmt.Sprintf("%d Workers were not asked again: the audit log tells no change of them since %s", n, instant(r.before.at))
	for _, c := range ofEach() {
		r.of(c).Note(note)
	}
	if r.offered.yes {
		r.of(inventory.CapPreviews).Note(note)
	}
}
