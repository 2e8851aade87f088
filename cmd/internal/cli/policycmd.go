package cli

import (
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/providers/aws/access"
)

// policyCommand is policy.
func policyCommand(a *app) *cobra.Command {
	cmd := group("policy", "print the least-privilege grant for a provider", policyAWS(a), policyCloudflare(a))
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return usagef("policy: there is no grant to print for %q; there is one for %s", args[0], strings.Join(grantable(), ", "))
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		return writeList(a.std.Out, "table", []string{"provider", "command"},
			func(p string) []string { return []string{p, "estray policy " + p} }, grantable())
	}
	return cmd
}

// grantable are the providers whose permissions estray can print and try.
func grantable() []string { return []string{"aws", "cloudflare"} }

// policyFlags are the flags of policy aws, as given.
type policyFlags struct {
	cloudformation, terraform, management bool
	getFunction                           bool
	role, partition, bucket, key          string
}

// policyAWS is policy aws.
func policyAWS(a *app) *cobra.Command {
	var f policyFlags
	cmd := &cobra.Command{
		Use: "aws", Short: "print what estray may do at AWS, and no more", Args: noArgs,
		Long: `Prints the policy of the role that reads an account: everything that a scan
calls, also with --full, and a denial of code, payloads and secrets. The name of
the role and what a scan asks for come from the configuration, if it has them.

With --cloudformation or --terraform it prints the role itself, with its trust.
With --management it prints what the credentials of estray need to find the
accounts of an organization and to take the role in each; with --bucket what
they need to read exported logs.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.accessOptions(cmd, f)
			if err != nil {
				return err
			}
			out, err := f.text(o)
			if err != nil {
				return err
			}
			return printf(a.std.Out, "%s", out)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.cloudformation, "cloudformation", false, "print the role of an account as a template of CloudFormation")
	fl.BoolVar(&f.terraform, "terraform", false, "print the role of an account for Terraform or OpenTofu")
	fl.BoolVar(&f.management, "management", false, "print the policy of the credentials that find the accounts and take the role")
	fl.StringVar(&f.bucket, "bucket", "", "print the policy that reads the logs in a bucket: `NAME[/PREFIX]`")
	fl.StringVar(&f.key, "kms-key", "", "`ARN` of the key that the bucket's objects are encrypted with")
	fl.BoolVar(&f.getFunction, "get-function", false, "allow lambda:GetFunction, for digests of images; it hands out code (default as configured)")
	fl.StringVar(&f.role, "role", "", "`name` of the role, with its path if it has one (default as configured, else "+access.DefaultRole+")")
	fl.StringVar(&f.partition, "partition", access.DefaultPartition, "`partition` of AWS, in policies that name resources")
	mustComplete(cmd, "partition", partitions()...)
	return cmd
}

func partitions() []string {
	return []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}
}

// accessOptions takes from the configuration what no flag says.
func (a *app) accessOptions(cmd *cobra.Command, f policyFlags) (access.Options, error) {
	o := access.Options{Partition: f.partition, Role: f.role, GetFunction: f.getFunction}
	if err := oneOf("--partition", f.partition, partitions()); err != nil {
		return o, err
	}
	if f.role != "" && !regexp.MustCompile(roleForm).MatchString(f.role) {
		return o, usagef("read --role %q: write the name of a role, or PATH/NAME", f.role)
	}
	if n := count(f.cloudformation, f.terraform, f.management, f.bucket != ""); n > 1 {
		return o, usage(errors.New("policy aws: --cloudformation, --terraform, --management and --bucket print different things"), "give one of them")
	}
	if f.key != "" && f.bucket == "" {
		return o, usage(errors.New("read --kms-key: it is the key of a bucket"), "name the bucket with --bucket")
	}
	c, err := a.load(cmd, nil)
	if err != nil {
		return o, err
	}
	if configured := c.Providers.AWS; configured != nil {
		if f.role == "" {
			o.Role = configured.Role
		}
		if !cmd.Flag("get-function").Changed {
			o.GetFunction = configured.GetFunction
		}
		o.NoLookup = !configured.Lookup
	}
	return o, nil
}

// roleForm is what IAM takes for the path and the name of a role, of whose path
// we leave the outer slashes out (CreateRole: Path, RoleName).
const roleForm = `^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`

// count counts the flags that were given.
func count(flags ...bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// text is what was asked for.
func (f policyFlags) text(o access.Options) (string, error) {
	var d access.Document
	switch {
	case f.cloudformation:
		return access.CloudFormation(o), nil
	case f.terraform:
		return access.Terraform(o), nil
	case f.management:
		d = access.Organization(o)
	case f.bucket != "":
		name, prefix, _ := strings.Cut(strings.TrimPrefix(f.bucket, "s3://"), "/")
		if name == "" {
			return "", usagef("read --bucket %q: write NAME or NAME/PREFIX", f.bucket)
		}
		d = access.Archive(o, access.Bucket{Name: name, Prefix: prefix, Key: f.key})
	default:
		d = access.Scan(o)
	}
	out, err := d.JSON()
	return string(out), err
}
