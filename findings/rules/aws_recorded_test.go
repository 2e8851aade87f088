package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
)

// recorded is one recorded act, or one of its mutations, as its decoder gives
// it, and the rules that must tell of it when nothing but the log is known.
type recorded struct {
	record, change string
	events         []inventory.Event
	rules          []string
}

// onlyTheLog judges events of an account of which nothing else is known: no
// registry, no inventory, no approved deployers.
func onlyTheLog(events []inventory.Event) rulestest.World {
	w := rulestest.World{NoRegistry: true, Facts: []inventory.Fact{rulestest.Log(rulestest.Ago(400*24*time.Hour), rulestest.Now(), inventory.Assumed)}}
	for _, e := range events {
		w.Facts = append(w.Facts, e)
	}
	return w
}

// The acts of the recordings in which something must be told.
func recordings() []recorded {
	key := byUser(inventory.LongLivedKey)
	admin := func(e *inventory.Event) { adminPolicy(e); e.ID = "attach" }
	return []recorded{
		{"cloudtrail-delete", "", []inventory.Event{other("cloudtrail.amazonaws.com", "DeleteTrail", "t", key)}, []string{"AWS-36"}},
		{"cloudtrail-stop", "", []inventory.Event{stopLogging()}, []string{"AWS-36"}},
		{"cloudtrail-event-selectors", "", []inventory.Event{selectors("management events")}, []string{"AWS-37"}},
		{"dns-delete-logs", "", []inventory.Event{other("route53resolver.amazonaws.com", "DeleteResolverQueryLogConfig", "q", key)}, []string{"AWS-39"}},
		{"organizations-leave", "", []inventory.Event{other("organizations.amazonaws.com", "LeaveOrganization", "", refused)}, []string{"AWS-37 (attempt)"}},
		{"vpc-remove-flow-logs", "", []inventory.Event{other("ec2.amazonaws.com", "DeleteFlowLogs", "fl", key)}, []string{"AWS-39"}},
		{"iam-backdoor-role", "", []inventory.Event{backdoorRole(outsider)}, []string{"AWS-30"}},
		{"iam-backdoor-user", "", []inventory.Event{other(iamAPI, "CreateAccessKey", "u", key, with(func(c *inventory.Change) { c.User = "u" }))}, []string{"AWS-35"}},
		{"iam-create-admin-user", "", []inventory.Event{other(iamAPI, "CreateUser", "u", key), other(iamAPI, "AttachUserPolicy", "u", key, admin), other(iamAPI, "CreateAccessKey", "u", key)}, []string{"AWS-35", "AWS-35", "AWS-35"}},
		{"iam-create-backdoor-role", "", []inventory.Event{
			roleCall("CreateRole", key, trusting(inventory.Grant{Accounts: []string{outsider}}), bounded("arn:aws:iam::aws:policy/AWSDenyAll")), roleCall("AttachRolePolicy", key, admin)}, []string{"AWS-29", "AWS-30"}},
		{"iam-create-user-login-profile", "", []inventory.Event{
			other(iamAPI, "CreateLoginProfile", "u", key), other(iamAPI, "DeleteLoginProfile", "u", key, refused)}, []string{"AWS-35"}},
		{"iam-update-user-login-profile", "", []inventory.Event{other(iamAPI, "UpdateLoginProfile", "u", key)}, []string{"AWS-35"}},
		{"rolesanywhere-create-trust-anchor", "", []inventory.Event{
			other("rolesanywhere.amazonaws.com", "CreateTrustAnchor", "a", key), other("rolesanywhere.amazonaws.com", "CreateProfile", "p", key)}, []string{"AWS-35", "AWS-35"}},
		{"sts-federation-token", "", []inventory.Event{other("sts.amazonaws.com", "GetFederationToken", "u", key, admin)}, []string{"AWS-35"}},
		{"lambda-backdoor-function", "", []inventory.Event{backdoorFunction()}, []string{"AWS-08", "AWS-09", "AWS-17"}},
		{"lambda-layer-extension", "", []inventory.Event{layerExtension(layers(layerOf(rulestest.Account, "ext")))}, []string{"AWS-03", "AWS-08", "AWS-09"}},
		{"lambda-overwrite-code", "", []inventory.Event{overwriteCode()}, []string{"AWS-02", "AWS-08", "AWS-09", "AWS-14"}},
	}
}

// mutations change one thing about a recorded act. The words of change are
// those of the table that the rules are held against.
func mutations() []recorded {
	refusal := "errorCode=AccessDenied, responseElements=null"
	grant := func(g inventory.Grant) []inventory.Event { return []inventory.Event{backdoorFunction(grants(g))} }
	owned := everyone(func(g *inventory.Grant) { g.SourceAccounts = []string{rulestest.Account} })
	publish := with(func(c *inventory.Change) { c.Publish = false })
	return []recorded{
		{"lambda-backdoor-function", refusal, []inventory.Event{backdoorFunction(refused, denied)}, nil},
		{"lambda-overwrite-code", refusal, []inventory.Event{overwriteCode(refused, denied)}, nil},
		{"cloudtrail-stop", refusal, []inventory.Event{stopLogging(refused, denied)}, []string{"AWS-36 (attempt)"}},
		{"lambda-overwrite-code", "requestParameters.dryRun=true", []inventory.Event{overwriteCode(dryRun)}, []string{"AWS-08", "AWS-09"}},
		{"lambda-overwrite-code", "requestParameters.publish=false", []inventory.Event{overwriteCode(publish)}, []string{"AWS-02", "AWS-08", "AWS-09"}},
		{"lambda-layer-extension", "requestParameters.layers removed (responseElements.layers stays)", []inventory.Event{layerExtension()}, []string{"AWS-08", "AWS-09"}},
		{"lambda-layer-extension", "layer account 999999999999", []inventory.Event{layerExtension(layers(layerOf(outsider, "ext")))}, []string{"AWS-03", "AWS-04", "AWS-08", "AWS-09"}},
		{"lambda-backdoor-function", "sourceAccount=own account added", grant(owned), []string{"AWS-08", "AWS-09"}},
		{"lambda-backdoor-function", "principal=999999999999", grant(inventory.Grant{ID: "s1", Accounts: []string{outsider}}), []string{"AWS-08", "AWS-09", "AWS-18"}},
		{"lambda-backdoor-function", "principal=s3.amazonaws.com", grant(inventory.Grant{ID: "s1", Services: []string{"s3.amazonaws.com"}}), []string{"AWS-08", "AWS-09", "AWS-19"}},
		{"lambda-backdoor-function", "eventName without suffix (AddPermission)", []inventory.Event{backdoorFunction(func(e *inventory.Event) { e.LoggedName = "AddPermission" })}, []string{"AWS-08", "AWS-09", "AWS-17"}},
		{"lambda-backdoor-function", "userIdentity.accessKeyId ASIA...", []inventory.Event{backdoorFunction(byUser(inventory.SessionKey))}, []string{"AWS-09", "AWS-17"}},
		{"lambda-backdoor-function", "userAgent=terraform", []inventory.Event{backdoorFunction(func(e *inventory.Event) { e.Record = json.RawMessage(`{"userAgent":"terraform"}`) })}, []string{"AWS-08", "AWS-09", "AWS-17"}},
		{"cloudtrail-event-selectors", "includeManagementEvents=true, readWriteType=All", []inventory.Event{selectors()}, nil},
		{"iam-backdoor-role", "foreign account replaced by own", []inventory.Event{backdoorRole(rulestest.Account)}, nil},
	}
}

// denied takes away what a refused call does not tell.
func denied(e *inventory.Event) { e.Change, e.Assets, e.Subject = inventory.Change{}, nil, "" }

func logged(name string) func(*inventory.Event) {
	return func(e *inventory.Event) { e.LoggedName = name }
}

func lambdaAct(name, loggedName string, first, more []func(*inventory.Event)) inventory.Event {
	byKey := []func(*inventory.Event){byUser(inventory.LongLivedKey), logged(loggedName)}
	return call(name, slices.Concat(byKey, first, more)...)
}

func backdoorFunction(change ...func(*inventory.Event)) inventory.Event {
	return lambdaAct("AddPermission", "AddPermission20150331v2", []func(*inventory.Event){grants(everyone())}, change)
}

func overwriteCode(change ...func(*inventory.Event)) inventory.Event {
	publish := with(func(c *inventory.Change) { c.Publish, c.Version = true, "1" })
	return lambdaAct("UpdateFunctionCode", "UpdateFunctionCode20150331v2", []func(*inventory.Event){digest("new"), publish}, change)
}

// layerExtension names the environment although the caller did not send it.
func layerExtension(change ...func(*inventory.Event)) inventory.Event {
	return lambdaAct("UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2", []func(*inventory.Event){keys("environment", "layers")}, change)
}

func stopLogging(change ...func(*inventory.Event)) inventory.Event {
	return other("cloudtrail.amazonaws.com", "StopLogging", "trail", slices.Concat([]func(*inventory.Event){byUser(inventory.LongLivedKey)}, change)...)
}

func selectors(left ...string) inventory.Event {
	return other("cloudtrail.amazonaws.com", "PutEventSelectors", "trail", byUser(inventory.LongLivedKey), narrowed(left...))
}

func backdoorRole(account string) inventory.Event {
	return roleCall("UpdateAssumeRolePolicy", byUser(inventory.LongLivedKey),
		trusting(inventory.Grant{Services: []string{"ec2.amazonaws.com"}}, inventory.Grant{Accounts: []string{account}}))
}

func TestRecordedActsAndTheirMutationsAreTold(t *testing.T) {
	for _, r := range slices.Concat(recordings(), mutations()) {
		t.Run(r.record+" "+r.change, func(t *testing.T) {
			if diff := cmp.Diff(r.rules, toldOf(onlyTheLog(r.events).Evaluate(t, rules.AWS()...))); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// toldOf lists the rules that tell something, coverage aside, sorted.
func toldOf(res findings.Result) []string {
	var out []string
	for _, f := range res.Findings {
		switch {
		case f.Coverage:
		case f.Attempt:
			out = append(out, f.Rule+" (attempt)")
		default:
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return out
}

// The configuration removes what it is meant to remove and nothing else.
func TestConfigurationRemovesItsOwnRuleOnly(t *testing.T) {
	for _, tt := range []struct {
		promise string
		record  string
		estate  findings.Estate
		rules   []string
	}{
		{"an approved deployer removes AWS-09", "lambda-backdoor-function", findings.Estate{Deployers: []string{alice}}, []string{"AWS-08", "AWS-17"}},
		{"an account of ours removes AWS-30", "iam-backdoor-role", findings.Estate{Accounts: []string{outsider}}, nil},
		{"and leaves what else there is", "iam-create-backdoor-role", findings.Estate{Accounts: []string{outsider}}, []string{"AWS-29"}},
		{"an administrator of IAM removes AWS-35", "iam-create-admin-user", findings.Estate{IAMAdministrators: []string{alice}}, nil},
		{"nothing removes AWS-36", "cloudtrail-stop", findings.Estate{Accounts: []string{outsider}, Deployers: []string{alice}, IAMAdministrators: []string{alice}, Partners: []string{outsider}}, []string{"AWS-36"}},
	} {
		t.Run(tt.promise, func(t *testing.T) {
			all := recordings()
			i := slices.IndexFunc(all, func(r recorded) bool { return r.record == tt.record })
			w := onlyTheLog(all[i].events)
			w.Estate = tt.estate
			if diff := cmp.Diff(tt.rules, toldOf(w.Evaluate(t, rules.AWS()...))); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// The tables above are the whole of the recorded truth, where it is at hand.
func TestTheRecordedTruthIsHeldWhole(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testparts.Data(t), "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Stratus map[string]struct {
			Rules map[string]struct{ Findings, Attempts int }
		}
		Mutations []struct {
			Change, Record string
			Rules          []string
		}
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for file, r := range truth.Stratus {
		var all []string
		for id, n := range r.Rules {
			all = append(all, slices.Repeat([]string{id}, n.Findings)...)
			all = append(all, slices.Repeat([]string{id + " (attempt)"}, n.Attempts)...)
		}
		if slices.Sort(all); len(all) > 0 {
			want[technique(file)] = all
		}
	}
	for _, m := range truth.Mutations {
		want[technique(m.Record)+": "+m.Change] = m.Rules
	}
	got := map[string][]string{}
	for _, r := range recordings() {
		got[r.record] = r.rules
	}
	for _, r := range mutations() {
		got[r.record+": "+r.change] = append([]string{}, r.rules...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the tables differ from the recorded truth (-truth +table):\n%s", diff)
	}
}

// technique takes the last part of a recording's name:
// "stratus/aws.persistence.NAME.json#0".
func technique(file string) string {
	name, _, _ := strings.Cut(file, ".json")
	return name[strings.LastIndex(name, ".")+1:]
}
