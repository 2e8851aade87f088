package text

// Rules of everything that this package prints:
//
//   - lower case, no full stop at the end of a line, no exclamation mark, no
//     emoji, no banner; facts keep their own spelling;
//   - colour never carries meaning alone: without it no word changes;
//   - numbers come with their whole ("6 of 9 cells");
//   - what is not known is said as plainly as what was found;
//   - lines keep to the width; a word that is longer (an id, an address) stands
//     whole on a line of its own, so that it can be copied;
//   - a long list is cut with a line that says how many more there are and
//     which command shows them all;
//   - text that comes from outside cannot act on the terminal: see safe;
//   - the last line is the verdict, unbroken, so that tail -n 1 gives all of it.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/estray/estray/findings/report"
)

// Options say how to write for a terminal. The zero value is 80 columns
// without colour.
type Options struct {
	// Width in columns; 0 means 80. Below 40 and above 120 lines are no longer
	// good to read, so the nearer of the two is used.
	Width int
	// Color paints words with ANSI sequences.
	Color bool
}

// How many entries each list shows before it is cut.
const (
	maxFindings = 15
	maxQuiet    = 10
	maxAssets   = 20
	maxHoles    = 25
	maxRegions  = 8
	maxAccounts = 4
	maxEvidence = 3
	maxReasons  = 3
	// maxAddresses of an asset: more are told by estray inventory show.
	maxAddresses = 4
)

// Format is the format "text".
func Format(o Options) report.Format {
	return report.Format{Name: "text", Write: func(w io.Writer, d *report.Document) error { return write(w, d, o) }}
}

// write makes the whole page before it writes a byte, so that a report is either
// there or not.
func write(w io.Writer, d *report.Document, o Options) error {
	p := newPage(o)
	p.verdict(d)
	p.run(d)
	p.counts(d)
	p.findings(d)
	p.assets(d)
	p.coverage(d)
	p.notes(d)
	p.gap()
	p.unbroken(verdictWords(d))
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write text report: %w", err)
	}
	return nil
}

func verdictWords(d *report.Document) []word {
	colour := red
	if d.ExitCode == report.ExitClean {
		colour = green
	}
	return join(painted(fmt.Sprintf("exit code %d:", d.ExitCode), colour), plain(d.ExitWhy))
}

// verdict opens the page: who reads one line reads this one.
func (p *page) verdict(d *report.Document) { p.para(0, 2, verdictWords(d)) }

// run tells of what scan and of what instant the report speaks.
func (p *page) run(d *report.Document) {
	line := []string{strings.TrimSpace(d.Tool.Name + " " + d.Tool.Version)}
	if d.Run.ID != "" {
		line = append(line, "run "+d.Run.ID)
	}
	if !d.Run.Started.IsZero() {
		line = append(line, "started "+stamp(d.Run.Started))
		if !d.Run.Finished.IsZero() {
			line = append(line, "took "+d.Run.Finished.Sub(d.Run.Started).Round(time.Second).String())
		}
	}
	line = append(line, "as of "+stamp(d.Run.Now))
	p.para(0, 2, plain(strings.Join(line, ", ")))
}

// notes are what a person should know that is no finding.
func (p *page) notes(d *report.Document) {
	if len(d.Notes) == 0 {
		return
	}
	p.title("notes")
	for _, n := range d.Notes {
		p.para(2, 4, plain(n))
	}
}

// stamp gives a time to the minute; the exact one is in the JSON report.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// more is the line with which a cut list ends.
func (p *page) more(all, shown int, what, command string) {
	if all > shown {
		p.para(2, 4, plain(fmt.Sprintf("and %d more %s, see them all with:", all-shown, what)), plain(command))
	}
}
