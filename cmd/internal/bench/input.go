package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const lambda = "lambda.amazonaws.com"

// size is how much is written.
type size struct{ objects, records int }

// input is what was written.
type input struct {
	lambda           int // records of Lambda
	packed, inflated int64
}

// call is one kind of record.
type call struct {
	service, name string
	read          bool
}

// calls are what a busy account logs, in turn: one record of five is of
// Lambda, and seven of eight of those are reads. The others are calls of which
// estray keeps none.
func calls() []call {
	var out []call
	for i := range 40 {
		c := []call{
			{lambda, "GetFunction20150331v2", true}, {"ec2.amazonaws.com", "DescribeInstances", true},
			{"sts.amazonaws.com", "AssumeRole", true}, {"ssm.amazonaws.com", "GetParameter", true}, {"kms.amazonaws.com", "Decrypt", true},
		}[i%5]
		if i == 35 {
			c = call{lambda, "UpdateFunctionCode20150331v2", false}
		}
		out = append(out, c)
	}
	return out
}

// write makes an archive of CloudTrail objects below dir, always the same.
func write(dir string, n size) (input, error) {
	var in input
	kinds := calls()
	for o := range n.objects {
		account := fmt.Sprintf("1111222233%02d", o%20)
		at := time.Date(2026, 2, 1, o, 0, 0, 0, time.UTC)
		records := make([]map[string]any, n.records)
		for i := range records {
			c := kinds[i%len(kinds)]
			records[i] = record(c, account, at.Add(time.Duration(i)*time.Second), o*n.records+i)
			if c.service == lambda {
				in.lambda++
			}
		}
		body, err := json.Marshal(map[string]any{"Records": records})
		if err != nil {
			return in, fmt.Errorf("write input: %w", err)
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err = z.Write(body)
		path := filepath.Join(dir, "AWSLogs", account, "CloudTrail", "eu-west-1", at.Format("2006"), at.Format("01"), at.Format("02"),
			fmt.Sprintf("%s_CloudTrail_eu-west-1_%sZ_%016d.json.gz", account, at.Format("20060102T1504"), o))
		err = errors.Join(err, z.Close(), os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b.Bytes(), 0o600))
		if err != nil {
			return in, fmt.Errorf("write input: %w", err)
		}
		in.packed += int64(b.Len())
		in.inflated += int64(len(body))
	}
	return in, nil
}

func record(c call, account string, at time.Time, n int) map[string]any {
	function := fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:svc-%04d", account, n%2000)
	r := map[string]any{
		"eventVersion": "1.11", "eventTime": at.Format(time.RFC3339), "eventSource": c.service, "eventName": c.name, "awsRegion": "eu-west-1",
		"eventID": fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(n)*2654435761, n), "requestID": fmt.Sprintf("%08x-5555-4666-8777-%012x", uint32(n)*40503, n),
		"recipientAccountId": account, "sourceIPAddress": "203.0.113.4", "userAgent": "aws-sdk-go-v2/1.41 os/linux lang/go md/GOOS#linux",
		"eventCategory": "Management", "managementEvent": true, "eventType": "AwsApiCall", "readOnly": c.read,
		"tlsDetails": map[string]any{"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": c.service},
		"userIdentity": map[string]any{
			"type": "AssumedRole", "arn": "arn:aws:sts::" + account + ":assumed-role/ci/run", "principalId": "AROAEXAMPLE:run", "accountId": account, "accessKeyId": "ASIAEXAMPLE",
			"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": "arn:aws:iam::" + account + ":role/ci", "principalId": "AROAEXAMPLE", "accountId": account, "userName": "ci"}},
		},
		"requestParameters": map[string]any{"functionName": function}, "responseElements": nil,
	}
	if !c.read {
		r["responseElements"] = map[string]any{"functionName": fmt.Sprintf("svc-%04d", n%2000), "functionArn": function, "codeSha256": fmt.Sprintf("digest-%d", n), "version": "$LATEST", "runtime": "python3.13"}
	}
	return r
}
