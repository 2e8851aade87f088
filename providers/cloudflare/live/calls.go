package live

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
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

	"github.com/estray/estray/providers/cloudflare/session"
)

// api makes the calls about one account.
type api struct {
	client  *session.Client
	account string
}

// one makes a call whose result is one thing.
func (a api) one(ctx context.Context, name string, call session.Call) (json.RawMessage, error) {
	answer, err := a.client.Do(ctx, session.Op{Name: name, Account: a.account}, call)
	return answer.Result, err
}

// whole makes a call whose result is a list that comes at once. One that is shorter
// than its own count is given with an error.
func (a api) whole(ctx context.Context, name, member string, call session.Call) ([]json.RawMessage, error) {
	var out []json.RawMessage
	err := a.client.List(ctx, session.Op{Name: name, Account: a.account}, member, call, func(raw json.RawMessage) error {
		out = append(out, raw)
		return nil
	})
	return out, err
}

// paged makes a call page by page, and gives what came before an error too.
func (a api) paged(ctx context.Context, name string, size int, member string, call session.Call) ([]json.RawMessage, error) {
	var out []json.RawMessage
	err := a.client.Pages(ctx, session.Op{Name: name, Account: a.account}, size, member, call, func(raw json.RawMessage) error {
		out = append(out, raw)
		return nil
	})
	return out, err
}

// set gives a parameter of the vendor's client its value. The function that does so
// is in the client's root package, which is not used.
func set(value *string, present *bool, to string) { *value, *present = to, true }

// listAccounts is GET /accounts. A token lists the accounts that it may see, also those in
// which it may read nothing.
func listAccounts() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		_, err := accounts.NewAccountService().List(ctx, accounts.AccountListParams{}, opts...)
		return err
	}
}

// listZones is GET /zones for the account. Without Zone Read it answers an empty list,
// and no error.
func (a api) listZones() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p zones.ZoneListParams
		set(&p.Account.Value.ID.Value, &p.Account.Value.ID.Present, a.account)
		p.Account.Present = true
		_, err := zones.NewZoneService().List(ctx, p, opts...)
		return err
	}
}

// ownToken asks for the token of that id, of the account or of the user.
func (a api) ownToken(t session.Token) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		if t.Account == "" {
			_, err := user.NewTokenService().Get(ctx, session.PathName(t.ID), opts...)
			return err
		}
		var p accounts.TokenGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(t.Account))
		_, err := accounts.NewTokenService().Get(ctx, session.PathName(t.ID), p, opts...)
		return err
	}
}

// listWorkers is GET workers/workers, a beta: it tells switches, references and
// Workers that were never deployed.
func (a api) listWorkers() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.BetaWorkerListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewBetaWorkerService().List(ctx, p, opts...)
		return err
	}
}

// listScripts is GET workers/scripts: it tells etags and handlers. Its routes are not
// believed, which may be null.
func (a api) listScripts() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptService().List(ctx, p, opts...)
		return err
	}
}

// getSettings is GET scripts/:s/settings: what the latest version is given. The typed
// decoder of the client dies of its placement.
func (a api) getSettings(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptScriptAndVersionSettingGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptScriptAndVersionSettingService().Get(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// listDeployments is GET scripts/:s/deployments, the newest first: that one is live.
func (a api) listDeployments(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptDeploymentListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptDeploymentService().List(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// listVersions is GET scripts/:s/versions, the newest first.
func (a api) listVersions(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptVersionListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptVersionService().List(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// getVersion is GET scripts/:s/versions/:v: what one version is given.
func (a api) getVersion(name, version string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptVersionGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptVersionService().Get(ctx, session.PathName(name), session.PathName(version), p, opts...)
		return err
	}
}

// getSwitches is GET scripts/:s/subdomain: whether workers.dev and previews are on.
func (a api) getSwitches(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptSubdomainGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptSubdomainService().Get(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// getSchedules is GET scripts/:s/schedules.
func (a api) getSchedules(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ScriptScheduleGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewScriptScheduleService().Get(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// getSubdomain is GET workers/subdomain: the name of the account below workers.dev.
func (a api) getSubdomain() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.SubdomainGetParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewSubdomainService().Get(ctx, p, opts...)
		return err
	}
}

// listDomains is GET workers/domains: the custom domains of all Workers.
func (a api) listDomains() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.DomainListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewDomainService().List(ctx, p, opts...)
		return err
	}
}

// listRoutes is GET zones/:z/workers/routes; it needs Workers Routes Read of the zone.
func (a api) listRoutes(zone string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.RouteListParams
		set(&p.ZoneID.Value, &p.ZoneID.Present, session.PathName(zone))
		_, err := workers.NewRouteService().List(ctx, p, opts...)
		return err
	}
}

// listEmailRules is GET zones/:z/email/routing/rules; it needs Email Routing Rules Read.
func (a api) listEmailRules(zone string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p email_routing.RuleListParams
		set(&p.ZoneID.Value, &p.ZoneID.Present, session.PathName(zone))
		_, err := email_routing.NewRuleService().List(ctx, p, opts...)
		return err
	}
}

// listLogDestinations is GET workers/observability/destinations.
func (a api) listLogDestinations() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers.ObservabilityDestinationListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers.NewObservabilityDestinationService().List(ctx, p, opts...)
		return err
	}
}

// listQueues is GET queues, with their consumers; it needs Queues Read.
func (a api) listQueues() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p queues.QueueListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := queues.NewQueueService().List(ctx, p, opts...)
		return err
	}
}

// listWorkflows is GET workflows.
func (a api) listWorkflows() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workflows.WorkflowListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workflows.NewWorkflowService().List(ctx, p, opts...)
		return err
	}
}

// listLogpush is GET logpush/jobs; it needs Logs Write, since jobs hold credentials.
func (a api) listLogpush() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p logpush.JobListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := logpush.NewJobService().List(ctx, p, opts...)
		return err
	}
}

// listAccess is GET access/apps; it needs Access: Apps and Policies Read.
func (a api) listAccess() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p zero_trust.AccessApplicationListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := zero_trust.NewAccessApplicationService().List(ctx, p, opts...)
		return err
	}
}

// listProjects is GET pages/projects; it needs Pages Read. Values of variables come in
// clear.
func (a api) listProjects() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p pages.ProjectListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := pages.NewProjectService().List(ctx, p, opts...)
		return err
	}
}

// listProjectDomains is GET pages/projects/:p/domains.
func (a api) listProjectDomains(name string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p pages.ProjectDomainListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := pages.NewProjectDomainService().List(ctx, session.PathName(name), p, opts...)
		return err
	}
}

// listNamespaces is GET workers/dispatch/namespaces.
func (a api) listNamespaces() session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		var p workers_for_platforms.DispatchNamespaceListParams
		set(&p.AccountID.Value, &p.AccountID.Present, session.PathName(a.account))
		_, err := workers_for_platforms.NewDispatchNamespaceService().List(ctx, p, opts...)
		return err
	}
}

// listPreviews is GET workers/workers/:w/previews, for which the vendor's client has
// no method.
func (a api) listPreviews(worker string) session.Call {
	return a.client.Untyped("accounts/" + session.PathName(a.account) + "/workers/workers/" + session.PathName(worker) + "/previews")
}

// listNamespaceScripts is GET workers/dispatch/namespaces/:ns/scripts, for which the
// client has no method and the vendor no documentation.
func (a api) listNamespaceScripts(namespace string) session.Call {
	return a.client.Untyped("accounts/" + session.PathName(a.account) + "/workers/dispatch/namespaces/" + session.PathName(namespace) + "/scripts")
}

// first makes a call for its first page alone, and reports whether there are more.
func (a api) first(ctx context.Context, name string, size int, member string, call session.Call) ([]json.RawMessage, bool, error) {
	op := session.Op{Name: name, Account: a.account}
	answer, err := a.client.Do(ctx, op, func(ctx context.Context, opts ...option.RequestOption) error {
		return call(ctx, append(opts, option.WithQuery("page", "1"), option.WithQuery("per_page", strconv.Itoa(size)))...)
	})
	if err != nil {
		return nil, false, err
	}
	list, err := session.Items(op, answer.Result, member)
	if per := answer.Info.PerPage; per > 0 {
		size = min(size, per)
	}
	more := len(list) >= size || answer.Info.TotalCount > len(list)
	return list, more && answer.Info.TotalCount != len(list), err
}
