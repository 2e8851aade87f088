package csvfmt

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/findings/report"
)

// Format is the format "csv": three files.
func Format() report.Format {
	return report.Format{Name: "csv", Files: []report.File{
		{Name: "assets.csv", Write: func(w io.Writer, d *report.Document) error { return write(w, d.Assets, assetColumns()) }},
		{Name: "findings.csv", Write: func(w io.Writer, d *report.Document) error { return write(w, d.Findings, findingColumns()) }},
		{Name: "coverage.csv", Write: func(w io.Writer, d *report.Document) error { return write(w, d.Coverage, coverageColumns()) }},
	}}
}

// column is one column of a table: its name and how a row fills it.
type column[T any] struct {
	name string
	cell func(T) string
}

func write[T any](w io.Writer, rows []T, columns []column[T]) error {
	out := csv.NewWriter(w)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.name
	}
	err := out.Write(line)
	for _, row := range rows {
		for i, c := range columns {
			line[i] = Cell(c.cell(row))
		}
		if err == nil {
			err = out.Write(line)
		}
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("write CSV report: %w", err)
	}
	return nil
}

func assetColumns() []column[report.Asset] {
	deploy := func(a report.Asset) report.Deploy {
		if a.LastDeploy == nil {
			return report.Deploy{}
		}
		return *a.LastDeploy
	}
	return []column[report.Asset]{
		{"id", func(a report.Asset) string { return a.ID }},
		{"provider", func(a report.Asset) string { return a.Provider }},
		{"kind", func(a report.Asset) string { return a.Kind }},
		{"account", func(a report.Asset) string { return a.Account }},
		{"region", func(a report.Asset) string { return a.Region }},
		{"name", func(a report.Asset) string { return a.Name }},
		{"names", func(a report.Asset) string { return list(a.Names) }},
		{"aliases", func(a report.Asset) string { return list(a.Aliases) }},
		{"standing", func(a report.Asset) string { return a.Standing }},
		{"presence", func(a report.Asset) string { return a.Presence }},
		{"owner", func(a report.Asset) string { return a.Owner }},
		{"claim", func(a report.Asset) string { return a.Claim }},
		{"reasons", func(a report.Asset) string { return list(a.Reasons) }},
		{"reach", func(a report.Asset) string { return a.Reach }},
		{"addresses", func(a report.Asset) string { return list(a.Addresses()) }},
		{"exposures", func(a report.Asset) string { return list(each(a.Exposures, exposure)) }},
		{"identity", func(a report.Asset) string { return a.Identity }},
		{"runtime", func(a report.Asset) string { return a.Runtime }},
		{"code_digest", func(a report.Asset) string { return a.CodeDigest }},
		{"created", func(a report.Asset) string { return instant(a.Created) }},
		{"modified", func(a report.Asset) string { return instant(a.Modified) }},
		{"last_deploy_time", func(a report.Asset) string { return instant(deploy(a).Time) }},
		{"last_deploy_principal", func(a report.Asset) string { return deploy(a).Principal }},
		{"last_deploy_event", func(a report.Asset) string { return deploy(a).Event }},
		{"deployment", func(a report.Asset) string { return serves(a.Deployment) }},
		{"repository", func(a report.Asset) string { return a.Repository }},
		{"bindings", func(a report.Asset) string { return number(a.Bindings) }},
		{"last_seen", func(a report.Asset) string { return instant(a.LastSeen) }},
		{"seen_by", func(a report.Asset) string { return list(a.SeenBy) }},
		{"unknown_facets", func(a report.Asset) string { return pairs(a.UnknownFacets) }},
		{"findings", func(a report.Asset) string { return list(a.Findings) }},
	}
}

func findingColumns() []column[report.Finding] {
	return []column[report.Finding]{
		{"id", func(f report.Finding) string { return f.ID }},
		{"rule", func(f report.Finding) string { return f.Rule }},
		{"title", func(f report.Finding) string { return f.Title }},
		{"severity", func(f report.Finding) string { return f.Severity }},
		{"state", func(f report.Finding) string { return f.State }},
		{"state_why", func(f report.Finding) string { return f.StateWhy }},
		{"provider", func(f report.Finding) string { return f.Provider }},
		{"account", func(f report.Finding) string { return f.Account }},
		{"region", func(f report.Finding) string { return f.Region }},
		{"asset", func(f report.Finding) string { return f.Asset }},
		{"subject", func(f report.Finding) string { return f.Subject }},
		{"attempt", func(f report.Finding) string { return strconv.FormatBool(f.Attempt) }},
		{"coverage", func(f report.Finding) string { return strconv.FormatBool(f.Coverage) }},
		{"group", func(f report.Finding) string { return f.Group }},
		{"leads", func(f report.Finding) string { return strconv.FormatBool(f.Leads) }},
		{"members", func(f report.Finding) string { return list(f.Members) }},
		{"message", func(f report.Finding) string { return f.Message }},
		{"severity_steps", func(f report.Finding) string { return list(f.Steps) }},
		{"evidence", func(f report.Finding) string { return list(each(f.Evidence, evidence)) }},
		{"remediation", func(f report.Finding) string { return f.Remediation }},
		{"attack", func(f report.Finding) string { return list(f.Attack) }},
		{"first_seen", func(f report.Finding) string { return instant(f.FirstSeen) }},
		{"last_seen", func(f report.Finding) string { return instant(f.LastSeen) }},
		{"resolved", func(f report.Finding) string { return instant(f.ResolvedAt) }},
		{"reopened", func(f report.Finding) string { return strconv.FormatBool(f.Reopened) }},
	}
}

func coverageColumns() []column[report.Coverage] {
	return []column[report.Coverage]{
		{"source", func(c report.Coverage) string { return c.Source }},
		{"provider", func(c report.Coverage) string { return c.Provider }},
		{"account", func(c report.Coverage) string { return c.Account }},
		{"region", func(c report.Coverage) string { return c.Region }},
		{"capability", func(c report.Coverage) string { return c.Capability }},
		{"state", func(c report.Coverage) string { return c.State }},
		{"expected", func(c report.Coverage) string { return number(c.Expected) }},
		{"seen", func(c report.Coverage) string { return strconv.Itoa(c.Seen) }},
		{"from", func(c report.Coverage) string { return instant(c.From) }},
		{"to", func(c report.Coverage) string { return instant(c.To) }},
		{"read", func(c report.Coverage) string { return instant(c.Read) }},
		{"continuity", func(c report.Coverage) string { return c.Continuity }},
		{"services", func(c report.Coverage) string { return list(c.Services) }},
		{"operation", func(c report.Coverage) string { return c.Operation }},
		{"code", func(c report.Coverage) string { return c.Code }},
		{"message", func(c report.Coverage) string { return c.Message }},
		{"accepted", func(c report.Coverage) string { return strconv.FormatBool(c.Accepted) }},
		{"accepted_why", func(c report.Coverage) string { return c.AcceptedWhy }},
	}
}

func exposure(e report.Exposure) string {
	parts := []string{e.Kind, e.Reach, e.Hostname, e.Route, e.Qualifier, guarded(e.Guard), e.Note}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func guarded(guard string) string {
	if guard == "" {
		return ""
	}
	return "guarded by " + guard
}

// serves says who put into service what, when and by what tool.
func serves(d *report.Deployment) string {
	if d == nil {
		return ""
	}
	parts := []string{instant(d.Created), d.Author, d.Source, d.Branch, d.Commit}
	for _, s := range d.Shares {
		parts = append(parts, fmt.Sprintf("%g %% %s", s.Percent, s.Version))
	}
	return list(slices.DeleteFunc(parts, func(s string) bool { return s == "" }))
}

func evidence(e report.Evidence) string { return e.Kind + " " + e.Ref + ": " + e.Summary }

func each[T any](in []T, f func(T) string) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

func list(values []string) string { return strings.Join(values, "; ") }

func pairs(m map[string]string) string {
	return list(each(slices.Sorted(maps.Keys(m)), func(k string) string { return k + ": " + m[k] }))
}

// instant is empty for the zero time: not known.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// number is empty for 0, which means that nothing says how many there are.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
