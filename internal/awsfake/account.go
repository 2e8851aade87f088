package awsfake

import "slices"

func accountOperations() []operation {
	return []operation{
		{service: "account", name: "ListRegions", method: "POST", path: "/listRegions", size: 50, serve: listRegions},
	}
}

func listRegions(c *call) answer {
	if id := c.text("AccountId"); id != "" && id != c.Account {
		o, other := c.world.Organization, c.world.Account(id)
		if o == nil || other == nil || (c.Account != o.Management && !slices.Contains(o.Delegated, c.Account)) {
			return c.deny(noPolicy)
		}
		c.account = other
	}
	wanted := c.texts("RegionOptStatusContains")
	var regions []RegionState
	for _, r := range c.account.regions() {
		if len(wanted) == 0 || slices.Contains(wanted, r.OptStatus) {
			regions = append(regions, r)
		}
	}
	return c.list("Regions", len(regions), func(w *jsonWriter, i int) { w.element(regions[i]) }, c.account.ID)
}

// regions is what ListRegions knows of an account.
func (a *Account) regions() []RegionState {
	if len(a.Regions) > 0 {
		return a.Regions
	}
	var out []RegionState
	for _, name := range sortedKeys(a.Places) {
		out = append(out, RegionState{name, "ENABLED_BY_DEFAULT"})
	}
	return out
}
