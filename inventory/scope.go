package inventory

import (
	"cmp"
	"strings"
)

// Provider names a cloud: "aws", "cloudflare", "google".
type Provider string

// The providers that estray knows.
const (
	AWS        Provider = "aws"
	Cloudflare Provider = "cloudflare"
	Google     Provider = "google"
)

// Providers lists them, in the order in which they are told.
func Providers() []Provider { return []Provider{AWS, Cloudflare, Google} }

// Scope is where a fact holds. An empty Region means the whole account; an
// empty Account means the provider, or what a source reads as a whole.
type Scope struct {
	Provider Provider `json:"provider"`
	Account  string   `json:"account,omitempty"`
	Region   string   `json:"region,omitempty"`
}

// String gives provider/account/region, leaving out empty ends.
func (s Scope) String() string {
	return strings.TrimRight(string(s.Provider)+"/"+s.Account+"/"+s.Region, "/")
}

// Contains reports whether every place of other lies in s: empty parts of s
// hold any value.
func (s Scope) Contains(other Scope) bool {
	return (s.Provider == "" || s.Provider == other.Provider) &&
		(s.Account == "" || s.Account == other.Account) &&
		(s.Region == "" || s.Region == other.Region)
}

// Touches reports whether s and other share a place: each part is equal, or
// empty on one side.
func (s Scope) Touches(other Scope) bool {
	meet := func(a, b string) bool { return a == "" || b == "" || a == b }
	return meet(string(s.Provider), string(other.Provider)) &&
		meet(s.Account, other.Account) && meet(s.Region, other.Region)
}

// Compare orders scopes by provider, account, region.
func (s Scope) Compare(o Scope) int {
	return cmp.Or(cmp.Compare(s.Provider, o.Provider), cmp.Compare(s.Account, o.Account), cmp.Compare(s.Region, o.Region))
}

// Capability is one kind of reading that can succeed or fail by itself in a
// scope.
type Capability string

// The capabilities that today's sources and rules name.
const (
	CapFunctions     Capability = "functions"
	CapVersions      Capability = "versions"
	CapAliases       Capability = "aliases"
	CapPolicies      Capability = "policies"
	CapURLs          Capability = "urls"
	CapMappings      Capability = "mappings"
	CapLayers        Capability = "layers" // those that functions mount
	CapRoles         Capability = "roles"
	CapLogGroups     Capability = "log-groups"
	CapEvents        Capability = "events"
	CapTrails        Capability = "trails"
	CapOrganization  Capability = "organization"
	CapDirectory     Capability = "directory"
	CapTags          Capability = "tags"
	CapConfiguration Capability = "configuration"

	// CapLayerPolicies are the policies of layer versions: who may mount them.
	CapLayerPolicies     Capability = "layer-policies"
	CapCodeSigning       Capability = "code-signing"
	CapCapacityProviders Capability = "capacity-providers"
	CapWebFunctions      Capability = "web-functions"
	CapMicroVMs          Capability = "microvms"
	// CapEventRules are rules of EventBridge and their targets.
	CapEventRules          Capability = "event-rules"
	CapSchedules           Capability = "schedules"
	CapAPIGateway          Capability = "api-gateway"
	CapBucketNotifications Capability = "bucket-notifications"
	// CapTopics are subscriptions to topics of SNS.
	CapTopics           Capability = "topics"
	CapLogSubscriptions Capability = "log-subscriptions"
	CapLoadBalancers    Capability = "load-balancers"
	// CapVersionPolicies are the policies of published versions. It names a part
	// of the exposure alone.
	CapVersionPolicies Capability = "version-policies"

	// CapWorkers is the list of an account's Workers, and CapSettings what a call
	// for each tells: bindings, compatibility.
	CapWorkers     Capability = "workers"
	CapSettings    Capability = "settings"
	CapDeployments Capability = "deployments"
	// CapSubdomains are workers.dev and the URLs of versions; CapDomains are custom
	// domains, of Workers; CapPreviews are Worker Previews.
	CapSubdomains Capability = "subdomains"
	CapDomains    Capability = "domains"
	CapPreviews   Capability = "previews"
	// CapZones is the list of an account's zones, and CapRoutes the routes of one.
	CapZones  Capability = "zones"
	CapRoutes Capability = "routes"
	// CapQueues are consumers of queues; CapEmailRules send mail to Workers.
	CapQueues     Capability = "queues"
	CapEmailRules Capability = "email-rules"
	CapWorkflows  Capability = "workflows"
	CapPages      Capability = "pages"
	// CapPagesDomains are the custom domains of Pages projects.
	CapPagesDomains Capability = "pages-domains"
	CapNamespaces   Capability = "namespaces"
	// CapNamespaceScripts are the scripts in dispatch namespaces.
	CapNamespaceScripts Capability = "namespace-scripts"
	// CapAccess are the applications of Cloudflare Access that guard hostnames.
	CapAccess  Capability = "access"
	CapMembers Capability = "members"
	CapTokens  Capability = "tokens"
	// CapTokenScope is what our own token may see: the part of an account, or all.
	CapTokenScope Capability = "token-scope"
	CapLogpush    Capability = "logpush"
	// CapLogDestinations are what the logs of Workers are sent to.
	CapLogDestinations Capability = "log-destinations"

	// CapRegions is the list of regions that are switched on.
	CapRegions Capability = "regions"
	// CapScopes is the plan itself: the list of accounts, regions or files.
	CapScopes Capability = "scopes"
	// CapObjects is the set of files of an archive, whatever they hold.
	CapObjects Capability = "objects"
	// CapSnapshot is the reading of one snapshot file as a whole.
	CapSnapshot Capability = "snapshot"
)

// Cell is one box of the coverage matrix: what one source means to read, of
// one kind, in one scope.
type Cell struct {
	Source     string     `json:"source"`
	Scope      Scope      `json:"scope"`
	Capability Capability `json:"capability"`
}

// Compare orders cells by scope, capability, source.
func (c Cell) Compare(o Cell) int {
	return cmp.Or(c.Scope.Compare(o.Scope), cmp.Compare(c.Capability, o.Capability), cmp.Compare(c.Source, o.Source))
}

// String names the cell for a person. A cell without a scope is one that a
// source reads as a whole: its file, or its plan.
func (c Cell) String() string {
	return string(c.Capability) + " of " + cmp.Or(c.Scope.String(), "everything") + " by " + c.Source
}
