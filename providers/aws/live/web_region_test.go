package live_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// TestWebFunctions: web functions are listed by an API of their own, also where
// there is no other function. Whom they let in is unknown.
func TestWebFunctions(t *testing.T) {
	w := world(&awsfake.Region{WebFunctions: []*awsfake.WebFunction{{Name: "a", Created: old(), Updated: young()}, {Name: "b"}, {Name: "c"}}})
	w.PageSize = map[string]int{"ListWebFunctions": 2}
	s := serve(t, w)
	got := scan(t, config(), found{})
	a := got.assets["arn:aws:lambda:eu-west-1:"+home+":web-function/a"]
	if a.Kind != inventory.WebFunction || a.Name != "a" || !a.Created.Equal(old()) || !a.Modified.Equal(young()) || value(t, a.Settings).State != "Active" {
		t.Errorf("web function = %+v", a)
	}
	if r, sure := a.Reach(); r != inventory.ReachUnknown || sure {
		t.Errorf("reach = %s (sure: %t), want unknown", r, sure)
	}
	if w := got.words[inventory.CapWebFunctions]; w.State != inventory.Complete || w.Seen != 3 {
		t.Errorf("word = %+v", w)
	}
	if n := calls(s); n["GetWebAccountSettings"] != 1 || n["ListWebFunctions"] != 2 {
		t.Errorf("calls = %v", n)
	}
}

// TestWebFunctionsFlawed: a cell that could not be asked is never complete.
func TestWebFunctionsFlawed(t *testing.T) {
	s := serve(t, world(&awsfake.Region{WebFunctions: []*awsfake.WebFunction{{Name: "a"}}}))
	settings := func(e awsfake.Effect) awsfake.Fault {
		return awsfake.Fault{Operation: "GetWebAccountSettings", Effect: e}
	}
	for name, c := range map[string]struct {
		fault awsfake.Fault
		state inventory.State
		words string
	}{
		"the path is not known":          {settings(awsfake.Answer(404, `{}`)), inventory.Unavailable, "cannot be listed here"},
		"the path is refused as unknown": {settings(awsfake.Answer(403, `{"message":"Unable to determine service/operation name to be authorized"}`)), inventory.Unavailable, "cannot be listed here"},
		"the answer is another's":        {settings(awsfake.Answer(200, `{"AccountLimit":{}}`)), inventory.Malformed, "number of functions"},
		"the answer is none":             {settings(awsfake.Answer(200, `<html>`)), inventory.Malformed, ""},
		"denied":                         {settings(awsfake.DenyMissing()), inventory.Denied, "not authorized"},
		"throttled":                      {settings(awsfake.Throttle(0)), inventory.Throttled, ""},
		"the list is denied":             {awsfake.Fault{Operation: "ListWebFunctions", Effect: awsfake.DenyMissing()}, inventory.Denied, "not authorized"},
		"the list is shorter":            {awsfake.Fault{Operation: "ListWebFunctions", Effect: awsfake.Answer(200, `{"functions":[]}`)}, inventory.Partial, "0 were listed"},
		"a function has no ARN":          {awsfake.Fault{Operation: "ListWebFunctions", Effect: awsfake.Answer(200, `{"functions":[{}]}`)}, inventory.Malformed, "no ARN"},
	} {
		t.Run(name, func(t *testing.T) {
			s.SetFaults(c.fault)
			w := scan(t, config(), found{}).words[inventory.CapWebFunctions]
			if w.State != c.state || !strings.Contains(w.Why.String(), c.words) || w.Why.Operation == "" {
				t.Errorf("word = %s, %q; want %s, %q", w.State, w.Why, c.state, c.words)
			}
		})
	}
	t.Run("it goes on after a throttle", func(t *testing.T) {
		s.SetFaults(awsfake.Fault{Operation: "ListWebFunctions", Times: 1, Effect: awsfake.Throttle(0)})
		if w := scan(t, config(), found{}).words[inventory.CapWebFunctions]; w.State != inventory.Complete || w.Seen != 1 {
			t.Errorf("word = %+v", w)
		}
	})
}
