package yamlfile

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/nearest"
	"github.com/estray/estray/internal/yamlform"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// The names of mappings in messages; knownKeys goes by them.
const (
	theFile     = "the file"
	anOwner     = "an owner"
	aClaim      = "a claim"
	anException = "an exception"
	aBlindSpot  = "a blind spot"
)

// knownKeys lists the keys that a mapping may hold. The JSON Schema holds the
// same; a test compares them.
func knownKeys(what string) []string {
	switch what {
	case theFile:
		return []string{"version", "owners", "claims", "exceptions", "blind_spots"}
	case anOwner:
		return []string{"id", "name", "contacts", "principals"}
	case aClaim:
		return []string{"id", "owner", "select", "approval", "transient"}
	case "select":
		return []string{"provider", "kind", "accounts", "regions", "id", "name", "labels", "zones", "hostnames"}
	case "approval":
		return []string{"ticket", "by", "on", "expires", "limits"}
	case "limits":
		return []string{"reach", "deployers", "identities", "code_digests", "regions"}
	case anException:
		return []string{"rule", "select", "reason", "by", "expires"}
	case aBlindSpot:
		return []string{"provider", "account", "region", "capability", "reason", "by", "expires"}
	}
	return nil
}

// laterSelectorKeys are selector keys of providers that are not read yet.
func laterSelectorKeys() []string {
	return []string{"domains", "shared_drives", "project_numbers"}
}

// root reads the document.
func (r *reading) root(n *yaml.Node) {
	e := r.mapping(theFile, n)
	if n.Kind != yaml.MappingNode {
		r.unread = true
		return
	}
	r.version(e)
	for _, o := range e.list("owners") {
		r.content.Owners = append(r.content.Owners, r.owner(o))
	}
	for _, c := range e.list("claims") {
		r.content.Claims = append(r.content.Claims, r.claim(c))
	}
	for _, x := range e.list("exceptions") {
		r.content.Exceptions = append(r.content.Exceptions, r.exception(x))
	}
	for _, b := range e.list("blind_spots") {
		r.content.BlindSpots = append(r.content.BlindSpots, r.blindSpot(b))
	}
}

// version must be there: a file of a later form must not be read as this one.
func (r *reading) version(e entry) {
	n, ok := e.values["version"]
	switch {
	case !ok:
		r.wrongAt(e.at, "the file does not say its version; begin it with version: 1")
	case n.Kind != yaml.ScalarNode || n.Tag != "!!int":
		r.wrongAt(r.at(n), "version must be the number 1, not %s", form(n))
	case n.Value != "1":
		r.wrongAt(r.at(n), "version %s is not known to this version of estray, which reads version 1", yamlform.Clip(n.Value))
	}
}

// list gives the mappings of a list. A list with nothing behind its name (all
// its lines turned to comments) is as if not there.
func (e entry) list(key string) []*yaml.Node {
	n, ok := e.values[key]
	if !ok || yamlform.Empty(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		e.r.unread = true
		e.r.wrongAt(e.r.at(n), "%s must be a list, not %s", key, form(n))
		return nil
	}
	var out []*yaml.Node
	for _, item := range n.Content {
		if !e.r.spend() {
			break
		}
		item = yamlform.Filled(item)
		if item.Kind == yaml.MappingNode {
			out = append(out, item)
			continue
		}
		e.r.unread = true
		e.r.wrongAt(e.r.at(item), "an entry of %s must hold keys and values, not %s", key, form(item))
	}
	return out
}

func (r *reading) owner(n *yaml.Node) registry.Owner {
	e := r.mapping(anOwner, n)
	return registry.Owner{ID: e.text("id"), Name: e.text("name"), Contacts: e.texts("contacts"), Principals: e.texts("principals"), At: e.at}
}

func (r *reading) claim(n *yaml.Node) registry.Claim {
	e := r.mapping(aClaim, n)
	return registry.Claim{ID: e.text("id"), Owner: e.text("owner"), Select: e.selector(), Approval: e.approval(), Transient: e.flag("transient"), At: e.at}
}

func (e entry) selector() registry.Selector {
	s, ok := e.inner("select")
	if !ok {
		return registry.Selector{}
	}
	return registry.Selector{
		Provider: inventory.Provider(s.text("provider")),
		Kind:     inventory.Kind(s.text("kind")),
		Accounts: s.texts("accounts"),
		Regions:  s.texts("regions"),
		ID:       inventory.AssetID(s.text("id")),
		Name:     s.text("name"),
		Labels:   s.pairs("labels"),

		Zones:     s.texts("zones"),
		Hostnames: s.texts("hostnames"),
	}
}

func (e entry) approval() *registry.Approval {
	a, ok := e.inner("approval")
	if !ok {
		return nil
	}
	out := &registry.Approval{Ticket: a.text("ticket"), By: a.text("by"), On: a.first("on"), Expires: a.last("expires"), At: a.at}
	if l, ok := a.inner("limits"); ok {
		out.Limits = registry.Limits{Reach: l.reach("reach"), Deployers: l.texts("deployers"), Identities: l.texts("identities"),
			CodeDigests: l.texts("code_digests"), Regions: l.texts("regions")}
	}
	return out
}

func (r *reading) exception(n *yaml.Node) registry.Exception {
	e := r.mapping(anException, n)
	x := registry.Exception{Rule: e.text("rule"), Select: e.selector(), Reason: e.text("reason"), By: e.text("by"), Expires: e.last("expires"), At: e.at}
	if x.Rule != "" && len(r.opt.Rules) > 0 && !slices.Contains(r.opt.Rules, x.Rule) {
		e.wrong("rule", e.values["rule"], "%q is no rule; the nearest is %q, see: estray rules list", yamlform.Clip(x.Rule), nearest.Name(x.Rule, r.opt.Rules))
	}
	return x
}

func (r *reading) blindSpot(n *yaml.Node) registry.BlindSpot {
	e := r.mapping(aBlindSpot, n)
	return registry.BlindSpot{
		Provider: inventory.Provider(e.text("provider")), Account: e.text("account"), Region: e.text("region"),
		Capability: inventory.Capability(e.text("capability")),
		Reason:     e.text("reason"), By: e.text("by"), Expires: e.last("expires"), At: e.at,
	}
}
