package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// layersChanged is AWS-03. A nil list means that the request did not speak of
// layers, an empty one that it removed them all.
func layersChanged() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-03", Title: "Layers attached or changed", Severity: findings.Medium, Weigh: true,
		Rationale:      "A layer is code that runs inside the function, and an extension in it runs beside every call. Only what the request set counts: the answer repeats the layers that were there before.",
		FalsePositives: "Monitoring layers that the platform team rolls out.",
		Fix:            "Check who publishes each layer and which version is meant; remove what nobody asked for.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "UpdateFunctionConfiguration", "CreateFunction"), func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		layers := e.Change.Layers
		if layers == nil || (len(*layers) == 0 && e.Name == "CreateFunction") {
			return false
		}
		if len(*layers) == 0 {
			f.Message = fmt.Sprintf("%s removed all layers of %s", whoActed(e.Principal), aboutWhat(*f))
			f.Set(findings.Info, "all layers were removed")
			return true
		}
		f.Message = fmt.Sprintf("%s set the layers of %s to %s", whoActed(e.Principal), aboutWhat(*f), strings.Join(layerIDs(*layers), ", "))
		return true
	})
}

// foreignLayer is AWS-04, as the act that mounts the layer and as the state in
// which it is mounted: exports rarely reach back to the act.
func foreignLayer() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-04", Title: "Layer from a foreign account", Severity: findings.High, Weigh: true,
		Rationale:      "Whoever owns the layer's account decides what runs in the function. Foreign is an account that is not ours; vendors are excused by account and layer name together, never by account alone, and partners are not excused at all.",
		FalsePositives: "Layers of AWS and of vendors: list them as ACCOUNT:NAME.",
		Fix:            "Remove the layer, or publish a checked copy in an account of ours.",
		Needs:          []inventory.Capability{inventory.CapFunctions, inventory.CapVersions, inventory.CapOrganization},
	})
	pick := changed(lambdaService, "UpdateFunctionConfiguration", "CreateFunction")
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		ids := foreignLayers(c, homeOf(*f), setLayers(e))
		f.Message = fmt.Sprintf("%s gave %s a layer of a foreign account: %s", whoActed(e.Principal), aboutWhat(*f), strings.Join(ids, ", "))
		return len(ids) > 0
	})
	said := func(_ *findings.Case, _ inventory.AssetID, e inventory.Event) []string { return layerIDs(setLayers(e)) }
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.AWS, func(c *findings.Case, a inventory.Asset) []findings.Finding { return mountedLayers(c, r, a) })
		return dropActed(c, states, pick, said, inventory.ActionCreate, inventory.ActionUpdateConfig)
	}
	return r
}

// mountedLayers judges the layers that a reading shows.
func mountedLayers(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	code, _ := a.Code.Get()
	var out []findings.Finding
	for _, id := range foreignLayers(c, a.Scope.Account, code.Layers) {
		f := startState(r, a, "code", id, "layer "+id)
		f.Message = fmt.Sprintf("%s holds a layer of a foreign account: %s", called(a), id)
		out = append(out, f)
	}
	return out
}

// setLayers are the layers that a request set; none where it did not speak of
// them.
func setLayers(e inventory.Event) []inventory.Layer {
	if e.Change.Layers == nil {
		return nil
	}
	return *e.Change.Layers
}

func layerIDs(layers []inventory.Layer) []string {
	var out []string
	for _, l := range layers {
		out = append(out, l.ID)
	}
	return out
}

// foreignLayers lists the layers of accounts that are neither the home nor
// ours, without those on the vendors' list.
func foreignLayers(c *findings.Case, home string, layers []inventory.Layer) []string {
	var out []string
	for _, l := range layers {
		if l.Account == "" || l.Account == home || c.Own(l.Account) {
			continue
		}
		if !slices.Contains(c.Estate.VendorLayers, l.Account+":"+arnField(l.ID, 6)) {
			out = append(out, l.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
