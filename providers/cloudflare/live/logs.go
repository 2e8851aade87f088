package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/tally"
)

const (
	opLogpush         = "GET /accounts/:a/logpush/jobs"
	opLogDestinations = "GET /accounts/:a/workers/observability/destinations"
)

// logs is what hears of the Workers of an account.
type logs struct {
	destinations map[string][]string // names, by the Worker's name
}

// logpushIn is what is taken of a job: where it delivers to holds keys.
type logpushIn struct {
	Dataset      string
	Enabled      bool
	LastComplete *string `json:"last_complete"`
	LastError    *string `json:"last_error"`
}

// listLogpush reads which jobs deliver traces of Workers and audit logs. What they
// are is said in the word.
func (r *reading) listLogpush(ctx context.Context) {
	t := r.of(inventory.CapLogpush)
	all, err := readList(ctx, opLogpush, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opLogpush, "", r.api.listLogpush())
	}, func(in *logpushIn) bool { return in.Dataset != "" })
	if err != nil {
		t.Fail(err)
		return
	}
	t.Add(len(all))
	r.tellJobs(t, all)
}

// tellJobs says how many jobs deliver what matters here, and whether they do.
func (r *reading) tellJobs(t *tally.Tally, all []logpushIn) {
	on, failing := map[string]int{}, map[string]int{}
	for _, in := range all {
		if !in.Enabled {
			continue
		}
		on[in.Dataset]++
		if in.LastError != nil && (in.LastComplete == nil || *in.LastError > *in.LastComplete) {
			failing[in.Dataset]++
		}
	}
	for _, dataset := range []string{"workers_trace_events", "audit_logs", "audit_logs_v2"} {
		if on[dataset] > 0 {
			t.Note(fmt.Sprintf("%d jobs deliver %s", on[dataset], dataset))
		}
		if failing[dataset] > 0 {
			t.Note(fmt.Sprintf("the last delivery of %d of them failed", failing[dataset]))
		}
	}
}

// logDestinationIn is what is taken of a destination: its configuration holds keys.
type logDestinationIn struct {
	Name    string
	Enabled bool
	Scripts []text
}

// listLogDestinations reads where the logs of which Workers are sent to.
func (r *reading) listLogDestinations(ctx context.Context) {
	r.logs.destinations = map[string][]string{}
	t := r.of(inventory.CapLogDestinations)
	all, err := readList(ctx, opLogDestinations, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opLogDestinations, "", r.api.listLogDestinations())
	}, func(in *logDestinationIn) bool { return in.Name != "" })
	if err != nil {
		t.Fail(err)
		return
	}
	t.Add(len(all))
	for _, in := range all {
		for _, script := range in.Scripts {
			if in.Enabled {
				r.logs.destinations[string(script)] = append(r.logs.destinations[string(script)], in.Name)
			}
		}
	}
}

// sent adds to the logging of a Worker the destinations that name it.
func (r *reading) sent(w *worker) {
	in, ok := w.asset.Logging.Get()
	if more := r.logs.destinations[w.name]; ok && len(more) > 0 {
		in.Destinations = sorted(append(slices.Clone(in.Destinations), more...))
		w.asset.Logging = inventory.Known(in, r.cfg.Now)
	}
}

// some5 names the first of many.
func some5(names []string) string {
	const most = 5
	out := strings.Join(names[:min(most, len(names))], ", ")
	if len(names) > most {
		out += ", ..."
	}
	return out
}
