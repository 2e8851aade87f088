package registry

// Conflicts lists the pairs of claims that conflict whatever the assets are:
// any asset that both select is selected with equal weight, and they do not
// say the same. The claim that comes first in the content is first in a pair.
func (c Content) Conflicts() [][2]Claim {
	var out [][2]Claim
	for i, claim := range c.Claims {
		for _, earlier := range c.Claims[:i] {
			if earlier.surelyConflicts(claim) {
				out = append(out, [2]Claim{earlier, claim})
			}
		}
	}
	return out
}
