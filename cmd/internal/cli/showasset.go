package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

func printAsset(a *app, row report.Asset, asset inventory.Asset, did used, d *report.Document) error {
	page := a.fields(15)
	line := page.line
	line("asset", row.ID)
	line("name", row.Name)
	line("kind", row.Kind)
	line("standing", row.Standing)
	for _, r := range row.Reasons {
		line("", r)
	}
	line("presence", row.Presence)
	line("owner", row.Owner)
	line("claim", row.Claim)
	line("reach", row.Reach)
	for _, e := range row.Exposures {
		line("exposure", exposureText(e))
	}
	if row.Identity != row.ID { // else it acts as itself
		line("identity", row.Identity)
	}
	workLines(line, asset)
	for _, h := range asset.Handles {
		line("known as", string(h.ID)+" since "+stamp(h.Since))
	}
	line("last seen", stamp(row.LastSeen))
	line("seen by", strings.Join(row.SeenBy, ", "))
	if row.LastDeploy != nil {
		line("last deploy", stamp(row.LastDeploy.Time)+" by "+row.LastDeploy.Principal+" (event "+row.LastDeploy.Event+")")
	}
	did.lines(line, asset)
	for _, f := range asset.Facets() {
		if why := row.UnknownFacets[f.Name]; why != "" {
			line("unknown", f.Name+": "+why)
		}
	}
	for _, f := range slices.SortedStableFunc(slices.Values(d.Findings), gravest) {
		if f.Asset == row.ID && f.State != "resolved" {
			line("finding", strings.Join([]string{f.ID, f.Severity, f.Rule, f.Message}, " "))
		}
	}
	return printf(a.std.Out, "%s", page.out.String())
}

func exposureText(e report.Exposure) string {
	guard := ""
	if e.Guard != "" {
		guard = "guarded by " + e.Guard
	}
	host := e.Hostname
	if e.Address() == e.Route {
		host = "" // the route holds it
	}
	return joinNonEmpty(", ", joinNonEmpty(" ", e.Kind, e.Reach, host, e.Route, e.Qualifier), guard, e.Note)
}

// workLines tell how the asset runs, and what it is given.
func workLines(line func(name, value string), asset inventory.Asset) {
	if c, ok := asset.Configuration.Get(); ok {
		line("runtime", c.Runtime)
		line("compatibility", joinNonEmpty(" ", c.Compatibility, strings.Join(c.Flags, " ")))
		line("handlers", joinNonEmpty(", ", c.Handler, strings.Join(c.Handlers, ", ")))
		line("built from", joinNonEmpty(", branch ", c.Repository, c.ProductionBranch))
	}
	if code, ok := asset.Code.Get(); ok {
		line("code digest", code.Digest)
	}
	if d, ok := asset.Deployment.Get(); ok {
		line("deployment", deploymentText(d))
	}
	triggers, _ := asset.Triggers.Get()
	for _, t := range triggers {
		line("trigger", triggerText(t))
	}
	bindings, _ := asset.Bindings.Get()
	for _, text := range bindingTexts(bindings) {
		line("bindings", text)
	}
}

// deploymentText tells what serves, and who put it there.
func deploymentText(d inventory.Deployment) string {
	var shares []string
	for _, s := range d.Shares {
		shares = append(shares, fmt.Sprintf("%g%% %s", s.Percent, s.Version))
	}
	by := ""
	if d.Author != "" {
		by = "by " + d.Author
	}
	return joinNonEmpty(", ", joinNonEmpty(" ", stamp(d.Created), by, d.Source), strings.Join(shares, " and "), joinNonEmpty(" ", d.Branch, d.Commit))
}

func triggerText(t inventory.Trigger) string {
	off := ""
	if !t.Enabled {
		off = "(off)"
	}
	return joinNonEmpty(" ", t.Kind, orElse(joinNonEmpty(" ", t.Name, t.Source), t.ID), t.Detail, t.Qualifier, off)
}

// bindingTexts tell the bindings, those of one kind and qualifier in one line, by
// name and by what they lead to.
func bindingTexts(all []inventory.Binding) []string {
	var heads []string
	names := map[string][]string{}
	for _, b := range all {
		head := joinNonEmpty(" of ", b.Kind, b.Qualifier)
		if _, ok := names[head]; !ok {
			heads = append(heads, head)
		}
		names[head] = append(names[head], joinNonEmpty(" = ", b.Name, b.Target))
	}
	slices.Sort(heads)
	for i, head := range heads {
		slices.Sort(names[head])
		heads[i] = head + ": " + strings.Join(names[head], ", ")
	}
	return heads
}
