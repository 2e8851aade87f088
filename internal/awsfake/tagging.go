package awsfake

import (
	"slices"
	"strings"
)

func taggingOperations() []operation {
	return []operation{
		{service: "resourcegroupstaggingapi", name: "GetResources", size: 100, serve: getTaggedResources},
	}
}

// getTaggedResources answers the tagged functions of a region. Functions
// without tags are left out, as the vendor does.
func getTaggedResources(c *call) answer {
	r := c.region()
	filters := c.texts("ResourceTypeFilters")
	var tagged []*Function
	if len(filters) == 0 || slices.ContainsFunc(filters, isLambda) {
		for i := range r.count() {
			if f := r.at(i); len(f.Tags) > 0 {
				tagged = append(tagged, f)
			}
		}
	}
	from, to, next, ok := c.page(len(tagged), filters...)
	if !ok {
		return c.badToken()
	}
	w := newJSON().open('{').key("ResourceTagMappingList").open('[')
	for _, f := range tagged[from:to] {
		w.open('{').str("ResourceARN", c.functionARN(f, "")).key("Tags").open('[')
		for _, k := range sortedKeys(f.Tags) {
			w.open('{').key("Key").value(k).key("Value").value(f.Tags[k]).close('}')
		}
		w.close(']').close('}')
	}
	w.close(']').key("PaginationToken").value(next) // an empty text at the end, as the vendor's
	return c.ok(w.close('}').b)
}

func isLambda(filter string) bool {
	return filter == "lambda" || strings.HasPrefix(filter, "lambda:function")
}
