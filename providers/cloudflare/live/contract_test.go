package live_test

import (
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare/live"
	"github.com/estray/estray/providers/providertest"
)

// readPaths are the calls that each make one reading, or more, not whole where they
// are refused.
func readPaths() []string {
	return []string{
		"/zones", "/accounts/:a/workers/workers", "/accounts/:a/workers/scripts", "/accounts/:a/workers/subdomain", "/accounts/:a/workers/domains",
		"/zones/:z/workers/routes", "/zones/:z/email/routing/rules", "/accounts/:a/queues", "/accounts/:a/workflows", "/accounts/:a/access/apps",
		"/accounts/:a/logpush/jobs", "/accounts/:a/workers/observability/destinations", "/accounts/:a/pages/projects",
		"/accounts/:a/pages/projects/:p/domains", "/accounts/:a/workers/dispatch/namespaces", "/accounts/:a/workers/dispatch/namespaces/:ns/scripts",
		"/accounts/:a/workers/workers/:w/previews", "/accounts/:a/workers/scripts/:s/settings", "/accounts/:a/workers/scripts/:s/versions/:v",
		"/accounts/:a/workers/scripts/:s/versions", "/accounts/:a/workers/scripts/:s/deployments", "/accounts/:a/workers/scripts/:s/schedules",
		"/accounts/:a/tokens/:t", "/accounts/:a/logs/audit", "/accounts/:a/audit_logs", "/accounts/:a/members", "/accounts/:a/tokens",
	}
}

// TestContract: an account keeps the promises of every source.
func TestContract(t *testing.T) {
	over := func(change func(*live.Config), faults ...cloudflarefake.Fault) func(t *testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			s, cfg := serve(t, company(), change)
			s.SetFaults(faults...)
			return live.New(cfg)
		}
	}
	plain := func(*live.Config) {}
	flawed := map[string]func(t *testing.T) providers.Planner{}
	for _, path := range readPaths() {
		flawed["GET "+path+" is denied"] = over(plain, cloudflarefake.Fault{Path: path, Effect: cloudflarefake.Deny(10000)})
		flawed["GET "+path+" answers something else"] = over(plain, cloudflarefake.Fault{Path: path, Effect: cloudflarefake.TextResult()})
	}
	scripts := func(c *live.Config) { c.Full, c.DispatchScripts = true, true }
	for name, change := range map[string]func(*live.Config){"default": plain, "full": scripts} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{Whole: over(change), Flawed: flawed, Canary: canary})
		})
	}
}
