package cloudflare

import "strings"

// Calls lists the calls of the table as "METHOD TEMPLATE", without those that are
// no act.
func Calls() []string {
	var out []string
	for _, r := range table() {
		for _, m := range strings.Fields(r.methods) {
			if r.reads != nil {
				out = append(out, m+" "+strings.TrimSuffix(r.path, "/*"))
			}
		}
	}
	return sorted(out)
}

// Pairs lists the pairs of the older log's table as "TYPE ACTION", without those
// that concern us not.
func Pairs() []string {
	var out []string
	for p, r := range newPairs() {
		if r.reads != nil && p.action != "" {
			out = append(out, p.kind+" "+p.action)
		}
	}
	return sorted(out)
}

// NeverPassOver returns the decoder without its cheap look at records.
func (d *Decoder) NeverPassOver() *Decoder {
	other := *d
	other.heads, other.headsV1 = nil, nil
	return &other
}
