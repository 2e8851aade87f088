package htmlfmt

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/findings/report"
)

// The pictures are drawn in user units and stretched to the width of the page,
// so they hold no text; names and numbers stand beside them as HTML.
const (
	barUnits   = 1000 // width of a bar of standings
	leastUnits = 6    // the least width of a part that is not zero
	dayUnits   = 10   // width of a day
	highUnits  = 100  // height of the day with the most deployments
)

// pictureDays is how many days the picture of deployments shows at most; its
// table holds all of them.
const pictureDays = 184

// standingPicture is a bar and a row of numbers per provider.
type standingPicture struct {
	Words []string
	Rows  []standingRow
}

type standingRow struct {
	Provider string
	Total    int
	Counts   []wordCount
	Parts    []part
	// Text says the bar in words.
	Text string
}

// part is a rectangle of a picture.
type part struct {
	Class      string
	X, Y, W, H string
	Title      string
}

// decimal writes a coordinate; two digits after the point are finer than a
// screen and the same on every machine.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func drawStanding(s report.AssetSummary) standingPicture {
	seen := map[string]bool{}
	for _, by := range s.ProviderStanding {
		for word := range by {
			seen[word] = true
		}
	}
	for _, word := range standings() {
		seen[word] = true
	}
	p := standingPicture{Words: occurring(standings(), seen)}
	for _, provider := range report.Words(s.ByProvider) {
		row := standingRow{Provider: provider, Total: s.ByProvider[provider]}
		for _, word := range p.Words {
			row.Counts = append(row.Counts, wordCount{word, s.ProviderStanding[provider][word]})
		}
		row.Parts, row.Text = bar(row.Counts)
		p.Rows = append(p.Rows, row)
	}
	return p
}

// bar shares the width among the counts. A part that is not zero can be seen.
func bar(counts []wordCount) (parts []part, text string) {
	total := 0
	for _, c := range counts {
		total += c.Count
	}
	widths, sum := make([]float64, len(counts)), 0.0
	for i, c := range counts {
		if c.Count > 0 {
			widths[i] = max(leastUnits, float64(c.Count)/float64(total)*barUnits)
			sum += widths[i]
		}
	}
	var said []string
	x := 0.0
	for i, c := range counts {
		if c.Count == 0 {
			continue
		}
		w := widths[i] / sum * barUnits
		title := fmt.Sprintf("%s: %s", c.Word, of(c.Count, total))
		parts = append(parts, part{Class: "s-" + c.Word, X: decimal(x), W: decimal(w), Title: title})
		said = append(said, count(c.Count)+" "+c.Word)
		x += w
	}
	return parts, strings.Join(said, ", ")
}

// deploymentPicture is bars by day, a colour per provider, and its numbers.
type deploymentPicture struct {
	Providers []providerTotal
	Days      []dayBar
	Table     []dayRow
	// Width of the picture in user units; Most is the highest day.
	Width, Most, Total int
	First, Last        string
	// Shown is what the picture shows of all days; empty where it shows all.
	Shown string
}

type providerTotal struct {
	Class, Provider string
	Total           int
}

type dayBar struct {
	Title string
	Parts []part
}

type dayRow struct {
	Day    string
	Total  int
	Counts []int
}

func drawDeployments(all []report.Deployments) deploymentPicture {
	var p deploymentPicture
	providers := map[string]bool{}
	counts := map[string]map[string]int{}
	for _, d := range all {
		providers[d.Provider] = true
		if counts[d.Day] == nil {
			counts[d.Day] = map[string]int{}
		}
		counts[d.Day][d.Provider] += d.Count
	}
	for i, name := range slices.Sorted(maps.Keys(providers)) {
		// Four classes are enough to tell neighbours apart; more providers than
		// that share them, and the titles and the table tell them apart.
		p.Providers = append(p.Providers, providerTotal{Class: fmt.Sprintf("p%d", i%4), Provider: name})
	}
	for _, day := range daysOf(counts) {
		row := dayRow{Day: day}
		for i := range p.Providers {
			n := counts[day][p.Providers[i].Provider]
			row.Counts = append(row.Counts, n)
			row.Total += n
			p.Providers[i].Total += n
		}
		p.Total += row.Total
		p.Table = append(p.Table, row)
	}
	p.draw()
	return p
}

// daysOf lists every day from the first to the last, so that a day without
// deployments has its place. Days that are no dates are kept, sorted.
func daysOf(counts map[string]map[string]int) []string {
	var days []string
	for day := range counts {
		days = append(days, day)
	}
	slices.Sort(days)
	if len(days) == 0 {
		return nil
	}
	first, err1 := time.Parse(time.DateOnly, days[0])
	last, err2 := time.Parse(time.DateOnly, days[len(days)-1])
	const longest = 3700 // ten years; a wild date must not fill the memory
	if err1 != nil || err2 != nil || last.Sub(first) > longest*24*time.Hour {
		return days
	}
	for day := first; day.Before(last); day = day.AddDate(0, 0, 1) {
		days = append(days, day.Format(time.DateOnly))
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func (p *deploymentPicture) draw() {
	rows := p.Table[max(0, len(p.Table)-pictureDays):]
	if len(rows) == 0 {
		return
	}
	if len(rows) < len(p.Table) {
		p.Shown = fmt.Sprintf("The picture shows the last %s days.", of(len(rows), len(p.Table)))
	}
	p.First, p.Last, p.Width = rows[0].Day, rows[len(rows)-1].Day, len(rows)*dayUnits
	p.Most = slices.MaxFunc(rows, func(a, b dayRow) int { return cmp.Compare(a.Total, b.Total) }).Total
	for i, row := range rows {
		p.Days = append(p.Days, p.day(i, row))
	}
}

func (p *deploymentPicture) day(i int, row dayRow) dayBar {
	b := dayBar{Title: row.Day + ": no deployment"}
	var said []string
	top := float64(highUnits)
	for k, n := range row.Counts {
		if n == 0 {
			continue
		}
		h := float64(n) / float64(p.Most) * highUnits
		top -= h
		b.Parts = append(b.Parts, part{
			Class: p.Providers[k].Class, X: strconv.Itoa(i*dayUnits + 1), Y: decimal(top), W: strconv.Itoa(dayUnits - 2), H: decimal(h),
		})
		said = append(said, fmt.Sprintf("%s %s", p.Providers[k].Provider, count(n)))
	}
	if len(said) > 0 {
		b.Title = row.Day + ": " + strings.Join(said, ", ")
	}
	return b
}
