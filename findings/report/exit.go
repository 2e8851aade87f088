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
	total := cells.Complete + cells.Accepted + cells.Incomplete
	found := fmt.Sprintf("%s at or above %s", count(failing, "open finding"), p.FailOn)
	holes := fmt.Sprintf("%d of %s not read whole, %s", cells.Incomplete, count(total, "cell"), count(blind, "open coverage finding"))
	if total == 0 {
		holes = "nothing was read: no source is configured"
	}
	incomplete := total == 0 || cells.Incomplete > 0 || blind > 0
	switch {
	case failing > 0 && incomplete:
		return ExitFindings, found + "; also " + holes
	case failing > 0:
		return ExitFindings, found
	case total == 0: // an empty scan is a mistake, no hole that one could allow
		return ExitIncomplete, holes
	case incomplete && p.AllowIncomplete:
		return ExitClean, fmt.Sprintf("%s; incomplete coverage is allowed: %s", found, holes)
	case incomplete:
		return ExitIncomplete, fmt.Sprintf("%s, but coverage is incomplete: %s", found, holes)
	}
	return ExitClean, fmt.Sprintf("%s; %d of %s read whole, %d in accepted blind spots", found, cells.Complete, count(total, "cell"), cells.Accepted)
}

// count gives a number with its noun.
func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
