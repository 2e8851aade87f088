package cloudflarefake_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/audit_logs"
	"github.com/cloudflare/cloudflare-go/v7/durable_objects"
	"github.com/cloudflare/cloudflare-go/v7/email_routing"
	"github.com/cloudflare/cloudflare-go/v7/logpush"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/pages"
	"github.com/cloudflare/cloudflare-go/v7/queues"
	"github.com/cloudflare/cloudflare-go/v7/user"
	"github.com/cloudflare/cloudflare-go/v7/workers"
	"github.com/cloudflare/cloudflare-go/v7/workers_for_platforms"
	"github.com/cloudflare/cloudflare-go/v7/workflows"
	"github.com/cloudflare/cloudflare-go/v7/zero_trust"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/internal/testparts"
)

// use is one call through the vendor's client.
type use func(ctx context.Context, o ...option.RequestOption) error

// uses are calls of the vendor's client by the path that they must reach.
func uses() map[string]use {
	out := map[string]use{}
	for _, part := range []map[string]use{accountUses(), workerUses(), scriptUses(), platformUses()} {
		maps.Copy(out, part)
	}
	return out
}

func accountUses() map[string]use {
	return map[string]use{
		"/accounts": func(ctx context.Context, o ...option.RequestOption) error {
			_, err := accounts.NewAccountService().List(ctx, accounts.AccountListParams{}, o...)
			return err
		},
		"/zones": func(ctx context.Context, o ...option.RequestOption) error {
			_, err := zones.NewZoneService().List(ctx, zones.ZoneListParams{}, append(o, option.WithQuery("account.id", home))...)
			return err
		},
		"/user/tokens/verify": func(ctx context.Context, o ...option.RequestOption) error {
			_, err := user.NewTokenService().Verify(ctx, o...)
			return err
		},
		"/user/tokens/:t": func(ctx context.Context, o ...option.RequestOption) error {
			_, err := user.NewTokenService().Get(ctx, "own", o...)
			return err
		},
		"/accounts/:a/members": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.MemberListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewMemberService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/tokens": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.TokenListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewTokenService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/tokens/verify": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.TokenVerifyParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewTokenService().Verify(ctx, p, o...)
			return err
		},
		"/accounts/:a/tokens/permission_groups": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.TokenPermissionGroupListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewTokenPermissionGroupService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/tokens/:t": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.TokenGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewTokenService().Get(ctx, concrete()[":t"], p, o...)
			return err
		},
		"/accounts/:a/logs/audit": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.LogAuditListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			o = append(o, option.WithQuery("since", ago(24).Format(time.RFC3339)), option.WithQuery("before", now().Format(time.RFC3339)))
			_, err := accounts.NewLogAuditService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/logs/audit/product_categories": func(ctx context.Context, o ...option.RequestOption) error {
			var p accounts.LogAuditProductCategoriesParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := accounts.NewLogAuditService().ProductCategories(ctx, p, o...)
			return err
		},
		"/accounts/:a/audit_logs": func(ctx context.Context, o ...option.RequestOption) error {
			var p audit_logs.AuditLogListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := audit_logs.NewAuditLogService().List(ctx, p, append(o, option.WithQuery("since", ago(24).Format(time.RFC3339)))...)
			return err
		},
		"/accounts/:a/access/apps": func(ctx context.Context, o ...option.RequestOption) error {
			var p zero_trust.AccessApplicationListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := zero_trust.NewAccessApplicationService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/logpush/jobs": func(ctx context.Context, o ...option.RequestOption) error {
			var p logpush.JobListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := logpush.NewJobService().List(ctx, p, o...)
			return err
		},
	}
}

func workerUses() map[string]use {
	return map[string]use{
		"/accounts/:a/workers/workers": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.BetaWorkerListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewBetaWorkerService().List(ctx, p, append(o, option.WithQuery("per_page", "100"))...)
			return err
		},
		"/accounts/:a/workers/workers/:w": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.BetaWorkerGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewBetaWorkerService().Get(ctx, tag, p, o...)
			return err
		},
		"/accounts/:a/workers/workers/:w/versions": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.BetaWorkerVersionListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewBetaWorkerVersionService().List(ctx, tag, p, o...)
			return err
		},
		"/accounts/:a/workers/workers/:w/versions/:v": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.BetaWorkerVersionGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewBetaWorkerVersionService().Get(ctx, tag, first, p, o...)
			return err
		},
		"/accounts/:a/workers/subdomain": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.SubdomainGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewSubdomainService().Get(ctx, p, o...)
			return err
		},
		"/accounts/:a/workers/domains": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.DomainListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewDomainService().List(ctx, p, o...)
			return err
		},
		"/zones/:z/workers/routes": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.RouteListParams
			p.ZoneID.Value, p.ZoneID.Present = zone, true
			_, err := workers.NewRouteService().List(ctx, p, o...)
			return err
		},
		"/zones/:z/email/routing/rules": func(ctx context.Context, o ...option.RequestOption) error {
			var p email_routing.RuleListParams
			p.ZoneID.Value, p.ZoneID.Present = zone, true
			_, err := email_routing.NewRuleService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/workers/durable_objects/namespaces": func(ctx context.Context, o ...option.RequestOption) error {
			var p durable_objects.NamespaceListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := durable_objects.NewNamespaceService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/workers/observability/destinations": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ObservabilityDestinationListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewObservabilityDestinationService().List(ctx, p, o...)
			return err
		},
	}
}

func scriptUses() map[string]use {
	return map[string]use{
		"/accounts/:a/workers/scripts": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/settings": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptScriptAndVersionSettingGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptScriptAndVersionSettingService().Get(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/script-settings": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptSettingGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptSettingService().Get(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/deployments": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptDeploymentListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptDeploymentService().List(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/versions": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptVersionListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptVersionService().List(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/versions/:v": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptVersionGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptVersionService().Get(ctx, "api", first, p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/schedules": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptScheduleGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptScheduleService().Get(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/secrets": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptSecretListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptSecretService().List(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/tails": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptTailGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptTailService().Get(ctx, "api", p, o...)
			return err
		},
		"/accounts/:a/workers/scripts/:s/subdomain": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers.ScriptSubdomainGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers.NewScriptSubdomainService().Get(ctx, "api", p, o...)
			return err
		},
	}
}

func platformUses() map[string]use {
	return map[string]use{
		"/accounts/:a/workers/dispatch/namespaces": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers_for_platforms.DispatchNamespaceListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers_for_platforms.NewDispatchNamespaceService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers_for_platforms.DispatchNamespaceScriptGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers_for_platforms.NewDispatchNamespaceScriptService().Get(ctx, "customers", "one", p, o...)
			return err
		},
		"/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/bindings": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers_for_platforms.DispatchNamespaceScriptBindingGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers_for_platforms.NewDispatchNamespaceScriptBindingService().Get(ctx, "customers", "one", p, o...)
			return err
		},
		"/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/settings": func(ctx context.Context, o ...option.RequestOption) error {
			var p workers_for_platforms.DispatchNamespaceScriptSettingGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workers_for_platforms.NewDispatchNamespaceScriptSettingService().Get(ctx, "customers", "one", p, o...)
			return err
		},
		"/accounts/:a/pages/projects": func(ctx context.Context, o ...option.RequestOption) error {
			var p pages.ProjectListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := pages.NewProjectService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/pages/projects/:p": func(ctx context.Context, o ...option.RequestOption) error {
			var p pages.ProjectGetParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := pages.NewProjectService().Get(ctx, "site", p, o...)
			return err
		},
		"/accounts/:a/pages/projects/:p/deployments": func(ctx context.Context, o ...option.RequestOption) error {
			var p pages.ProjectDeploymentListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := pages.NewProjectDeploymentService().List(ctx, "site", p, append(o, option.WithQuery("env", "production"))...)
			return err
		},
		"/accounts/:a/pages/projects/:p/domains": func(ctx context.Context, o ...option.RequestOption) error {
			var p pages.ProjectDomainListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := pages.NewProjectDomainService().List(ctx, "site", p, o...)
			return err
		},
		"/accounts/:a/queues": func(ctx context.Context, o ...option.RequestOption) error {
			var p queues.QueueListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := queues.NewQueueService().List(ctx, p, o...)
			return err
		},
		"/accounts/:a/queues/:q/consumers": func(ctx context.Context, o ...option.RequestOption) error {
			var p queues.ConsumerListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := queues.NewConsumerService().List(ctx, concrete()[":q"], p, o...)
			return err
		},
		"/accounts/:a/workflows": func(ctx context.Context, o ...option.RequestOption) error {
			var p workflows.WorkflowListParams
			p.AccountID.Value, p.AccountID.Present = home, true
			_, err := workflows.NewWorkflowService().List(ctx, p, o...)
			return err
		},
	}
}

// options are those with which estray calls the vendor's client.
func options(base string, raw *[]byte) []option.RequestOption {
	return []option.RequestOption{option.WithBaseURL(base), option.WithAPIToken("text"), option.WithHTTPClient(http.DefaultClient),
		option.WithMaxRetries(0), option.WithResponseBodyInto(raw)}
}

func TestClientReachesEachPathThatItKnows(t *testing.T) {
	known := uses()
	// The client has no method for these, or calls it deprecated.
	unknown := []string{"/accounts/:a/roles", "/accounts/:a/workers/workers/:w/previews", "/accounts/:a/workers/dispatch/namespaces/:ns/scripts"}
	for _, path := range cloudflarefake.Paths() {
		u, ok := known[path]
		if !ok {
			if !slices.Contains(unknown, path) && !codePath(path) {
				t.Errorf("no call of the client for %s", path)
			}
			continue
		}
		t.Run(path, func(t *testing.T) {
			w := company()
			if path == "/user/tokens/verify" {
				w.Token.Kind = cloudflarefake.UserToken
			}
			if path == "/user/tokens/:t" {
				w.Token = cloudflarefake.Token{ID: "own", Policies: []cloudflarefake.Policy{}}
			}
			s, base := serve(t, w)
			for _, below := range []string{"/", "/client/v4/"} {
				var raw []byte
				if err := u(t.Context(), options(base+below, &raw)...); err != nil {
					t.Fatal(err)
				}
				var e struct {
					Success bool
					Result  json.RawMessage
				}
				if err := json.Unmarshal(raw, &e); err != nil || !e.Success || string(e.Result) == "null" || string(e.Result) == "[]" {
					t.Errorf("%v: %s", err, raw)
				}
			}
			for _, c := range s.Calls() {
				if c.Path != path || c.Unserved || c.Forbidden || c.Status != 200 {
					t.Errorf("log: %+v", c)
				}
			}
		})
		delete(known, path)
	}
	for path := range known {
		t.Errorf("%s is not served", path)
	}
}

// codePath reports whether a path gives the code of a Worker.
func codePath(path string) bool {
	return strings.Contains(path, "/content") || path == "/accounts/:a/workers/scripts/:s"
}

// Prism knows the status of an answer, its content type and the parameters of the
// call, too.
func TestPrismFindsNothingBetweenClientAndFake(t *testing.T) {
	_, base := serve(t, company())
	proxy := testparts.PrismProxy(t, base)
	known := uses()
	described := describe(t).paths
	for path, u := range known {
		if !slices.ContainsFunc(described, func(d string) bool { return sameShape(d, path) }) || notForPrism(path) {
			continue
		}
		t.Run(path, func(t *testing.T) {
			var raw []byte
			var answer *http.Response
			o := append(options(proxy+"/", &raw), option.WithResponseInto(&answer))
			if err := u(t.Context(), o...); err != nil {
				t.Fatalf("%v", err)
			}
			if v := answer.Header.Get("sl-violations"); v != "" || answer.StatusCode != 200 {
				t.Errorf("%d: %s", answer.StatusCode, v)
			}
		})
	}
}

// notForPrism is what the document says wrongly (see amend), and what this token
// is not.
func notForPrism(path string) bool {
	return slices.Contains([]string{"/accounts/:a/audit_logs", "/accounts/:a/members", "/accounts/:a/workers/scripts/:s/settings", "/user/tokens/verify",
		"/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/bindings"}, path)
}

// sameShape compares paths without the names of placeholders.
func sameShape(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	return slices.EqualFunc(x, y, func(p, q string) bool {
		return p == q || strings.HasPrefix(p, "{") && strings.HasPrefix(q, ":")
	})
}
