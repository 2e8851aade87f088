package aws_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/providers/aws"
)

func TestAdminLike(t *testing.T) {
	st := func(members ...string) string { return `{"Statement":[{` + strings.Join(members, "},{") + `}]}` }
	for name, c := range map[string]struct {
		document string
		want     bool
		why      string
	}{
		"everything":               {st(`"Effect":"Allow","Action":"*","Resource":"*"`), true, "* on all resources"},
		"everything, in lists":     {st(`"Effect":"Allow","Action":["s3:Get*","*:*"],"Resource":["*"]`), true, "* on all resources"},
		"everything, with MFA":     {st(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), true, "* on all resources"},
		"everything of a bucket":   {st(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/*"`), false, ""},
		"everything of S3":         {st(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"`), false, ""},
		"all of IAM":               {st(`"Effect":"Allow","Action":"IAM:*","Resource":"*"`), true, "iam:* on all resources"},
		"all of IAM on roles":      {st(`"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:role/*"`), true, "iam:* on all resources"},
		"all of IAM on one role":   {st(`"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:role/x"`), false, ""},
		"all of S3":                {st(`"Effect":"Allow","Action":"s3:*","Resource":"*"`), false, ""},
		"all but S3":               {st(`"Effect":"Allow","NotAction":"s3:*","Resource":"*"`), true, "all but some actions, iam among the allowed"},
		"all but IAM":              {st(`"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"`), false, ""},
		"write of role policies":   {st(`"Effect":"Allow","Action":["iam:Put*Policy"],"Resource":"*"`), true, "iam:PutGroupPolicy on all resources"},
		"passing of any role":      {st(`"Effect":"Allow","Action":"iam:PassRole","Resource":"*"`), true, "iam:PassRole on all resources"},
		"passing to a service":     {st(`"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"x"}}`), false, "iam:PassRole under a condition"},
		"passing of one role":      {st(`"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/x"`), false, ""},
		"taking of any role":       {st(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"`), true, "sts:AssumeRole on all resources"},
		"functions with any role":  {st(`"Effect":"Allow","Action":"lambda:*","Resource":"*"`, `"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`), true, "lambda:* with iam:PassRole"},
		"functions alone":          {st(`"Effect":"Allow","Action":"lambda:*","Resource":"*"`), false, ""},
		"denied again":             {st(`"Effect":"Allow","Action":"iam:*","Resource":"*"`, `"Effect":"Deny","Action":"*","Resource":"*"`), false, ""},
		"denied under a condition": {st(`"Effect":"Allow","Action":"iam:*","Resource":"*"`, `"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a":"b"}}`), true, "iam:* on all resources"},
		"IAM denied, roles taken":  {st(`"Effect":"Allow","Action":"*","Resource":"*"`, `"Effect":"Deny","Action":"iam:*","Resource":"*"`), true, "sts:AssumeRole on all resources"},
		"a deny alone":             {st(`"Effect":"Deny","Action":"*","Resource":"*"`), false, ""},
		"not one resource":         {st(`"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b"`), true, "* on all resources"},
		"one resource among many":  {st(`"Effect":"Allow","Action":"iam:PassRole","Resource":["arn:aws:iam::1:role/x","*"]`), true, "iam:PassRole on all resources"},
		"everything of all ARNs":   {st(`"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:*:*"`), true, "* on all resources"},
		"everything, short":        {st(`"Effect":"Allow","Action":"*","Resource":"arn:*"`), true, "* on all resources"},
		"all of IAM, short":        {st(`"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*"`), true, "iam:* on all resources"},
		"all of IAM by a pattern":  {st(`"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:i*::*:*"`), true, "iam:* on all resources"},
		"all of S3, short":         {st(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:*"`), false, ""},
		"taking of all roles":      {st(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/*"`), true, "sts:AssumeRole on all resources"},
		"taking of one role":       {st(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/x"`), false, ""},
		"denied on all ARNs":       {st(`"Effect":"Allow","Action":"iam:*","Resource":"*"`, `"Effect":"Deny","Action":"*","Resource":"arn:aws:*"`), false, ""},
		"what cannot be read":      {`{"Statement":`, true, "the policy could not be read"},
		"nothing":                  {"", true, "the policy could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got, why := aws.AdminLike(c.document)
			if got != c.want || (c.why != "" && (len(why) == 0 || why[0] != c.why)) || (c.why == "" && len(why) > 0) {
				t.Errorf("admin %v, why %q, want %v, %q first", got, why, c.want, c.why)
			}
		})
	}
}
