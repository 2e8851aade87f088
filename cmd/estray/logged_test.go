package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// logged is one call to Lambda as CloudTrail logs it.
type logged struct {
	at                        time.Time
	account, region, name, id string
	who                       map[string]any
	request, answer           any // no answer: the call only read
}

func (l logged) record() map[string]any {
	return map[string]any{
		"eventVersion": "1.08", "eventTime": l.at.Format(time.RFC3339), "eventSource": "lambda.amazonaws.com",
		"eventName": l.name, "awsRegion": l.region, "eventID": l.id, "recipientAccountId": l.account,
		"sourceIPAddress": "203.0.113.4", "userAgent": "ci",
		"eventCategory": "Management", "managementEvent": true, "eventType": "AwsApiCall", "readOnly": l.answer == nil,
		"userIdentity": l.who, "requestParameters": l.request, "responseElements": l.answer,
	}
}

// pipeline is the role that may deploy in an account.
func pipeline(account string) map[string]any {
	return map[string]any{"type": "AssumedRole", "arn": "arn:aws:sts::" + account + ":assumed-role/ci/run", "principalId": "AROACI:run", "accountId": account, "accessKeyId": "ASIACI",
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": "arn:aws:iam::" + account + ":role/ci", "principalId": "AROACI", "accountId": account, "userName": "ci"}}}
}

// writeLog writes calls of one account and region as one object, delivered ten
// minutes after the first of them.
func (e exports) writeLog(t *testing.T, unique int, calls []logged) {
	t.Helper()
	records := make([]map[string]any, len(calls))
	for i, l := range calls {
		records[i] = l.record()
	}
	array, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	body, err := trailObject(array)
	if err != nil {
		t.Fatal(err)
	}
	delivered := calls[0].at.Add(10 * time.Minute).Format("20060102T1504")
	e.write(t, filepath.Join("logs", trailKey(calls[0].account, calls[0].region, delivered, fmt.Sprintf("%016d", unique))), body)
}
