package trailgen

import "fmt"

// estate is what every account has: names of roles and functions.
type estate struct {
	roles, functions []string
}

func newEstate(c Config) *estate {
	e := &estate{}
	all, kinds, verbs := nouns(), []string{"ci", "app", "task", "node", "lambda", "admin"}, []string{"handle", "sync", "notify", "import", "resize"}
	for i := range c.Roles {
		e.roles = append(e.roles, fmt.Sprintf("%s-%s-%02d", all[i*7%len(all)], kinds[i%len(kinds)], i))
	}
	for i := range c.Functions {
		e.functions = append(e.functions, fmt.Sprintf("%s-%s-%02d", all[i*5%len(all)], verbs[i%len(verbs)], i))
	}
	return e
}

// roleOf is the role that a function acts with; some share one.
func (e *estate) roleOf(function int) string { return e.roles[function*11%len(e.roles)] }

func accountID(i int) string { return fmt.Sprintf("11112222%04d", i+1) }

// nouns are what names are made of.
func nouns() []string {
	return []string{
		"orders", "payments", "billing", "search", "catalog", "checkout", "shipping", "media", "reports", "audit",
		"ledger", "profile", "session", "events", "metrics", "backup", "staging", "gateway", "inventory", "pricing",
		"refund", "invoice", "mailer", "thumbs", "export", "crawler", "scoring", "fraud", "loyalty", "content",
		"warehouse", "booking", "support", "identity", "archive", "planner", "router", "token", "quota", "webhook",
	}
}
