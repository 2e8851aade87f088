package awsfake_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/internal/awsfake"
)

func TestEstateIsTheSameEachTime(t *testing.T) {
	a, b := awsfake.Estate(awsfake.EstateOptions{}), awsfake.Estate(awsfake.EstateOptions{})
	if diff := cmp.Diff(a.World, b.World, cmpopts.IgnoreUnexported(awsfake.Function{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Functions, b.Functions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Doors, b.Doors); diff != "" {
		t.Error(diff)
	}
}

// share counts the functions of which something holds, in percent.
func share(e *awsfake.Built, holds func(f *awsfake.Function) bool) int {
	n, all := 0, 0
	for _, a := range e.World.Accounts {
		for _, r := range a.Places {
			for _, f := range r.Functions {
				all++
				if holds(f) {
					n++
				}
			}
		}
	}
	return (200*n + all) / (2 * all)
}

func TestEstateHoldsItsShares(t *testing.T) {
	e := awsfake.Estate(awsfake.EstateOptions{})
	if len(e.Functions) != 300 {
		t.Fatalf("%d functions, want 300", len(e.Functions))
	}
	all := share(e, func(f *awsfake.Function) bool { return len(f.Aliases) > 0 && len(f.URLs) > 0 && f.Policies[""] != nil })
	alias := share(e, func(f *awsfake.Function) bool {
		return len(f.URLs) == 1 && f.URLs[0].Qualifier != "" && f.Policies[""] == nil
	})
	canary := share(e, func(f *awsfake.Function) bool {
		for _, v := range f.Environment {
			if strings.Contains(v, awsfake.Canary) {
				return true
			}
		}
		return false
	})
	if all < 19 || all > 22 || alias < 4 || alias > 6 || canary != 100 {
		t.Errorf("aliases, URLs and policies %d %%, a URL on an alias alone %d %%, canaries %d %%", all, alias, canary)
	}
	kinds := map[string]int{}
	reaches := map[string]bool{}
	for _, f := range e.Functions {
		kinds[f.Kind]++
		for _, r := range f.Reach {
			reaches[r] = true
		}
	}
	if len(kinds) != 22 {
		t.Errorf("kinds: %v", kinds)
	}
	for _, r := range []string{"private", "account", "organization", "partner", "authenticated", "public"} {
		if !reaches[r] {
			t.Errorf("nothing has reach %s", r)
		}
	}
}

func TestEstateRepeatsNamesInEverySite(t *testing.T) {
	sites := map[string][]string{}
	for _, f := range awsfake.Estate(awsfake.EstateOptions{}).Functions {
		parts := strings.Split(f.ARN, ":")
		sites[parts[6]] = append(sites[parts[6]], parts[3]+" "+parts[4])
	}
	want := []string{"us-east-1 " + awsfake.Shop, "eu-west-1 " + awsfake.Shop, "us-east-1 " + awsfake.Data, "eu-west-1 " + awsfake.Data}
	if diff := cmp.Diff(want, sites["public-00"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// site returns the client of the account and region of an ARN.
func client(t *testing.T, cfg aws.Config, arn string) *lambda.Client {
	t.Helper()
	parts := strings.Split(arn, ":")
	return lambda.NewFromConfig(in(as(cfg, parts[4]), parts[3]))
}

// The truth is checked against what the wire says by the rules of AWS alone,
// written down here for the estate's own few forms.
func TestEstateTellsTheTruthOfWhatItAnswers(t *testing.T) {
	e := awsfake.Estate(awsfake.EstateOptions{Functions: 100})
	_, cfg := serve(t, e.World)
	for _, f := range e.Functions {
		c, ctx := client(t, cfg, f.ARN), t.Context()
		urls := must(c.ListFunctionUrlConfigs(ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: &f.ARN}))(t).FunctionUrlConfigs
		hosts := map[string]string{}
		for _, u := range urls {
			hosts[strings.TrimPrefix(strings.TrimPrefix(*u.FunctionArn, f.ARN), ":")] = strings.Trim(strings.TrimPrefix(*u.FunctionUrl, "https://"), "/")
		}
		if diff := cmp.Diff(f.URLs, hosts); diff != "" {
			t.Errorf("%s: URLs (-truth +wire):\n%s", f.ARN, diff)
		}
		for q, reach := range f.Reach {
			in := &lambda.GetPolicyInput{FunctionName: &f.ARN}
			if q != "" {
				in.Qualifier = &q
			}
			policy := ""
			if got, err := c.GetPolicy(ctx, in); err == nil {
				policy = *got.Policy
			}
			i := slices.IndexFunc(urls, func(u types.FunctionUrlConfig) bool { return strings.TrimPrefix(*u.FunctionArn, f.ARN) == colon(q) })
			auth := ""
			if i >= 0 {
				auth = string(urls[i].AuthType)
			}
			if want := reachOf(policy, auth, strings.Split(f.ARN, ":")[4], e.World); want != reach {
				t.Errorf("%s %q: truth says %s, the wire %s:\n%s %s", f.ARN, q, reach, want, auth, policy)
			}
		}
	}
}

func colon(q string) string {
	if q == "" {
		return ""
	}
	return ":" + q
}

// reachOf judges the forms of policies that the estate has.
func reachOf(policy, auth, account string, w *awsfake.World) string {
	everyone := strings.Contains(policy, `"Principal":"*"`)
	switch {
	case everyone && strings.Contains(policy, "PrincipalOrgID"):
		return "organization"
	case everyone && auth == "NONE":
		return "public"
	case everyone && auth == "AWS_IAM":
		return "authenticated"
	case strings.Contains(policy, awsfake.Foreign):
		return "partner"
	case strings.Contains(policy, `"Service"`) && !strings.Contains(policy, "SourceAccount"):
		return "authenticated"
	}
	for _, a := range w.Accounts {
		if a.ID != account && strings.Contains(policy, `iam::`+a.ID) {
			return "organization"
		}
	}
	if strings.Contains(policy, "iam::"+account) || strings.Contains(policy, "SourceAccount") || auth == "AWS_IAM" {
		return "account"
	}
	return "private"
}

func TestEstateIsWholeInItself(t *testing.T) {
	e := awsfake.Estate(awsfake.EstateOptions{})
	functions := map[string]bool{}
	for _, f := range e.Functions {
		functions[f.ARN] = true
	}
	doors := map[string]int{}
	for _, d := range e.Doors {
		doors[d.Kind]++
		if !functions[d.Function] {
			t.Errorf("%s starts nobody: %s", d.Source, d.Function)
		}
	}
	want := map[string]int{"mapping": 12, "eventbridge": 8, "scheduler": 4, "s3": 4, "sns": 4, "logs": 4, "http-api": 8, "rest-api": 4, "load-balancer": 4}
	if diff := cmp.Diff(want, doors); diff != "" {
		t.Errorf("doors (-want +got):\n%s", diff)
	}
	missing := map[string]bool{}
	for _, a := range e.World.Accounts {
		for _, r := range a.Places {
			for _, f := range r.Functions {
				role := f.Role[strings.LastIndexByte(f.Role, '/')+1:]
				if !slices.ContainsFunc(a.Roles, func(v *awsfake.Role) bool { return v.Name == role }) {
					missing[role] = true
				}
				if f.MasterARN != "" && !functions[strings.TrimSuffix(f.MasterARN, ":1")] {
					t.Errorf("%s repeats nobody: %s", f.Name, f.MasterARN)
				}
			}
		}
	}
	if len(missing) != 1 || !missing["gone"] {
		t.Errorf("roles that do not exist: %v, want only gone", missing)
	}
}

func TestEstateRecordsEveryCreation(t *testing.T) {
	e := awsfake.Estate(awsfake.EstateOptions{})
	created := map[string]bool{}
	ids := map[string]bool{}
	for _, a := range e.World.Accounts {
		for _, r := range a.Places {
			for _, raw := range r.Events {
				var v struct {
					EventID, EventName, EventTime string
					ResponseElements              struct{ FunctionArn string }
				}
				if err := json.Unmarshal(raw, &v); err != nil {
					t.Fatalf("%v: %s", err, raw)
				}
				if bytes.Contains(raw, []byte(awsfake.Canary)) {
					t.Errorf("a record holds an environment value: %s", raw)
				}
				at, err := time.Parse(time.RFC3339, v.EventTime)
				if err != nil || ids[v.EventID] || at.After(e.World.Now) || at.Before(e.World.Now.AddDate(0, 0, -90)) {
					t.Errorf("%s %s: %v, seen before: %v", v.EventID, v.EventTime, err, ids[v.EventID])
				}
				ids[v.EventID] = true
				if v.EventName == "CreateFunction20150331" {
					created[v.ResponseElements.FunctionArn] = true
				}
			}
		}
	}
	for _, f := range e.Functions {
		if old := f.Kind == "edge" || f.Kind == "replica"; created[f.ARN] == old { // made before Event history begins
			t.Errorf("%s: creation recorded: %v", f.ARN, created[f.ARN])
		}
	}
}

func TestSmallEstateStands(t *testing.T) {
	for _, n := range []int{1, 4, 5, 40} {
		if got := len(awsfake.Estate(awsfake.EstateOptions{Functions: n}).Functions); got != max(n, 4) {
			t.Errorf("%d asked, %d built", n, got)
		}
	}
}

func TestEstateOffersItsRoles(t *testing.T) {
	e := awsfake.Estate(awsfake.EstateOptions{})
	_, cfg := serve(t, e.World)
	for _, id := range []string{awsfake.Shop, awsfake.Data} {
		member := assume(t, cfg, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + id + ":role/" + awsfake.AuditRole),
			RoleSessionName: aws.String("estray-1"), ExternalId: aws.String(awsfake.ExternalID)})
		settings := must(lambda.NewFromConfig(member).GetAccountSettings(t.Context(), nil))(t)
		if settings.AccountUsage.FunctionCount != 75 {
			t.Errorf("%s: %d functions", id, settings.AccountUsage.FunctionCount)
		}
	}
}
