package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// function is a Lambda function as a record names it.
type function struct {
	partition, region, account, name string
	qualifier                        string
}

// id is the asset's id: the unqualified ARN.
func (f function) id() inventory.AssetID {
	return inventory.AssetID("arn:" + f.partition + ":lambda:" + f.region + ":" + f.account + ":function:" + f.name)
}

// parseFunction reads the forms in which Lambda takes a function's name:
// NAME[:Q], function:NAME[:Q], ACCOUNT:function:NAME[:Q] and the ARN, with or
// without a qualifier. The older ACCOUNT:NAME is read too. What the form does
// not tell is taken from home.
func parseFunction(text string, home function) (function, bool) {
	if text == "" {
		return function{}, false
	}
	f := home
	f.name, f.qualifier = "", ""
	var room [8]string
	parts := appendSplit(room[:0], text)
	if parts[0] == "arn" {
		if len(parts) < 7 || parts[2] != "lambda" || parts[5] != "function" || parts[1] == "" {
			return function{}, false
		}
		f.partition, f.region, f.account = parts[1], parts[3], parts[4]
		parts = parts[6:]
	} else {
		if isAccount(parts[0]) && len(parts) > 1 {
			f.account, parts = parts[0], parts[1:]
		}
		if parts[0] == "function" && len(parts) > 1 {
			parts = parts[1:]
		}
	}
	f.name = parts[0]
	if len(parts) > 1 {
		f.qualifier = parts[1]
	}
	ok := len(parts) <= 2 && isName(f.name) && (f.qualifier == "" || isName(strings.TrimPrefix(f.qualifier, "$")))
	return f, ok && f.account != "" && f.region != ""
}

// appendSplit appends the parts of a text between colons.
func appendSplit(parts []string, text string) []string {
	for {
		part, rest, more := strings.Cut(text, ":")
		parts = append(parts, part)
		if !more {
			return parts
		}
		text = rest
	}
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}

func isName[T string | []byte](s T) bool {
	if len(s) == 0 || len(s) > 256 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// lambdaTargets returns the function that a call of Lambda is about, by the
// best key that the record has: what the service answered, what it resolved,
// the resource of a data event, what the caller asked for.
func (r *reading) lambdaTargets() []function {
	home := r.home()
	qualified := r.request.child("fullyQualifiedArn")
	resolved := home
	if p := qualified.child("arnPrefix"); !p.missing() {
		resolved.partition = cmp.Or(p.text("partition"), home.partition)
		resolved.region = cmp.Or(p.text("region"), home.region)
		resolved.account = cmp.Or(p.text("account"), home.account)
	}
	var f function
	named := func(text string, home function) (ok bool) {
		f, ok = parseFunction(text, home)
		return ok
	}
	resource := r.resource()
	asked, told := parseFunction(r.request.text("functionName"), home)
	switch {
	case named(r.response.text("functionArn"), home), named(qualified.child("relativeId").text("functionName"), resolved), named(resource, home):
	case told:
		f = asked
	case named(r.request.text("resourceArn"), home), named(r.request.text("resource"), home), named(r.refusedResource(), home):
	default:
		return functionsIn(r.record.get("serviceEventDetails"), home)
	}
	// The qualifier is that inside the name that the caller asked for, or of the
	// resource of a data event. The answer's own is no such: that of
	// UpdateFunctionCode with publish names the version that it made.
	for _, text := range []string{r.request.text("resourceArn"), resource} {
		if !told {
			asked, told = parseFunction(text, home)
		}
	}
	f.qualifier = ""
	if told {
		f.qualifier = asked.qualifier
	}
	return []function{f}
}

// resource is the function among the record's resources (data events).
func (r *reading) resource() string {
	for v := range r.record.list("resources").values() {
		if arn := v.object().text("ARN"); strings.Contains(arn, ":lambda:") && strings.Contains(arn, ":function:") {
			return arn
		}
	}
	return ""
}

// refusedResource is the resource that the message of a refused call names: the
// request of such a call is often null. CloudTrail cuts messages at 1 KB, so
// that an ARN at the end of a long one may lack its end; it is not taken.
func (r *reading) refusedResource() string {
	const cut = 1000
	message := r.record.text("errorMessage")
	_, rest, ok := strings.Cut(message, " on resource: ")
	arn, _, more := strings.Cut(rest, " ")
	if !ok || r.event.Outcome != inventory.Failed || (!more && len(message) >= cut) {
		return ""
	}
	return strings.TrimRight(arn, ".,")
}

// home is what a bare name is completed with.
func (r *reading) home() function {
	return function{partition: r.partition, region: r.event.Scope.Region, account: r.event.Scope.Account}
}

// functionsIn collects the ARNs of functions anywhere below v, also inside the
// invocation address that API Gateway takes
// (arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations).
func functionsIn(v value, home function) []function {
	var out []function
	walk(v, 0, func(s string) {
		if !strings.Contains(s, ":function:") {
			return
		}
		for _, text := range strings.FieldsFunc(s, endsARN) {
			if f, ok := parseFunction(text, home); ok && strings.HasPrefix(text, "arn:") && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	})
	slices.SortFunc(out, func(a, b function) int {
		return cmp.Or(cmp.Compare(a.id(), b.id()), cmp.Compare(a.qualifier, b.qualifier))
	})
	return out
}

// endsARN reports whether a character cannot be part of a function's ARN.
func endsARN(c rune) bool {
	return c != ':' && c != '$' && !isName(string(c))
}

// partitionOf tells the partition by the caller's ARN, else by the region.
func partitionOf(record object, region string) string {
	id := record.child("userIdentity")
	for _, arn := range []string{id.child("sessionContext").child("sessionIssuer").text("arn"), id.text("arn")} {
		if rest, ok := strings.CutPrefix(arn, "arn:"); ok {
			if partition, _, ok := strings.Cut(rest, ":"); ok && partition != "" {
				return partition
			}
		}
	}
	return partitionOfRegion(region)
}

// partitionOfRegion follows the partitions of aws-sdk-go-v2 v1.47.7.
func partitionOfRegion(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// AccountOfARN returns field 5 of an ARN; empty if it has none (a bucket) or is
// none.
func AccountOfARN(arn string) string {
	field, rest := "", arn
	for i := range 5 {
		var more bool
		if field, rest, more = strings.Cut(rest, ":"); !more || i == 0 && field != "arn" {
			return ""
		}
	}
	return field
}

// lastSegment is what follows the last "/" of an ARN: a name without its path.
func lastSegment(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
