package company

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

// edgeAct is one record of an audit log, before it has its envelope.
type edgeAct struct {
	at           time.Time
	method, path string // below the account, or from /zones on
	who          cloudflarefake.AuditActor
	product      string
	request      string // the body, as the log tells it
	response     string
}

// edgeAudit is the audit log of an account, in the order of time.
func edgeAudit(account string) []cloudflarefake.AuditEntry {
	acts := labsActs()
	workers := labsWorkers()
	if account == webAccount {
		acts, workers = webActs(), webWorkers()
	}
	for _, w := range workers {
		w.account = account
		if w.stray {
			continue // told by the incidents
		}
		acts = append(acts, w.release(w.deployedAt()))
		if w.days < 20 && w.author == "" {
			acts = append(acts, w.release(w.deployedAt().Add(-time.Duration(w.days%5+2)*24*time.Hour)))
		}
	}
	for day := range 31 { // what any account's log is full of
		acts = append(acts, edgeAct{at: edgeDay(day, 4, minute(account, day)), method: "POST", path: "/zones/" + zoneOf(account) + "/purge_cache", who: pipeline(account), product: "cache"})
	}
	slices.SortStableFunc(acts, func(a, b edgeAct) int {
		return strings.Compare(a.at.Format(time.RFC3339)+a.method+a.path, b.at.Format(time.RFC3339)+b.method+b.path)
	})
	out := make([]cloudflarefake.AuditEntry, 0, len(acts))
	for i, a := range acts {
		out = append(out, a.entry(account, i))
	}
	return out
}

// minute is when in its hour something happens that happens each day.
func minute(account string, day int) int {
	return int(hashOf(fmt.Sprint(account, day))[0]) % 60
}

func zoneOf(account string) string {
	if account == webAccount {
		return shopZone
	}
	return labsZone
}

// release puts a Worker into service, as wrangler or the dashboard does.
func (w edgeWorker) release(at time.Time) edgeAct {
	who := pipeline(w.account)
	switch w.author {
	case tom:
		who = by(tom, "dev-tom@shop.example", "dash")
	case mallory:
		who = by(mallory, "mallory@shop.example", "dash")
	}
	return edgeAct{at: at, method: "PUT", path: "/workers/scripts/" + w.name, who: who, product: "workers"}
}

func webActs() []edgeAct {
	dash := by(tom, "dev-tom@shop.example", "dash")
	return []edgeAct{
		{at: edgeDay(14, 22, 41), method: "POST", path: "/workers/scripts/auth-gate/tails", who: dash, product: "workers"},
		{at: edgeDay(26, 11, 5), method: "POST", path: "/workers/scripts/search-proxy/subdomain", who: dash, product: "workers", request: `{"enabled":false,"previews_enabled":true}`},
		{at: edgeDay(25, 9, 14), method: "PUT", path: "/workers/scripts/checkout-session/secrets", who: dash, product: "workers", request: `{"name":"STRIPE_KEY","type":"secret_text","text":"demo-value-of-stripe-key"}`},
		{at: edgeDay(25, 15, 12), method: "POST", path: "/pages/projects/campaign-2026/deployments", who: dash, product: "pages"},
		{at: edgeDay(25, 15, 2), method: "POST", path: "/pages/projects", who: dash, product: "pages", request: `{"name":"campaign-2026","production_branch":"main"}`},
		{at: edgeDay(17, 8, 30), method: "POST", path: "/zones/" + shopZone + "/workers/routes", who: pipeline(webAccount), product: "workers",
			request: `{"pattern":"shop.example/sitemap.xml","script":"sitemap"}`, response: `{"id":"` + hexOf("route shop.example/sitemap.xml") + `"}`},
		{at: edgeDay(20, 13, 0), method: "POST", path: "/workers/placement-hints", who: dash, product: "workers"},
	}
}

// labsActs tell of strays: a Worker that relays elsewhere, one that is public by
// its preview URLs alone, a token that does not end, somebody invited from outside.
func labsActs() []edgeAct {
	dash, key := by(mallory, "mallory@shop.example", "dash"), by(mallory, "mallory@shop.example", "api_key")
	strays := map[string]edgeWorker{}
	for _, w := range labsWorkers() {
		w.account = labsAccount
		strays[w.name] = w
	}
	proxy, mirror := strays["tmp-proxy"].deployedAt(), strays["img-mirror"].deployedAt()
	created := func(name string) edgeAct {
		return edgeAct{at: strays[name].deployedAt(), method: "PUT", path: "/workers/scripts/" + name, who: dash, product: "workers"}
	}
	out := []edgeAct{
		created("hello-world"), created("test-worker"), created("img-mirror"), created("tmp-proxy"),
		{at: proxy.Add(2 * time.Minute), method: "POST", path: "/workers/scripts/tmp-proxy/subdomain", who: dash, product: "workers", request: `{"enabled":true,"previews_enabled":true}`},
		{at: proxy.Add(3 * time.Minute), method: "PUT", path: "/workers/scripts/tmp-proxy/secrets", who: dash, product: "workers", request: `{"name":"UPSTREAM_TOKEN","type":"secret_text","text":"demo-value-of-upstream-token"}`},
		{at: mirror.Add(time.Minute), method: "POST", path: "/workers/scripts/img-mirror/subdomain", who: dash, product: "workers", request: `{"enabled":false,"previews_enabled":true}`},
		{at: edgeDay(8, 17, 20), method: "POST", path: "/tokens", who: key, product: "tokens",
			request:  `{"name":"labs-deploy","policies":[{"effect":"allow","permission_groups":[{"id":"` + hexOf("Workers Scripts Write") + `","name":"Workers Scripts Write"}],"resources":{"com.cloudflare.api.account.` + labsAccount + `":"*"}}]}`,
			response: `{"id":"` + labsToken + `","value":"demo-value-of-a-new-token"}`},
		{at: edgeDay(8, 17, 31), method: "POST", path: "/members", who: key, product: "members", request: `{"email":"kim@agency.example","roles":["` + hexOf("Super Administrator") + `"]}`},
	}
	return append(out, edgeAct{at: edgeDay(13, 12, 0), method: "POST", path: "/workers/scripts/demo-render/deployments", who: by(mallory, "mallory@shop.example", "oauth"), product: "workers"})
}

// by is a person who acts by the dashboard, a key, or a tool's login.
func by(id, email, context string) cloudflarefake.AuditActor {
	return cloudflarefake.AuditActor{ID: id, Type: "user", Context: context, Email: email, IPAddress: "203.0.113.44"}
}

// pipeline is the token by which releases are made.
func pipeline(account string) cloudflarefake.AuditActor {
	if account == labsAccount {
		return cloudflarefake.AuditActor{ID: labsAccount, Type: "account", Context: "api_token", TokenID: labsToken, TokenName: "labs-deploy", IPAddress: "198.51.100.20"}
	}
	return cloudflarefake.AuditActor{ID: webAccount, Type: "account", Context: "api_token", TokenID: ciToken, TokenName: "ci-deploy", IPAddress: "198.51.100.20"}
}

// entry gives an act its envelope.
func (a edgeAct) entry(account string, n int) cloudflarefake.AuditEntry {
	word := map[string]string{"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}[a.method]
	uri := a.path
	if !strings.HasPrefix(uri, "/zones/") {
		uri = "/accounts/" + account + uri
	}
	e := cloudflarefake.AuditEntry{ID: hexOf(fmt.Sprint("audit ", account, n)),
		Action:   cloudflarefake.AuditAction{Type: word, Result: "success", Time: a.at},
		Actor:    a.who,
		Raw:      cloudflarefake.AuditRaw{Method: a.method, URI: uri, StatusCode: 200, CFRayID: hexOf(fmt.Sprint("ray ", account, n))[:16], UserAgent: "wrangler/4.125.0"},
		Resource: cloudflarefake.AuditResource{Product: a.product, Scope: "accounts"},
	}
	if a.request != "" {
		e.Resource.Request = json.RawMessage(a.request)
	}
	if a.response != "" {
		e.Resource.Response = json.RawMessage(a.response)
	}
	return e
}
