package report

import (
	"fmt"

	"github.com/estray/estray/findings"
)

// The exit codes of a scan. Where several hold: 2 before 1 before 3 before 4.
const (
	ExitClean      = 0
	ExitFailed     = 1
	ExitUsage      = 2
	ExitFindings   = 3
	ExitIncomplete = 4
)

// Policy is what the user wants to fail on.
type Policy struct {
	FailOn          findings.Severity
	AllowIncomplete bool
}

// Exit decides the exit code of a document and says why. Only open findings
// count. Findings about coverage count for 4, not for 3; those of severity
// info tell of what nobody asked to read and count for neither.
func Exit(d *Document, p Policy) (code int, why string) {
	failing, blind := 0, 0
	for _, f := range d.Findings {
		switch {
		case f.State != string(findings.Open):
		case f.Coverage:
			if rank(f.Severity) > int(findings.Info) {
				blind++
			}
		case rank(f.Severity) >= int(p.FailOn):
			failing++
		}
	}
	cells := d.Summary.Coverage
	incomplete := cells.Incomplete > 0 || blind > 0
	total := cells.Complete + cells.Accepted + cells.Incomplete
	holes := fmt.Sprintf("%d of %d cells not read whole, %d open coverage findings", cells.Incomplete, total, blind)
	switch {
	case failing > 0 && incomplete:
		return ExitFindings, fmt.Sprintf("%d open findings at or above %s; also %s", failing, p.FailOn, holes)
	case failing > 0:
		return ExitFindings, fmt.Sprintf("%d open findings at or above %s", failing, p.FailOn)
	case incomplete && p.AllowIncomplete:
		return ExitClean, fmt.Sprintf("no open finding at or above %s; incomplete coverage is allowed: %s", p.FailOn, holes)
	case incomplete:
		return ExitIncomplete, fmt.Sprintf("no open finding at or above %s, but coverage is incomplete: %s", p.FailOn, holes)
	case total == 0:
		return ExitIncomplete, "nothing was read: no source is configured"
	}
	return ExitClean, fmt.Sprintf("all %d cells were read whole or are accepted, no open finding at or above %s", total, p.FailOn)
}
