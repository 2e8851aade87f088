package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

const (
	// InlineLimit is how many characters the inline policies of a role may have
	// together, blanks not counted (IAM User Guide, "IAM and AWS STS quotas").
	InlineLimit = 10240
	// ManagedLimit is the same of one managed policy.
	ManagedLimit = 6144

	// DefaultRole is the name of the role of member accounts where the
	// configuration gives none.
	DefaultRole = "EstrayAudit"
	// DefaultPartition is the one that most accounts are in.
	DefaultPartition = "aws"

	policyVersion = "2012-10-17" // of the language of IAM, not of the text
)

// Options say what the policies are for.
type Options struct {
	// Partition is the second part of ARNs; empty: [DefaultPartition]. The texts
	// of [CloudFormation] and [Terraform] find it out where they are applied.
	Partition string
	// Role is the name of the role that is taken in each account, with its path
	// if it has one; empty: [DefaultRole].
	Role string
	// GetFunction allows the call of that name, which hands out a link to code.
	GetFunction bool
	// NoLookup leaves out the event history.
	NoLookup bool
}

func (o Options) partition() string {
	if o.Partition == "" {
		return DefaultPartition
	}
	return o.Partition
}

func (o Options) role() string {
	if o.Role == "" {
		return DefaultRole
	}
	return o.Role
}

// asks reports whether a scan by these options calls the operation in an
// account that it reads.
func (o Options) asks(op Operation) bool {
	switch {
	case op.Action == "", op.Where == Management:
		return false
	case op.Option == OptionGetFunction:
		return o.GetFunction
	case op.Option == OptionLookup:
		return !o.NoLookup
	}
	return true
}

// Document is a policy of IAM.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of a policy.
type Statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
	// Condition is operator, key, values.
	Condition map[string]map[string][]string `json:",omitempty"`
}

// JSON is the document as IAM takes it, indented, with a newline at its end.
func (d Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("write the policy: %w", err)
	}
	return b.Bytes(), nil
}

// Size is how many characters IAM counts: all but blanks.
func (d Document) Size() (int, error) {
	b, err := d.JSON()
	if err != nil {
		return 0, err
	}
	return len(strings.Join(strings.Fields(string(b)), "")), nil
}

// Scan is what the role of an account needs to be read whole, also by a full
// scan, and a denial of what estray never does, whatever else the role is given.
func Scan(o Options) Document {
	d := Document{Version: policyVersion}
	for _, p := range []string{functionsRead, apisRead, doorsRead, rolesRead, auditRead} {
		var actions []string
		for _, op := range Operations() {
			if o.asks(op) && purposeOf(op.Capability) == p {
				actions = append(actions, op.Action)
			}
		}
		slices.Sort(actions)
		s := Statement{Sid: p, Effect: "Allow", Action: slices.Compact(actions), Resource: []string{"*"}}
		if p == apisRead {
			s.Resource = apiPaths(o.partition())
		}
		d.Statement = append(d.Statement, s)
	}
	return Document{Version: d.Version, Statement: append(d.Statement, never(o))}
}

// apiPaths are the paths of API Gateway that a scan reads. Its one action would
// allow the values of API keys besides.
func apiPaths(partition string) []string {
	var out []string
	for _, path := range []string{"apis", "apis/*", "restapis", "restapis/*"} {
		out = append(out, "arn:"+partition+":apigateway:*::/"+path)
	}
	return out
}

// The purposes of statements, which are their names.
const (
	functionsRead = "FunctionsRead"
	apisRead      = "ApisRead"
	doorsRead     = "DoorsAndTriggersRead"
	rolesRead     = "RolesRead"
	auditRead     = "AuditRead"
)

func purposeOf(c inventory.Capability) string {
	switch c {
	case inventory.CapAPIGateway:
		return apisRead
	case inventory.CapRoles:
		return rolesRead
	case inventory.CapEvents, inventory.CapTrails, inventory.CapRegions:
		return auditRead
	case inventory.CapEventRules, inventory.CapSchedules, inventory.CapBucketNotifications, inventory.CapTopics,
		inventory.CapLogSubscriptions, inventory.CapLogGroups, inventory.CapLoadBalancers:
		return doorsRead
	}
	return functionsRead
}

// never is what no scan does: to read code, payloads or secrets, and to start
// functions.
func never(o Options) Statement {
	actions := []string{
		"kms:Decrypt",
		"lambda:GetDurableExecutionHistory", "lambda:GetDurableExecutionState",
		"lambda:GetFunction", "lambda:GetLayerVersion",
		"lambda:InvokeAsync", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl",
		"secretsmanager:GetSecretValue",
		"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath",
	}
	if o.GetFunction {
		actions = slices.DeleteFunc(actions, func(a string) bool { return a == "lambda:GetFunction" })
	}
	return Statement{Sid: "NeverCodeNeverSecrets", Effect: "Deny", Action: actions, Resource: []string{"*"}}
}

// Organization is what the credentials of the process need to find the accounts
// and to take the role in each. They belong to the management account or to a
// delegated administrator.
func Organization(o Options) Document {
	var list []string
	for _, op := range Operations() {
		if op.Where == Management && op.Option == OptionOrganization {
			list = append(list, op.Action)
		}
	}
	slices.Sort(list)
	return Document{Version: policyVersion, Statement: []Statement{
		{Sid: "AccountsRead", Effect: "Allow", Action: list, Resource: []string{"*"}},
		{Sid: "TakeTheRole", Effect: "Allow", Action: []string{"sts:AssumeRole"},
			Resource: []string{"arn:" + o.partition() + ":iam::*:role/" + o.role()},
			// The variable is AWS's: the organization of whoever asks.
			Condition: map[string]map[string][]string{"StringEquals": {"aws:ResourceOrgID": {"${aws:PrincipalOrgID}"}}}},
	}}
}

// Bucket is an archive of exported logs.
type Bucket struct {
	Name string
	// Prefix is the folder in the bucket where the archive begins; empty: its root.
	Prefix string
	// Key is the ARN of the KMS key that the objects are encrypted with; empty:
	// none, or one of S3's own.
	Key string
}

// Archive is what reading logs from a bucket needs, and verifying them by their
// digests, for which AWS is asked for its public keys. It belongs to another role
// than that of [Scan], which denies the use of keys.
func Archive(o Options, b Bucket) Document {
	arn := "arn:" + o.partition() + ":s3:::" + b.Name
	list := Statement{Sid: "LogsList", Effect: "Allow", Action: []string{"s3:ListBucket"}, Resource: []string{arn}}
	prefix := b.Prefix
	if prefix != "" {
		prefix = strings.TrimSuffix(prefix, "/") + "/"
		list.Condition = map[string]map[string][]string{"StringLike": {"s3:prefix": {prefix + "*"}}}
	}
	d := Document{Version: policyVersion, Statement: []Statement{list,
		{Sid: "LogsRead", Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{arn + "/" + prefix + "*"}},
		{Sid: "DigestKeysRead", Effect: "Allow", Action: []string{"cloudtrail:ListPublicKeys"}, Resource: []string{"*"}},
	}}
	if b.Key != "" {
		d.Statement = append(d.Statement, Statement{Sid: "LogsDecrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{b.Key}})
	}
	return d
}
