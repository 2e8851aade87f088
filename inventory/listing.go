package inventory

// Listing is the capability that lists the assets of the kind: an asset that a
// whole reading of it does not show is not there. Of kinds that are not known, and
// of the zero value, it is that of functions.
func (k Kind) Listing() Capability {
	switch k {
	case Worker:
		return CapWorkers
	case PagesProject:
		return CapPages
	case DispatchNamespace:
		return CapNamespaces
	}
	return CapFunctions
}

// Listings are the capabilities that together list what there is at a provider,
// sorted. Where one of them was not read whole in a scope, it may hold assets that
// nobody saw.
func Listings(p Provider) []Capability {
	if p == Cloudflare {
		return []Capability{CapNamespaces, CapPages, CapWorkers}
	}
	return []Capability{CapFunctions}
}

// Renamed reports whether assets of the kind may be renamed and put versions into
// service by deployments, so that they have the facets "name" and "deployment".
// Others have neither, and nothing is missing where nobody told of them.
func (k Kind) Renamed() bool { return k == Worker || k == PagesProject || k == DispatchNamespace }
