package awsfake_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/estray/estray/internal/awsfake"
)

// FuzzServe: whatever is asked, the fake answers something and logs it.
func FuzzServe(f *testing.F) {
	for _, v := range [][5]string{
		{"GET", "/2015-03-31/functions?Marker=ZmFrZSAyIDUwIDE", "lambda", "", ""},
		{"GET", "/2015-03-31/functions/arn%3Aaws%3Alambda/policy?Qualifier=live", "lambda", "", ""},
		{"GET", "/2018-10-31/layers/a:b/versions/x/policy", "lambda", "", ""},
		{"POST", "/", "cloudtrail", "CloudTrail_20131101.LookupEvents", `{"StartTime":1e400,"LookupAttributes":[1]}`},
		{"POST", "/", "events", "AWSEvents.ListTargetsByRule", `{"EventBusName":"/"}`},
		{"POST", "/", "iam", "", "Action=GetAccountAuthorizationDetails&MaxItems=-1&Filter.member.1=Role"},
		{"POST", "/", "sts", "", "Action=AssumeRole&RoleArn=:::::role/&RoleSessionName=ab"},
		{"GET", "/bucket?notification", "s3", "", ""},
		{"GET", "//?location", "s3", "", ""},
		{"POST", "/2025-03-07/web-functions", "lambda", "", "{"},
	} {
		f.Add(v[0], v[1], v[2], v[3], v[4])
	}
	s := awsfake.New(everything())
	f.Fuzz(func(t *testing.T, method, target, service, operation, body string) {
		if strings.ContainsAny(method+target, " \x00\r\n\t") || !strings.HasPrefix(target, "/") || method == "" {
			t.Skip("no request line")
		}
		defer func() {
			if v := recover(); v != nil && strings.Contains(caught(v), "NewRequest") {
				t.Skip("no request line")
			} else if v != nil {
				panic(v)
			}
		}()
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAANYBODYSKEY00000/20261124/eu-west-1/"+service+"/aws4_request, Signature=0")
		if operation != "" {
			r.Header.Set("X-Amz-Target", operation)
		} else if strings.Contains(body, "Action=") {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		s.Reset()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if log := s.Calls(); len(log) != 1 || log[0].Status != w.Code || w.Code < 200 {
			t.Errorf("answered %d, log %+v", w.Code, log)
		}
	})
}

// caught is a panic in words.
func caught(v any) string {
	if err, ok := v.(error); ok {
		return err.Error()
	}
	text, _ := v.(string)
	return text
}
