package awsfake

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Large builds a world of many functions that are made when they are asked for,
// so that it costs no memory. Each has a URL that asks for a signature and a
// policy for a service with a source. All live in eu-west-1. With more than one
// account there is an organization: the first manages it, and the others have
// [AuditRole], without an external id.
func Large(accounts, functions int) *World {
	w := &World{Now: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), Home: largeAccount(0)}
	for i := range accounts {
		id := largeAccount(i)
		a := &Account{ID: id, Name: "account-" + id, Regions: []RegionState{{"eu-west-1", "ENABLED_BY_DEFAULT"}},
			Places: map[string]*Region{"eu-west-1": {Generated: generated(id, functions)}},
			Roles:  []*Role{{Name: "runner", Trust: trust("Service", "lambda.amazonaws.com"), Attached: []string{basic}, Created: w.Now}}}
		if i > 0 {
			a.Role = AuditRole
		}
		w.Accounts = append(w.Accounts, a)
	}
	w.Policies = []*ManagedPolicy{{ARN: basic, Name: "AWSLambdaBasicExecutionRole", Path: "/service-role/", Created: w.Now,
		Versions: []PolicyVersion{{"v1", allow("logs:CreateLogStream", "*")}}}}
	if accounts > 1 {
		w.Organization = &Organization{ID: "o-large000001", Management: w.Home}
	}
	return w
}

func largeAccount(i int) string { return fmt.Sprintf("5%011d", i) }

// generated are the functions of one account. Their names are not in the order
// of the alphabet.
func generated(account string, count int) *Generated {
	born := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	role := "arn:aws:iam::" + account + ":role/runner"
	environment := map[string]string{"TOKEN": Canary}
	return &Generated{
		Count: count,
		At: func(i int) *Function {
			digits := strconv.Itoa(i)
			name := "fn-" + digits
			return &Function{Name: name,
				Settings: Settings{Role: role, CodeSHA256: digits + "=", RevisionID: "revision-" + digits, LastModified: born, Environment: environment},
				URLs:     []*URL{{ID: "u" + account + digits, AuthType: "AWS_IAM", Created: born}},
				Policies: map[string]*Policy{"": {Raw: `{"Version":"2012-10-17","Statement":[{"Sid":"events","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},` +
					`"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:` + account + `:function:` + name + `",` +
					`"Condition":{"StringEquals":{"aws:SourceAccount":"` + account + `"}}}]}`}},
			}
		},
		Index: func(name string) int {
			i, err := strconv.Atoi(strings.TrimPrefix(name, "fn-"))
			if err != nil || name != "fn-"+strconv.Itoa(i) {
				return -1
			}
			return i
		},
	}
}
