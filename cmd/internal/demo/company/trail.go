package company

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// act is one record to write, before it has its envelope.
type act struct {
	at              time.Time
	account, region string
	source, name    string
	who             identity
	request, answer any
	failed          string // error code
	readOnly        bool
}

// incidents are the acts that a report should tell of.
func (c *company) incidents() {
	mallory, dev := person(sandbox, "mallory"), person(shop, "dev-tom")
	day := func(d, h, m int) time.Time {
		return logStart().AddDate(0, 0, d).Add(time.Duration(h*60+m) * time.Minute)
	}
	lambda := func(at time.Time, account, region, name string, who identity, request, answer any) act {
		return act{at: at, account: account, region: region, source: "lambda.amazonaws.com", name: name, who: who, request: request, answer: answer}
	}
	proxy := c.find("tmp-img-proxy")
	proxy.modified, proxy.digest = day(24, 2, 13), digestOf("tmp-img-proxy", 9)
	created := map[string]any{"functionName": proxy.name, "role": proxy.role, "runtime": "python3.13", "environment": map[string]any{}}
	c.extra = append(c.extra,
		act{at: day(24, 2, 5), account: sandbox, region: "us-east-1", source: "iam.amazonaws.com", name: "CreateAccessKey", who: mallory,
			request: map[string]any{"userName": "build-bot"}, answer: map[string]any{"accessKey": map[string]any{"userName": "build-bot", "accessKeyId": "AKIADEMOBUILDBOT0000", "status": "Active"}}},
		lambda(day(24, 2, 13), sandbox, "eu-west-1", "CreateFunction20150331", mallory, created, proxy.state()),
		lambda(day(24, 2, 14), sandbox, "eu-west-1", "CreateFunctionUrlConfig", mallory,
			map[string]any{"functionName": proxy.name, "authType": "NONE"}, map[string]any{"functionArn": proxy.arn(), "authType": "NONE", "functionUrl": "https://" + urlID(proxy) + ".lambda-url.eu-west-1.on.aws/"}),
		lambda(day(24, 2, 15), sandbox, "eu-west-1", "AddPermission20150331v2", mallory,
			map[string]any{"functionName": proxy.name, "statementId": "open", "action": "lambda:InvokeFunctionUrl", "principal": "*", "functionUrlAuthType": "NONE"}, nil),
		act{at: day(24, 2, 20), account: sandbox, region: "eu-west-1", source: "cloudtrail.amazonaws.com", name: "StopLogging", who: mallory,
			request: map[string]any{"name": "org-trail"}, failed: "AccessDenied"},
	)
	short := &function{account: sandbox, region: "eu-west-1", name: "job-x81", role: "arn:aws:iam::" + sandbox + ":role/lambda-basic", digest: digestOf("job-x81", 1), modified: day(12, 9, 0)}
	refund := c.find("payments-refund")
	c.extra = append(c.extra,
		lambda(day(12, 9, 0), sandbox, "eu-west-1", "CreateFunction20150331", mallory, map[string]any{"functionName": short.name, "role": short.role}, short.state()),
		lambda(day(12, 9, 20), sandbox, "eu-west-1", "DeleteFunction20150331", mallory, map[string]any{"functionName": short.name}, nil),
		lambda(day(18, 16, 40), refund.account, refund.region, "AddPermission20150331v2", dev,
			map[string]any{"functionName": refund.name, "statementId": "open", "action": "lambda:InvokeFunctionUrl", "principal": "*", "functionUrlAuthType": "NONE"}, nil),
		lambda(day(20, 11, 2), shop, "eu-west-1", "UpdateFunctionConfiguration20150331v2", dev,
			map[string]any{"functionName": "catalogue-thumbnail", "layers": []string{c.find("catalogue-thumbnail").layer}, "environment": map[string]any{}}, c.find("catalogue-thumbnail").state()),
	)
	thumb := c.find("catalogue-thumbnail")
	if at := day(20, 11, 2); at.After(thumb.modified) {
		thumb.modified = at
	}
	c.noise()
}

// noise is what any account's log is full of: reads, and refused calls.
func (c *company) noise() {
	for d := range 30 {
		for _, account := range []string{shop, data, sandbox} {
			for range 6 + c.rng.IntN(10) {
				at := logStart().AddDate(0, 0, d).Add(time.Duration(c.rng.IntN(24*3600)) * time.Second)
				a := act{at: at, account: account, region: "eu-west-1", source: "lambda.amazonaws.com", name: "ListFunctions20150331", who: ci(account), readOnly: true}
				switch c.rng.IntN(6) {
				case 0:
					a.name, a.failed = "GetFunction20150331v2", "AccessDenied"
				case 1:
					a.source, a.name = "ec2.amazonaws.com", "DescribeInstances"
				}
				c.extra = append(c.extra, a)
			}
		}
	}
}

func (c *company) find(name string) *function {
	i := slices.IndexFunc(c.functions, func(f *function) bool { return f.name == name })
	return c.functions[i]
}

// state is the answer that Lambda gives after a change.
func (f *function) state() map[string]any {
	m := map[string]any{
		"functionName": f.name, "functionArn": f.arn(), "role": f.role, "runtime": "python3.13", "handler": "app.handler",
		"codeSha256": f.digest, "codeSize": 48213, "version": "$LATEST", "packageType": "Zip", "memorySize": 256, "timeout": 30,
		"architectures": []string{"arm64"}, "environment": map[string]any{}, "lastModified": f.modified.Format("2006-01-02T15:04:05.000-0700"),
		"loggingConfig": map[string]any{"logFormat": "JSON", "logGroup": "/aws/lambda/" + f.name},
	}
	if f.layer != "" {
		m["layers"] = []any{map[string]any{"arn": f.layer, "codeSize": 91231}}
	}
	return m
}

// acts are all acts, in the order of their times. Event ids are numbered in this
// order, so that it must not leave anything open.
func (c *company) acts() []act {
	acts := slices.Clone(c.extra)
	for _, f := range c.functions {
		for _, d := range f.deploys {
			answer := f.state()
			answer["codeSha256"] = d.digest
			acts = append(acts, act{at: d.at, account: f.account, region: f.region, source: "lambda.amazonaws.com", name: d.name, who: d.who,
				request: map[string]any{"functionName": f.arn(), "publish": false, "dryRun": false, "s3Bucket": "artifacts", "s3Key": f.name + ".zip"}, answer: answer})
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int {
		return strings.Compare(a.at.Format(time.RFC3339)+a.account+a.region+a.name, b.at.Format(time.RFC3339)+b.account+b.region+b.name)
	})
	return acts
}

// trail writes every act as CloudTrail objects: one per account, region and
// six hours, as S3 would hold them.
func (c *company) trail() ([]File, error) {
	acts := c.acts()
	objects := map[string][]any{}
	for _, a := range acts {
		key := objectKey(a)
		objects[key] = append(objects[key], c.record(a))
	}
	c.heartbeat(objects)
	var out []File
	for key, records := range objects {
		body, err := pack(records)
		if err != nil {
			return nil, err
		}
		out = append(out, File{"cloudtrail/" + key, body})
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// heartbeat gives each account and region an object at both ends of the month,
// so that its log has a window.
func (c *company) heartbeat(objects map[string][]any) {
	for _, account := range []string{shop, data, sandbox} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			for _, at := range []time.Time{logStart().Add(time.Minute), taken().Add(25 * time.Minute)} {
				a := act{at: at, account: account, region: region, source: "lambda.amazonaws.com", name: "ListFunctions20150331", who: ci(account), readOnly: true}
				key := objectKey(a)
				objects[key] = append(objects[key], c.record(a))
			}
		}
	}
}

func objectKey(a act) string {
	// Delivered at the end of its quarter of a day, or five minutes later.
	at := a.at.Truncate(6 * time.Hour).Add(6 * time.Hour)
	if at.After(taken()) || a.at.Before(logStart().Add(time.Hour)) {
		at = a.at.Add(5 * time.Minute)
	}
	// CloudTrail ends the name with a random word. This one is made from what
	// the object holds, so that it is the same for one seed.
	suffix := fmt.Sprintf("%.16s", hashOf(a.account+a.region+at.String()))
	return fmt.Sprintf("AWSLogs/o-demo1234567/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz",
		a.account, a.region, at.Format("2006/01/02"), a.account, a.region, at.Format("20060102T1504Z"), suffix)
}

func pack(records []any) ([]byte, error) {
	var b bytes.Buffer
	// Its header has no time as long as nobody sets one: the bytes do not tell
	// when they were made.
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(map[string]any{"Records": records}); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// record gives an act its envelope.
func (c *company) record(a act) map[string]any {
	c.records++
	c.serial++
	r := map[string]any{
		"eventVersion": "1.11", "eventTime": a.at.Format(time.RFC3339), "eventSource": a.source, "eventName": a.name,
		"awsRegion": a.region, "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2.31", "eventID": fmt.Sprintf("%.8s-demo-%06d", strings.ToLower(hashOf(a.name)), c.serial),
		"readOnly": a.readOnly, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": a.account, "eventCategory": "Management",
		"requestParameters": a.request, "responseElements": a.answer, "userIdentity": a.who.record(),
	}
	// CloudTrail logs no answer for a call that was refused.
	if a.failed != "" {
		r["errorCode"], r["responseElements"] = a.failed, nil
		r["errorMessage"] = "User is not authorized to perform this action"
	}
	return r
}

func (i identity) record() map[string]any {
	if i.kind == "AssumedRole" {
		return map[string]any{
			"type": "AssumedRole", "principalId": "AROADEMO" + fmt.Sprintf("%.8s", hashOf(i.name)) + ":" + i.session, "accountId": i.account, "accessKeyId": i.key,
			"arn": "arn:aws:sts::" + i.account + ":assumed-role/" + i.name + "/" + i.session,
			"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "principalId": "AROADEMO" + fmt.Sprintf("%.8s", hashOf(i.name)),
				"arn": "arn:aws:iam::" + i.account + ":role/" + i.name, "accountId": i.account, "userName": i.name}, "attributes": map[string]any{"mfaAuthenticated": "false"}},
		}
	}
	return map[string]any{"type": "IAMUser", "principalId": "AIDADEMO" + fmt.Sprintf("%.8s", hashOf(i.name)), "accountId": i.account, "accessKeyId": i.key,
		"arn": "arn:aws:iam::" + i.account + ":user/" + i.name, "userName": i.name}
}

func urlID(f *function) string { return strings.ToLower(fmt.Sprintf("%.32s", hashOf("url "+f.name))) }
