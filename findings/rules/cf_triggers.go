package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// scheduleAdded is CF-06. The call replaces all schedules, so that what is new shows
// only against those before it.
func scheduleAdded() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-06", Title: "Schedule added", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "A Worker that starts by itself keeps access alive without anybody calling it. The call replaces all schedules: those that were there before, by an earlier reading or by the record, are not new. Where neither is known the call is reported.",
		FalsePositives: "Jobs. Those of an approved deployer are not reported.",
		Fix:            "Ask the owner what the job is for; remove the schedule if nobody knows it.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapSchedules},
	})
	pick := func(e inventory.Event) bool {
		return e.Mutates() && e.Service == workersPart && (e.Change.Schedules != nil || e.Action == inventory.ActionAttachTrigger && calledAt(e, "/schedules"))
	}
	return onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if e.Change.Schedules == nil {
			f.Message = fmt.Sprintf("%s set the schedules of %s; the record does not tell which", who(e.Principal), cfName(c, *f))
			return true
		}
		added := slices.Clone(*e.Change.Schedules)
		prior, known := before[inventory.Triggers](c, f.Asset, inventory.PartName("triggers", inventory.CapSchedules), e.Time)
		if known {
			added = slices.DeleteFunc(added, func(cron string) bool {
				return slices.ContainsFunc(prior, func(t inventory.Trigger) bool { return t.Detail == cron || t.ID == cron })
			})
		}
		f.Message = fmt.Sprintf("%s set the schedules of %s: %s", who(e.Principal), cfName(c, *f), strings.Join(added, "; "))
		return len(added) > 0
	})
}
