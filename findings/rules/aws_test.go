package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

func TestAWSHasTheRulesOfTheCatalogueInOrder(t *testing.T) {
	var got []string
	for _, r := range rules.AWS() {
		got = append(got, strings.TrimPrefix(r.ID, "AWS-"))
	}
	want := strings.Fields("01 02 03 04 05 06 08 09 10 13 14 17 18 19 20 21 22 24 28 29 30 35 36 37 38 39")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestAWSRulesDocumentThemselves(t *testing.T) {
	for _, r := range rules.AWS() {
		for what, text := range map[string]string{"title": r.Title, "rationale": r.Rationale, "false positives": r.FalsePositives, "fix": r.Fix} {
			if text == "" {
				t.Errorf("%s has no %s", r.ID, what)
			}
		}
		if r.Provider != inventory.AWS || len(r.Needs) == 0 || len(r.Attack) == 0 || (r.Event == nil && r.Check == nil) {
			t.Errorf("%s lacks provider, needs, techniques or a judgement", r.ID)
		}
		for _, id := range r.Attack {
			if strings.HasPrefix(id, "T1562") {
				t.Errorf("%s names %s, which ATT&CK %s revoked", r.ID, id, findings.AttackVersion)
			}
		}
	}
}

func TestAWSReturnsAFreshTable(t *testing.T) {
	first := rules.AWS()
	first[0].Attack[0], first[0].Title = "changed", "changed"
	if r := rules.AWS()[0]; r.Title == "changed" || r.Attack[0] == "changed" {
		t.Error("a change of one table shows in the next")
	}
}

// firing is a world in which each rule on AWS has something to tell.
func firing() rulestest.World {
	theirs := layerOf(outsider, "tools")
	asset := rulestest.Function(orders, runningAs(workRole), rights(inventory.Rights{Admin: true, Why: []string{"AdministratorAccess"}}),
		exposed(policyWay(inventory.ReachPublic, onQualifier("live")), inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic, Auth: "NONE", Hostname: "x.lambda-url.eu-west-1.on.aws"}),
		func(a *inventory.Asset) {
			a.Code = inventory.Known(inventory.Code{Digest: "new", Layers: []inventory.Layer{{ID: theirs, Account: outsider}}}, rulestest.Now())
			a.Bindings = inventory.Known([]inventory.Binding{{Kind: "environment", Name: "LD_PRELOAD"}}, rulestest.Now())
		})
	console := byUser(inventory.LongLivedKey)
	w := facts(asset,
		call("CreateFunction", with(func(c *inventory.Change) { c.Identity, c.Digest = workRole, "old" }), ago(25*hour)),
		call("UpdateFunctionCode", digest("new"), with(func(c *inventory.Change) { c.Publish, c.Version = true, "2" }), console, func(e *inventory.Event) { e.Principal.Console = true }),
		call("UpdateFunctionConfiguration", layers(theirs), keys("handler", "layers", "role"), with(func(c *inventory.Change) { c.Identity, c.LogLevel = workRole, "FATAL" })),
		call("UpdateAlias", with(func(c *inventory.Change) {
			c.Qualifier, c.AliasVersion, c.AliasWeights = "live", "2", []string{"3=0.1"}
		})),
		call("AddPermission", grants(everyone())),
		call("PutResourcePolicy", grants(inventory.Grant{ID: "partner", Accounts: []string{outsider}}, inventory.Grant{ID: "bucket", Services: []string{"s3.amazonaws.com"}}), with(func(c *inventory.Change) { c.Replaced = true })),
		call("CreateFunctionUrlConfig", auth("NONE")),
		other(lambdaAPI, "AddLayerVersionPermission", layerOf(rulestest.Account, "tools"), grants(everyone())),
		call("CreateEventSourceMapping", with(func(c *inventory.Change) {
			c.TriggerSource, c.TriggerAccount = "arn:aws:sqs:eu-west-1:999999999999:q", outsider
		})),
		call("DeleteFunction", ago(24*hour+1)),
		roleCall("AttachRolePolicy", adminPolicy),
		roleCall("UpdateAssumeRolePolicy", trusting(inventory.Grant{Accounts: []string{outsider}, Secret: true})),
		other(iamAPI, "CreateAccessKey", "arn:aws:iam::111122223333:user/bob", with(func(c *inventory.Change) { c.User = "bob" })),
		other("cloudtrail.amazonaws.com", "StopLogging", "trail", refused),
		other("cloudtrail.amazonaws.com", "PutEventSelectors", "trail", narrowed("management events are left out")),
		other("logs.amazonaws.com", "DeleteLogGroup", "/aws/lambda/orders"),
		other("ec2.amazonaws.com", "DeleteFlowLogs", "fl-1"),
	)
	w = remembering(w, "identity", `{"id":"arn:aws:iam::111122223333:role/old"}`, 9)
	w = remembering(w, "bindings", `[]`, 9)
	return remembering(w, "exposure:policies", `{"denies":true}`, 9)
}

func TestAWSRulesTellTheirFindings(t *testing.T) {
	w := firing()
	w.Facts = append(rulestest.Whole(), w.Facts...)
	res := w.Evaluate(t, rules.AWS()...)
	for _, r := range rules.AWS() {
		if len(rulestest.Of(res, r.ID)) == 0 {
			t.Errorf("%s has nothing to tell", r.ID)
		}
	}
	awsGolden(t, "aws.golden", tell(res.Findings))
}

// tell writes findings for a person to read.
func tell(all []findings.Finding) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, " ") + "\n") }
	for _, f := range all {
		about := string(f.Asset)
		if about == "" {
			about = f.Subject
		}
		line(f.Rule, f.Severity.String(), about)
		line("  key", f.Discriminator, "event", f.Event)
		line("  " + f.Message)
		for _, s := range f.Steps {
			line("  step", s)
		}
		for _, e := range f.Evidence {
			line("  evidence", e.Kind, e.Ref, "|", e.Summary)
		}
	}
	return b.String()
}

func TestTheOrderOfFactsNeverMatters(t *testing.T) {
	w := firing()
	w.Facts = append(rulestest.Whole(), w.Facts...)
	want := tell(w.Evaluate(t, rules.AWS()...).Findings)
	slices.Reverse(w.Facts)
	slices.Reverse(w.History)
	if diff := cmp.Diff(want, tell(w.Evaluate(t, rules.AWS()...).Findings)); diff != "" {
		t.Errorf("findings differ (-forwards +backwards):\n%s", diff)
	}
}

// Each need of each rule, missing in each way in which a reading can end: the
// rule is unknown there, which is a finding, and what it saw it tells.
func TestAWSRulesAreUnknownWhereANeedIsMissing(t *testing.T) {
	states := []inventory.State{inventory.Pending, inventory.Partial, inventory.Denied, inventory.Throttled,
		inventory.Unavailable, inventory.Malformed, inventory.Cancelled}
	whole := firing()
	whole.Facts = append(rulestest.Whole(), whole.Facts...)
	for _, r := range rules.AWS() {
		want := brief(rulestest.Of(whole.Evaluate(t, r), r.ID))
		for _, need := range r.Needs {
			for _, state := range states {
				t.Run(r.ID+" without "+string(need)+", "+state.String(), func(t *testing.T) {
					w := whole.WithState(need, state)
					w.NoRegistry = need == findings.CapRegistry
					res := w.Evaluate(t, r)
					if !res.Blind(r.ID, rulestest.Place()) {
						t.Error("it claims to see")
					}
					if !toldUnknown(res, r.ID) {
						t.Error("no coverage finding says that it cannot judge")
					}
					if diff := cmp.Diff(want, brief(rulestest.Of(res, r.ID))); diff != "" {
						t.Errorf("what it saw is not told (-whole +missing):\n%s", diff)
					}
				})
			}
		}
	}
}

func toldUnknown(res findings.Result, rule string) bool {
	return slices.ContainsFunc(res.Findings, func(f findings.Finding) bool {
		return f.Coverage && strings.Contains(f.Message, rule)
	})
}

// A rule that needs nothing that is missing and sees nothing is silent: the
// difference between clean and unknown.
func TestAWSRulesAreSilentInAWholeWorldWithoutFault(t *testing.T) {
	w := rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function(orders))}
	res := w.Evaluate(t, rules.AWS()...)
	if len(res.Findings) > 0 || len(res.Silences) > 0 {
		t.Errorf("findings %v\nsilences %v", brief(res.Findings), res.Silences)
	}
}
