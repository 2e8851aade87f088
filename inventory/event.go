package inventory

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Action is what was done, in the product's own words.
type Action string

// The normalised actions. ActionOther is a call that concerns assets and has
// no word of its own.
const (
	ActionCreate        Action = "create"
	ActionUpdateCode    Action = "update-code"
	ActionUpdateConfig  Action = "update-config"
	ActionDelete        Action = "delete"
	ActionGrant         Action = "grant"
	ActionRevoke        Action = "revoke"
	ActionExpose        Action = "expose"
	ActionUnexpose      Action = "unexpose"
	ActionAttachTrigger Action = "attach-trigger"
	ActionDetachTrigger Action = "detach-trigger"
	ActionPublish       Action = "publish"
	ActionDeploy        Action = "deploy"
	ActionRollback      Action = "rollback"
	ActionWeaken        Action = "weaken"
	ActionReadSecret    Action = "read-secret"
	ActionEnumerate     Action = "enumerate"
	ActionInvoke        Action = "invoke"
	ActionIdentity      Action = "identity"
	ActionLoggingOff    Action = "logging-off"
	ActionLoggingOn     Action = "logging-on"
	ActionOther         Action = "other"
)

// Actions lists the words of actions, in the order above.
func Actions() []Action {
	return []Action{
		ActionCreate, ActionUpdateCode, ActionUpdateConfig, ActionDelete, ActionGrant, ActionRevoke, ActionExpose,
		ActionUnexpose, ActionAttachTrigger, ActionDetachTrigger, ActionPublish, ActionDeploy, ActionRollback,
		ActionWeaken, ActionReadSecret, ActionEnumerate, ActionInvoke, ActionIdentity, ActionLoggingOff,
		ActionLoggingOn, ActionOther,
	}
}

// Outcome says whether an act changed anything. The zero value is unknown,
// and no rule takes it for a change.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "succeeded"
	Failed    Outcome = "failed"
	DryRun    Outcome = "dry-run"
)

// Event is one audit record about serverless assets or about the logging that
// watches them, normalised.
type Event struct {
	// ID is the vendor's event id. With Scope.Account it is the key by which
	// duplicates are dropped.
	ID    string    `json:"id"`
	Scope Scope     `json:"scope"`
	Time  time.Time `json:"time"`
	// Service is the vendor's service name: "lambda.amazonaws.com". Cloudflare has
	// none in its logs; it is then the part of its interface: "workers", "pages",
	// "zones", "tokens", "members", "logs", "queues", "email", "builds".
	Service string `json:"service"`
	Action  Action `json:"action"`
	// Name is the vendor's name without its version suffix, LoggedName as logged.
	Name       string `json:"name"`
	LoggedName string `json:"logged_name"`
	// ReadOnly: the vendor says that the call changes nothing.
	ReadOnly bool    `json:"read_only,omitempty"`
	Outcome  Outcome `json:"outcome"`
	// Code is the vendor's error code of a failed call.
	Code          string    `json:"code,omitempty"`
	Principal     Principal `json:"principal"`
	SourceAddress string    `json:"source_address,omitempty"`
	// Assets are the ids of the assets acted on; empty where a refused call
	// does not tell.
	Assets []AssetID `json:"assets,omitempty"`
	// Subject is the native id of what was acted on if that is no asset: a
	// role's ARN, a user, a trail, a log group, a layer. It may be a handle, such as
	// the id of a route: then a view adds the asset that held it to Assets.
	Subject string `json:"subject,omitempty"`
	// Shared joins the copies of one act: in two accounts, or in two logs.
	Shared string `json:"shared,omitempty"`
	// Correction is the id of the later record that the vendor wrote to correct
	// this event, which keeps the id of the first; empty: as it was logged
	// first. Of two copies of an event a corrected one is kept.
	Correction string `json:"correction,omitempty"`
	Change     Change `json:"change,omitzero"`
	// Record is the redacted original.
	Record     json.RawMessage `json:"record,omitempty"`
	Provenance Provenance      `json:"provenance,omitzero"`
}

func (Event) fact() {}

// Provenance says where a record was found: an object and the record's number
// in it, from 0; or the API that gave it.
type Provenance struct {
	Object string `json:"object,omitempty"`
	Record int    `json:"record"`
	API    string `json:"api,omitempty"`
}

// Compare orders provenances, so that of two copies of one record the same
// one is kept whatever the order of reading.
func (p Provenance) Compare(o Provenance) int {
	return cmp.Or(cmp.Compare(p.Object, o.Object), cmp.Compare(p.Record, o.Record), cmp.Compare(p.API, o.API))
}

// CompareEvents orders events by time, account, id.
func CompareEvents(a, b Event) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Scope.Account, b.Scope.Account), cmp.Compare(a.ID, b.ID))
}

// Change is what an event asked for or left behind, decoded from the vendor's
// record. Pointers tell "not in the request" (nil) from "set, to nothing".
type Change struct {
	// Qualifier is the version or alias acted on.
	Qualifier string `json:"qualifier,omitempty"`
	// Digest and Version are of the code after the call.
	Digest  string `json:"digest,omitempty"`
	Version string `json:"version,omitempty"`
	// Publish: the call also published a version.
	Publish bool `json:"publish,omitempty"`
	// Layers that the request set; nil: the request did not speak of layers.
	Layers *[]Layer `json:"layers,omitempty"`
	// Identity that the request set; empty: it did not.
	Identity string `json:"identity,omitempty"`
	// Keys names the settings that the request spoke of, sorted, by the vendor's names.
	Keys []string `json:"keys,omitempty"`
	// AliasVersion and AliasWeights are what the request sent traffic to.
	AliasVersion string   `json:"alias_version,omitempty"`
	AliasWeights []string `json:"alias_weights,omitempty"`
	// Grants are the policy statements that the request added; Replaced says
	// that they are the whole policy from now on.
	Grants   []Grant `json:"grants,omitempty"`
	Replaced bool    `json:"replaced,omitempty"`
	// Trust are the statements of a role's new trust policy.
	Trust []Grant `json:"trust,omitempty"`
	// Auth is the authorisation type of a URL or route after the call.
	Auth string `json:"auth,omitempty"`
	// TriggerSource and TriggerAccount are of the trigger that was attached.
	TriggerSource  string `json:"trigger_source,omitempty"`
	TriggerAccount string `json:"trigger_account,omitempty"`
	// Policy names the permissions policy given; AdminLike says that it makes
	// its holder an administrator; Boundary names the boundary set.
	Policy    string `json:"policy,omitempty"`
	AdminLike bool   `json:"admin_like,omitempty"`
	Boundary  string `json:"boundary,omitempty"`
	// Narrowed lists, in words, what of a trail or a telemetry source the call
	// took away.
	Narrowed []string `json:"narrowed,omitempty"`
	// RetentionDays is the new retention; nil: not in the request.
	RetentionDays *int `json:"retention_days,omitempty"`
	// User is the user that a credential or a policy was made for.
	User string `json:"user,omitempty"`
	// LogGroup and LogLevel are the logging settings that the request set.
	LogGroup string `json:"log_group,omitempty"`
	LogLevel string `json:"log_level,omitempty"`

	// Hostname and Route are the way in that the request spoke of: a host, or the
	// pattern of a route.
	Hostname string `json:"hostname,omitempty"`
	Route    string `json:"route,omitempty"`
	// Serving and Previews are the switches of workers.dev and of previews after
	// the call; nil: the record does not say.
	Serving  *bool `json:"serving,omitempty"`
	Previews *bool `json:"previews,omitempty"`
	// Schedules are all crons after the call; nil: not in the record.
	Schedules *[]string `json:"schedules,omitempty"`
	// Bindings are those that the request set, by kind, name and target; nil: the
	// record does not speak of bindings.
	Bindings *[]Binding `json:"bindings,omitempty"`
	// Shares are what a deployment put into service.
	Shares []Share `json:"shares,omitempty"`
	// Permissions are the permission groups or roles that the call gave, by name or
	// id, sorted; Resources what they hold for, sorted. Expires and Bounded tell
	// whether the credential ends, and whether it holds from named addresses
	// alone; nil: the record does not say.
	Permissions []string `json:"permissions,omitempty"`
	Resources   []string `json:"resources,omitempty"`
	Expires     *bool    `json:"expires,omitempty"`
	Bounded     *bool    `json:"bounded,omitempty"`
	// MailDomain is the domain of the address that was invited.
	MailDomain string `json:"mail_domain,omitempty"`
	// Was holds, by the vendor's name, settings as they were before the call, of
	// those that are no secret. Only some logs tell.
	Was map[string]string `json:"was,omitempty"`
}

// IsZero reports whether the event carries no decoded change.
func (c Change) IsZero() bool { return reflect.ValueOf(c).IsZero() }

// About lists the ids by which the event may be found: those of Assets and, after
// them, Subject, where that is an id of ours. Such an id begins with the name of
// the provider and a colon; it may be a handle of an asset, see [Asset.Handles].
// The ids of vendors begin otherwise. The result may be that of Assets itself.
func (e Event) About() []AssetID {
	out := slices.Clip(e.Assets)
	if e.Scope.Provider != "" && strings.HasPrefix(e.Subject, string(e.Scope.Provider)+":") {
		out = append(out, AssetID(e.Subject))
	}
	return out
}

// Mutates reports whether the event changed something: it succeeded and is no
// read. A failed or dry-run call is evidence of an attempt, never of a change.
func (e Event) Mutates() bool { return e.Outcome == Succeeded && !e.ReadOnly }

// Looks reports whether the event only looked at something, as most events of
// a log do: by its kind, and by the vendor's word that it changes nothing.
func (e Event) Looks() bool {
	return e.ReadOnly && (e.Action == ActionEnumerate || e.Action == ActionReadSecret)
}
