package rules

import (
	"fmt"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// watcherChanged is CF-07.
func watcherChanged() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-07", Title: "Live tail, or delivery of logs changed", Severity: findings.High, Weigh: true,
		Rationale:      "A live tail shows whoever opened it the requests with their headers, as they come in. Logs that go to another place, or nowhere, show nobody else what happens. Found are tails that were opened, tail consumers that were set, logging of a Worker that was switched off, and jobs and destinations of the account that were removed or changed.",
		FalsePositives: "Debugging by the owner.",
		Fix:            "Ask who reads there; close the tail, and put the delivery of logs back.",
		Needs:          []inventory.Capability{inventory.CapEvents},
	})
	return onAct(r, func(e inventory.Event) bool { return watched(e) != "" }, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		about := e.Subject
		if f.Asset != "" {
			about = cfName(c, *f)
		}
		f.Message = strings.TrimSpace(fmt.Sprintf("%s %s %s", who(e.Principal), watched(e), about))
		if len(e.Change.Narrowed) > 0 {
			f.Message += ": " + strings.Join(e.Change.Narrowed, ", ")
		}
		return true
	})
}

// watched says what a call did to who sees requests; empty: nothing.
func watched(e inventory.Event) string {
	if !e.Mutates() {
		return ""
	}
	removed := strings.HasPrefix(e.Name, "DELETE ") || strings.HasSuffix(e.Name, " delete")
	switch {
	case calledAt(e, "/tails") && !removed:
		return "opened a live tail of"
	case e.Action == inventory.ActionLoggingOff && e.Service == logsPart:
		return "removed or switched off"
	case e.Action == inventory.ActionLoggingOff:
		return "switched logging off of"
	case e.Service == workersPart && len(spoke(e, "tail_consumers")) > 0:
		return "set who is handed the logs of"
	case e.Service == logsPart && e.Action == inventory.ActionUpdateConfig:
		return "changed"
	}
	return ""
}
