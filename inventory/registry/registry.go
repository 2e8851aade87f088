// Package registry holds what should be: who answers for which assets, and
// what was approved. It is pure; loaders live in the folders below it.
//
// In goes a [Content], read by a loader or drawn from tags by [FromLabels].
// [New] refuses a content with a mistake; what it makes answers who claims an
// asset ([Registry.Match]) and what is accepted ([Registry.Exception],
// [Registry.BlindSpot]).
//
// # Specificity
//
// Several claims may select one asset. A reviewed claim wins over one drawn
// from tags; then an exact id wins, then the name pattern with more literal
// characters, then the claim with more other keys. Equal weight is a conflict,
// unless the claims say the same.
//
// # Ends
//
// Whatever is accepted has an end. Past it an exception and a blind spot match
// no more; a claim whose approval has ended still matches, so that its asset
// is expired and not unmanaged.
package registry

import (
	"cmp"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

// Position is where an entry stands in its file; for messages only.
type Position struct {
	File   string
	Line   int
	Column int
}

// String gives "file:line:column", without the parts that are not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line, column.
func (p Position) Compare(o Position) int {
	return cmp.Or(cmp.Compare(p.File, o.File), cmp.Compare(p.Line, o.Line), cmp.Compare(p.Column, o.Column))
}

// Owner is a team or person that answers for assets.
type Owner struct {
	ID       string
	Name     string
	Contacts []string
	// Principals are the cloud principals that belong to the owner, as facts
	// name them ("arn:...", "cloudflare:token:...", "google:user:...").
	Principals []string
	At         Position
}

// Selector picks assets. Every part that is given must hold; an empty
// selector is a mistake.
type Selector struct {
	Provider inventory.Provider
	Kind     inventory.Kind
	Accounts []string
	Regions  []string
	// ID is an exact asset id.
	ID inventory.AssetID
	// Name is exact, or a glob with * and ?.
	Name string
	// Labels must all be set to these values.
	Labels map[string]string
	// Zones are zones of Cloudflare, by id or name; one of them must lead to the
	// asset.
	Zones []string
	// Hostnames are exact, or globs with * and ?; one of them must fit a host that
	// leads to the asset.
	Hostnames []string
}

// Claim is a registry entry: a selector, an owner and perhaps an approval.
type Claim struct {
	ID       string
	Owner    string
	Select   Selector
	Approval *Approval
	// Transient: the assets are made on demand; matching none is no ghost.
	Transient bool
	// FromLabels: drawn from resource tags, not from a reviewed file.
	FromLabels bool
	At         Position
}

// Approval is a dated, expiring consent with limits.
type Approval struct {
	Ticket string
	By     string
	// On is the start of the day of consent, Expires the first instant at
	// which it holds no more: a date in the file means the end of that day, UTC.
	On, Expires time.Time
	Limits      Limits
	At          Position
}

// Limits bound an approval. An empty part bounds nothing.
type Limits struct {
	// Reach is the widest reach approved; ReachUnknown: no limit given.
	Reach       inventory.Reach
	Deployers   []string
	Identities  []string
	CodeDigests []string
	Regions     []string
}

// Exception is an accepted finding.
type Exception struct {
	Rule    string
	Select  Selector
	Reason  string
	By      string
	Expires time.Time // first instant at which it holds no more
	At      Position
}

// BlindSpot is an accepted hole in coverage. Empty parts match anything.
type BlindSpot struct {
	Provider   inventory.Provider
	Account    string
	Region     string
	Capability inventory.Capability
	Reason     string
	By         string
	Expires    time.Time // first instant at which it holds no more
	At         Position
}

// Content is what loaders read; New makes a Registry of it.
type Content struct {
	Owners     []Owner
	Claims     []Claim
	Exceptions []Exception
	BlindSpots []BlindSpot
}

// Match is the answer to "who answers for this asset?". At most one of Claim
// and Conflict is set; neither: nobody does.
type Match struct {
	Claim *Claim
	// Conflict holds the claims of equal weight, sorted by id.
	Conflict []Claim
	// Why explains the choice, for a person.
	Why string
}
