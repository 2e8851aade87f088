package inventory

import "slices"

// Reach says how far a way in reaches. The zero value is ReachUnknown, which
// no rule may treat as lower than public.
type Reach uint8

// The reaches, from the narrowest to the widest.
const (
	ReachUnknown Reach = iota
	ReachPrivate
	ReachAccount
	ReachOrganization
	ReachPartner
	ReachAuthenticated
	ReachPublic
)

func reachNames() []string {
	return []string{"unknown", "private", "account", "organization", "partner", "authenticated", "public"}
}

// String gives the reach's word.
func (r Reach) String() string { return word(reachNames(), int(r)) }

// MarshalText implements encoding.TextMarshaler.
func (r Reach) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (r *Reach) UnmarshalText(b []byte) error {
	i, err := wordIndex("reach", reachNames(), string(b))
	*r = Reach(i)
	return err
}

// ReachWords lists the words of known reaches, narrowest first.
func ReachWords() []string { return reachNames()[1:] }

// Widest returns the wider of two reaches; unknown is wider than all.
func Widest(a, b Reach) Reach {
	if a == ReachUnknown || b == ReachUnknown {
		return ReachUnknown
	}
	return max(a, b)
}

// Exposures are all ways into an asset. An empty list, known, means that the
// asset has none.
type Exposures struct {
	Ways []Exposure `json:"ways,omitempty"`
	// Denies: a policy of the asset holds deny statements.
	Denies bool `json:"denies,omitempty"`
}

// Exposure is one way in.
type Exposure struct {
	Kind      string `json:"kind"` // "function-url", "policy", "api-gateway", "route", ...
	Reach     Reach  `json:"reach"`
	Hostname  string `json:"hostname,omitempty"`
	Qualifier string `json:"qualifier,omitempty"`
	// Route is the method and path of a route: "GET /orders/{id}".
	Route string `json:"route,omitempty"`
	// Source is the ARN or id of what leads here: the API, the load balancer.
	Source string `json:"source,omitempty"`
	// Auth is the vendor's authorisation type: "NONE", "AWS_IAM".
	Auth string `json:"auth,omitempty"`
	// Statement is the id of the policy statement that opens it.
	Statement string `json:"statement,omitempty"`
	// Everyone: nobody is named, and no condition on the source or on the
	// organization names anybody.
	Everyone bool `json:"everyone,omitempty"`
	// Accounts, Organizations and Services are who is let in, where named. An
	// account that a source is of is among them.
	Accounts      []string `json:"accounts,omitempty"`
	Organizations []string `json:"organizations,omitempty"`
	Services      []string `json:"services,omitempty"`
	// Sourced: it holds only for a named source (ARN or account), or for whoever
	// knows a secret.
	Sourced bool `json:"sourced,omitempty"`
	// Guard is the application of Cloudflare Access that stands before the
	// hostname; empty: none, or none could be read.
	Guard string `json:"guard,omitempty"`
	// ViaURL: the statement holds for calls through a function URL only. It
	// leads nowhere by itself.
	ViaURL bool `json:"via_url,omitempty"`
	// UpperBound: a condition or a deny that could not be judged may narrow it.
	UpperBound bool   `json:"upper_bound,omitempty"`
	Note       string `json:"note,omitempty"`
}

// Part is the reading that tells of such a way: the part of an asset's
// exposure that it belongs to.
func (e Exposure) Part() Capability {
	switch e.Kind {
	case kindURL:
		return CapURLs
	case kindPolicy:
		return CapPolicies
	case WayWorkersDev, WayVersionURLs:
		return CapSubdomains
	case WayCustomDomain:
		return CapDomains
	case WayRoute:
		return CapRoutes
	case WayPreview:
		return CapPreviews
	case WayPages, WayPagesBranch:
		return CapPages
	case WayPagesDomain:
		return CapPagesDomains
	}
	return Capability(e.Kind)
}

// The kinds of way that a part is named otherwise than.
const (
	kindURL    = "function-url"
	kindPolicy = "policy"

	// WayWorkersDev is NAME.SUBDOMAIN.workers.dev, and WayVersionURLs the URLs of a
	// Worker's versions below it.
	WayWorkersDev  = "workers-dev"
	WayVersionURLs = "version-urls"
	// WayCustomDomain is a hostname that leads to a Worker, WayRoute a pattern of a
	// zone.
	WayCustomDomain = "custom-domain"
	WayRoute        = "route"
	// WayPreview is a Worker Preview: code of its own under a URL of its own.
	WayPreview = "preview"
	// WayPages is PROJECT.pages.dev with the hosts of its deployments, and
	// WayPagesBranch the alias of a branch.
	WayPages       = "pages-dev"
	WayPagesBranch = "pages-branch"
	// WayPagesDomain is a custom domain of a Pages project.
	WayPagesDomain = "pages-domain"
)

// Join adds what another reading tells.
func (e Exposures) Join(other Exposures) Exposures {
	return Exposures{Ways: slices.Concat(e.Ways, other.Ways), Denies: e.Denies || other.Denies}
}

// Split sorts the ways by [Exposure.Part]. A list told as a whole told of URLs
// and of policies, also where it holds none.
func (e Exposures) Split() map[Capability]Exposures {
	out := map[Capability]Exposures{CapURLs: {}, CapPolicies: {Denies: e.Denies}}
	for _, w := range e.Ways {
		part := out[w.Part()]
		part.Ways = append(part.Ways, w)
		out[w.Part()] = part
	}
	return out
}

// Open lists the ways that lead in: all but statements that hold through a
// function URL where there is no such URL.
func (e Exposures) Open() []Exposure {
	urls := slices.DeleteFunc(slices.Clone(e.Ways), func(w Exposure) bool { return w.Kind != kindURL })
	return slices.DeleteFunc(slices.Clone(e.Ways), func(w Exposure) bool {
		return w.ViaURL && !slices.ContainsFunc(urls, func(u Exposure) bool { return u.Qualifier == w.Qualifier && (w.Auth == "" || u.Auth == w.Auth) })
	})
}

// Reach is the widest reach of all open ways; private if there is none.
func (e Exposures) Reach() Reach {
	r := ReachPrivate
	for _, w := range e.Open() {
		r = Widest(r, w.Reach)
	}
	return r
}

// WaysInto lists the parts of the exposure that must be known of an asset of the
// kind, for its reach to be relied on; none: those that are told.
func (k Kind) WaysInto() []Capability {
	switch k {
	case LambdaFunction:
		return []Capability{CapPolicies, CapURLs}
	case Worker:
		return []Capability{CapDomains, CapPreviews, CapRoutes, CapSubdomains}
	case PagesProject:
		return []Capability{CapPages, CapPagesDomains}
	}
	return nil
}

// waysIn is the exposure with each part that must be known of such an asset.
// Those that nobody told of are unknown.
func (a Asset) waysIn() Parts[Exposures] {
	out := a.Exposure
	for _, c := range a.Kind.WaysInto() {
		if _, ok := out[c]; !ok {
			out = out.With(c, Facet[Exposures]{})
		}
	}
	return out
}

// Reach is the reach of an asset's exposure, all parts joined, and whether it
// may be relied on: not where a part is unknown or stale. The parts of
// [Kind.WaysInto] must be known. Where a part was never observed the
// reach is unknown, unless another is public already: nothing is wider.
func (a Asset) Reach() (Reach, bool) {
	ways := a.waysIn()
	e, ok := ways.Get()
	switch {
	case ways.IsAbsent():
		return ReachPrivate, ways.Current()
	case !ok:
		return ReachUnknown, false
	}
	r := e.Reach()
	if r != ReachPublic && ways.some(Facet[Exposures].IsUnknown) {
		r = ReachUnknown
	}
	return r, ways.Current() && r != ReachUnknown
}
