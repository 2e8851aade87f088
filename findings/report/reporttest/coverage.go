package reporttest

import (
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// readings holds every state that a cell may have.
func readings() []inventory.Coverage {
	at := Now().Add(-9 * time.Minute)
	denied := inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "User: arn:aws:sts::" + Staging + ":assumed-role/estray/scan is not authorized to perform: lambda:GetPolicy"}
	month := inventory.Window{From: Now().AddDate(0, -1, 0), To: at}
	out := []inventory.Coverage{
		{Cell: cell("aws-lambda", Production, "eu-central-1", inventory.CapFunctions), State: inventory.Complete, Expected: 4, Seen: 4, Read: at},
		{Cell: cell("aws-lambda", Production, "eu-west-1", inventory.CapFunctions), State: inventory.Partial, Expected: 120, Seen: 118, Read: at,
			Why: inventory.Reason{Operation: "ListFunctions", Code: "2 pages lost", Message: "the page token ran out"}},
		{Cell: cell("aws-lambda", Production, "me-south-1", inventory.CapFunctions), State: inventory.Disabled, Read: at},
		{Cell: cell("aws-lambda", Production, "us-east-1", inventory.CapFunctions), State: inventory.Throttled, Read: at,
			Why: inventory.Reason{Operation: "ListFunctions", Code: "TooManyRequestsException"}},
		{Cell: cell("aws-lambda", Production, "us-west-2", inventory.CapFunctions), State: inventory.Unavailable, Read: at,
			Why: inventory.Reason{Operation: "ListFunctions", Message: "no answer within 30s"}},
		{Cell: cell("aws-lambda", Staging, "eu-central-1", inventory.CapURLs), State: inventory.Cancelled, Read: at,
			Why: inventory.Reason{Message: "the run was stopped"}},
		{Cell: cell("aws-lambda", Staging, "eu-central-1", inventory.CapMappings), State: inventory.Pending},
		{Cell: cell("aws-lambda", Staging, "ap-southeast-1", inventory.CapPolicies), State: inventory.Denied, Read: at, Why: denied},
		{Cell: cell("trail", Production, "eu-central-1", inventory.CapEvents), State: inventory.Complete, Seen: 48211, Window: month, Continuity: inventory.Proved, Usage: inventory.CountRoles, Read: at},
		{Cell: cell("aws-cloudtrail", Production, "eu-west-1", inventory.CapEvents), State: inventory.Complete, Seen: 311, Window: month, Continuity: inventory.Proved, Read: at,
			Services: []string{"cloudtrail.amazonaws.com", "lambda.amazonaws.com"}},
		{Cell: cell("trail", Staging, "eu-central-1", inventory.CapEvents), State: inventory.Malformed, Seen: 97, Window: month, Continuity: inventory.Broken, Read: at,
			Why: inventory.Reason{Operation: "read AWSLogs/2026/03/09/x.json.gz", Code: "unexpected EOF", Message: "the object ends in mid-record " + Escape}},
		{Cell: cell("trail", Staging, "ap-southeast-1", inventory.CapEvents), State: inventory.Complete, Seen: 12, Window: month, Continuity: inventory.Broken, Read: at,
			Why: inventory.Reason{Operation: "verify digests", Message: "no digest between 03:00 and 05:00 of 2026-03-02"}},
		{Cell: inventory.Cell{Source: "cloudflare-api", Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: "9a7806061c88ada1"}, Capability: inventory.CapFunctions}, State: inventory.Complete, Seen: 1, Read: at},
	}
	for _, region := range []string{"eu-central-1", "eu-west-1", "eu-west-3", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1", "ca-central-1", "ap-northeast-1"} {
		out = append(out, inventory.Coverage{Cell: cell("aws-lambda", Staging, region, inventory.CapPolicies), State: inventory.Denied, Read: at, Why: denied})
	}
	return out
}

func cell(source, account, region string, capability inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: source, Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}, Capability: capability}
}

// silences say what nobody was asked to read and, at their end, three gaps that
// are none of these: denied, planned but not read, and a log that is too short.
func silences() []findings.Silence {
	unasked := func(rule, account string, capability inventory.Capability) findings.Silence {
		scope := inventory.Scope{Provider: inventory.AWS, Account: account}
		return findings.Silence{Rule: rule, Scope: scope, Gap: inventory.Coverage{Cell: inventory.Cell{Scope: scope, Capability: capability}}}
	}
	asked := unasked("AWS-09", Staging, inventory.CapPolicies)
	asked.Gap.Cell.Source, asked.Gap.State = "aws-lambda", inventory.Denied
	planned := unasked("AWS-14", Staging, inventory.CapMappings)
	planned.Gap.Cell.Source = "aws-lambda"
	short := unasked("REC-06", Staging, inventory.CapEvents)
	short.Gap.State = inventory.Partial
	services := func(rule string, names ...string) findings.Silence {
		s := unasked(rule, Production, inventory.CapEvents)
		s.Gap.Services = names
		return s
	}
	return []findings.Silence{
		services("AWS-38", "logs.amazonaws.com"), services("AWS-35", "rolesanywhere.amazonaws.com", "sts.amazonaws.com"), services("AWS-38", "logs.amazonaws.com"),
		unasked("AWS-30", Production, inventory.CapRoles), unasked("AWS-30", Staging, inventory.CapRoles), unasked("AWS-28", Staging, inventory.CapRoles),
		unasked("AWS-39", Production, inventory.CapLogGroups), asked, planned, short,
	}
}
