package awsfake

import (
	"encoding/json"
	"strconv"
	"strings"
)

func getFunctionPolicy(c *call, f *Function) answer {
	p := f.Policies[c.Qualifier]
	if p == nil {
		return c.missing()
	}
	return c.policy(p.text(c.functionARN(f, c.Qualifier)), p)
}

// getResourcePolicy is the newer call, which takes a whole ARN.
func getResourcePolicy(c *call, f *Function) answer {
	p := f.Policies[c.Qualifier]
	if p == nil {
		return c.missing()
	}
	if p.Newer != "" {
		return c.policy(p.Newer, p)
	}
	return c.policy(p.text(c.functionARN(f, c.Qualifier)), p)
}

func (c *call) policy(text string, p *Policy) answer {
	revision := or(p.RevisionID, "00000000-0000-4000-8000-000000000001")
	return c.ok(newJSON().open('{').str("Policy", text).str("RevisionId", revision).close('}').b)
}

// text is the policy document. A statement without a resource speaks of the
// resource to which the policy belongs.
func (p *Policy) text(resource string) string {
	if p.Raw != "" {
		return p.Raw
	}
	statements := make([]Statement, len(p.Statements))
	for i, s := range p.Statements {
		s.Effect = or(s.Effect, "Allow")
		s.Resource = or(s.Resource, resource)
		if s.Action == nil {
			s.Action = "lambda:InvokeFunction"
		}
		statements[i] = s
	}
	text, err := json.Marshal(struct {
		Version, ID string `json:",omitempty"`
		Statement   []Statement
	}{"2012-10-17", "default", statements})
	if err != nil {
		return "" // a policy that cannot be told is empty, which no reader accepts
	}
	return strings.Replace(string(text), `"ID":`, `"Id":`, 1)
}

func getLayerVersionPolicy(c *call) answer {
	name := layerName(c)
	for _, l := range c.region().Layers {
		if l.Name != name {
			continue
		}
		for _, v := range l.Versions {
			if strconv.Itoa(v.Version) == c.text("VersionNumber") && v.Policy != nil {
				return c.policy(v.Policy.text(c.layerARN(l, v)), v.Policy)
			}
		}
	}
	return c.missing()
}

// layerName reads the name of a layer, which may be given as an ARN.
func layerName(c *call) string {
	parts := strings.Split(c.text("LayerName"), ":")
	return parts[min(len(parts)-1, 6)]
}

func (c *call) layerARN(l *Layer, v *LayerVersion) string {
	return c.arn("lambda", "layer:"+l.Name+":"+strconv.Itoa(v.Version))
}
