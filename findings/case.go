package findings

import (
	"slices"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// Standing is the verdict on an asset. The zero value is no verdict.
type Standing string

// The standings, in the order in which reports list them.
const (
	Approved  Standing = "approved"
	Drifted   Standing = "drifted"
	Expired   Standing = "expired"
	Owned     Standing = "owned"
	Unmanaged Standing = "unmanaged"
	Unknown   Standing = "unknown"
)

// Standings lists all standings in report order.
func Standings() []Standing {
	return []Standing{Approved, Drifted, Expired, Owned, Unmanaged, Unknown}
}

// Drift is one limit of an approval that does not hold, or cannot be judged.
type Drift struct {
	// Limit is "reach", "deployers", "identities", "code_digests", "regions".
	Limit string
	Facet string
	// Want and Got are for people; Got is empty where Unknown is set.
	Want, Got string
	// Unknown: the facet does not say; Why names the facet and the cell.
	Unknown bool
	Why     string
}

// Verdict is the standing of one asset, with its reasons.
type Verdict struct {
	Standing Standing
	Presence inventory.Presence
	Owner    string
	Claim    *registry.Claim
	Conflict []registry.Claim
	Reasons  []string
	Drifts   []Drift
	// Activity is nil where the events say nothing of the asset, as for most
	// assets of a large estate: see Life.
	Activity *Activity
}

// Life is what the events say of the asset; zero where they say nothing.
func (v Verdict) Life() Activity {
	if v.Activity == nil {
		return Activity{}
	}
	return *v.Activity
}

// Act points at one event of an asset's life.
type Act struct {
	Event     string
	Time      time.Time
	Principal string
	// Who acted, whole, for questions of identity.
	Who inventory.Principal
}

// Activity is what the events say of an asset, folded in one pass. Times are
// zero where nothing is known. Only acts that succeeded count.
type Activity struct {
	Created, Deleted, LastDeploy Act
	// Changed is the last act of any kind that changed the asset.
	Changed Act
	// CreatedLogged and ModifiedLogged: an act that changed the asset stands in
	// the events within LateDelivery of the asset's own time of creation, or of
	// modification.
	CreatedLogged, ModifiedLogged bool
}

// LateDelivery is how far the time of a record and the time that an inventory
// shows may lie apart: CloudTrail delivers records up to about 15 minutes late.
const LateDelivery = 15 * time.Minute

// Born is when the asset came into being, as its inventory tells: its own time
// of creation or, as Lambda gives none, the earliest publication. Zero: unknown.
func Born(a inventory.Asset) time.Time {
	born := a.Created
	versions, _ := a.Versions.Get()
	for _, v := range versions.Published {
		if !v.Modified.IsZero() && (born.IsZero() || v.Modified.Before(born)) {
			born = v.Modified
		}
	}
	return born
}

// Deployments counts the successful deployments of one provider on one day.
type Deployments struct {
	// Day is "2006-01-02", UTC.
	Day      string
	Provider inventory.Provider
	Count    int
}

// Hidden is a claim that matches nothing, in a scope that was not read whole:
// whether it is a ghost cannot be told.
type Hidden struct {
	Claim registry.Claim
	// Gaps are the cells that were not read whole; never empty.
	Gaps []inventory.Coverage
}

// Estate is what the configuration tells of our own: who and what counts as
// ours, and the measures of the rules.
type Estate struct {
	// Organization is our organization's id (o-...); empty: not told.
	Organization string
	// Accounts are own accounts beyond those that were read.
	Accounts []string
	Partners []string
	// Deployers may deploy where no approval names any.
	Deployers         []string
	IAMAdministrators []string
	// VendorLayers are "ACCOUNT:NAME".
	VendorLayers []string
	// MailDomains are the domains of our people's addresses; none: not told, and no
	// domain is judged.
	MailDomains      []string
	ShortLived       time.Duration
	LogRetentionDays int
	FourEyes         bool
}

// Case is the view, judged: what rules see.
type Case struct {
	View     *inventory.View
	Registry *registry.Registry
	// RegistryRead: a registry was given and read whole. Without one, rules
	// that need it are unknown.
	RegistryRead bool
	Verdicts     map[inventory.AssetID]Verdict
	// Ghosts match nothing although their scope was read whole; Hidden match
	// nothing where it was not. Both by claim id. Transient claims are in neither.
	Ghosts []registry.Claim
	Hidden []Hidden
	// Deployments, by day and provider.
	Deployments []Deployments
	Now         time.Time
	Estate      Estate

	history func(inventory.AssetID) []inventory.Observation
	acts    func(inventory.Filter, func(inventory.Event))
	own     map[string]bool
}

// Own reports whether the account is ours: configured, or read by a source.
func (c *Case) Own(account string) bool {
	if c.own == nil {
		c.own = map[string]bool{}
		for _, a := range c.Estate.Accounts {
			c.own[a] = true
		}
		for _, cov := range c.View.Coverage {
			c.own[cov.Cell.Scope.Account] = true
		}
		for _, a := range c.View.Assets {
			c.own[a.Scope.Account] = true
		}
		delete(c.own, "")
	}
	return c.own[account]
}

// Partner reports whether the account is on the partner list.
func (c *Case) Partner(account string) bool { return slices.Contains(c.Estate.Partners, account) }

// History recalls an asset's observations; empty where the view keeps none.
func (c *Case) History(id inventory.AssetID) []inventory.Observation {
	if c.history == nil {
		return nil
	}
	return c.history(id)
}

// Acts streams the events that the filter selects, in order, each act once. It is for checks:
// while single events are judged, the events are being walked already. An
// error of the walk ends the evaluation.
func (c *Case) Acts(f inventory.Filter, yield func(inventory.Event)) {
	if c.acts != nil {
		c.acts(f, yield)
	}
}

// Deployers lists who may deploy the asset: by its approval's limit or, where
// no approval names any, by the configuration.
func (c *Case) Deployers(id inventory.AssetID) []string {
	if v, ok := c.Verdicts[id]; ok && v.Claim != nil && v.Claim.Approval != nil && len(v.Claim.Approval.Limits.Deployers) > 0 {
		return v.Claim.Approval.Limits.Deployers
	}
	return c.Estate.Deployers
}

// ApprovedDeployer reports whether the event's principal may deploy the asset.
// Only facts that the caller cannot choose are compared.
func (c *Case) ApprovedDeployer(e inventory.Event, id inventory.AssetID) bool {
	allowed := c.Deployers(id)
	return slices.ContainsFunc(e.Principal.Names(), func(n string) bool { return slices.Contains(allowed, n) })
}

// AssetOf returns the id under which the view knows the asset that an event
// names, or the event's own id where the view does not know it.
func (c *Case) AssetOf(id inventory.AssetID) inventory.AssetID {
	if a, ok := c.View.Known(id); ok {
		return a.ID
	}
	return id
}

// weigh applies the severity arithmetic of the catalogue to a finding about
// an act on an asset, and tells each step.
func (c *Case) weigh(f *Finding, e inventory.Event) {
	a, known := c.View.Known(f.Asset)
	unapproved := !c.ApprovedDeployer(e, f.Asset)
	if unapproved {
		f.Raise("the principal is not an approved deployer")
	}
	if rights, ok := a.Rights.Get(); known && ok && a.Rights.Current() && rights.Admin && !rights.Bounded {
		f.Raise("the asset's identity is administrator-like")
	}
	if reach, ok := a.Reach(); known && ok && reach == inventory.ReachPublic {
		f.Raise("the asset is reachable by anyone")
	}
	if !unapproved {
		f.Lower("an approved deployer acted")
	}
}
