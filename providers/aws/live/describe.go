package live

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
)

// instant reads one of Lambda's times; zero if it is none. Emulators write RFC
// 3339.
func instant(text string) time.Time {
	for _, layout := range []string{awslogs.LastModified, time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return sensible(t)
		}
	}
	return time.Time{}
}

// sensible drops a time that could not be written down again.
func sensible(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// unqualified splits the ARN of a function, alias or version. It gives nothing
// for what is none.
func unqualified(arn string) (id inventory.AssetID, qualifier string) {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 || len(parts) > 8 || parts[0] != "arn" || parts[5] != "function" || parts[6] == "" {
		return "", ""
	}
	if len(parts) == 8 {
		qualifier = parts[7]
	}
	return inventory.AssetID(strings.Join(parts[:7], ":")), qualifier
}

// describe tells of a function what a listing does.
func describe(id inventory.AssetID, c *types.FunctionConfiguration, scope inventory.Scope, now time.Time) inventory.Asset {
	a := inventory.Asset{ID: id, Kind: inventory.LambdaFunction, Scope: scope, Name: aws.ToString(c.FunctionName),
		Modified:      instant(aws.ToString(c.LastModified)),
		Configuration: inventory.Known(configuration(c), now),
		Code:          inventory.Known(code(c), now),
		Bindings:      bindings(c, now),
		Logging:       inventory.Known(logging(c), now),
	}
	if role := aws.ToString(c.Role); role != "" {
		a.Identity = inventory.Known(inventory.Identity{ID: role}, now)
	}
	return a
}

// configuration passes words of the vendor on as they are, also those that are
// newer than the client.
func configuration(c *types.FunctionConfiguration) inventory.Configuration {
	out := inventory.Configuration{
		Runtime: string(c.Runtime), Handler: aws.ToString(c.Handler), Package: string(c.PackageType),
		MemoryMB: number(c.MemorySize), TimeoutSeconds: number(c.Timeout),
		KMSKey: aws.ToString(c.KMSKeyArn), Digest: aws.ToString(c.ConfigSha256), Revision: aws.ToString(c.RevisionId),
	}
	out.Origin, _ = unqualified(aws.ToString(c.MasterArn))
	for _, a := range c.Architectures {
		out.Architectures = append(out.Architectures, string(a))
	}
	slices.Sort(out.Architectures)
	addNetwork(&out, c)
	addModes(&out, c)
	return out
}

func addNetwork(out *inventory.Configuration, c *types.FunctionConfiguration) {
	if v := c.VpcConfig; v != nil {
		out.VPC = aws.ToString(v.VpcId)
		out.Subnets, out.SecurityGroups = sorted(v.SubnetIds), sorted(v.SecurityGroupIds)
	}
	for _, f := range c.FileSystemConfigs {
		out.FileSystems = append(out.FileSystems, aws.ToString(f.Arn))
	}
	slices.Sort(out.FileSystems)
}

func addModes(out *inventory.Configuration, c *types.FunctionConfiguration) {
	if c.EphemeralStorage != nil {
		out.EphemeralMB = number(c.EphemeralStorage.Size)
	}
	if p := c.CapacityProviderConfig; p != nil && p.LambdaManagedInstancesCapacityProviderConfig != nil {
		out.CapacityProvider = aws.ToString(p.LambdaManagedInstancesCapacityProviderConfig.CapacityProviderArn)
	}
	if d := c.DurableConfig; d != nil {
		out.Durable = &inventory.Durable{TimeoutSeconds: number(d.ExecutionTimeout), RetentionDays: number(d.RetentionPeriodInDays), KMSKey: aws.ToString(d.KMSKeyArn)}
	}
	if c.TenancyConfig != nil {
		out.Tenancy = string(c.TenancyConfig.TenantIsolationMode)
	}
	if c.SnapStart != nil {
		out.SnapStart = c.SnapStart.ApplyOn == types.SnapStartApplyOnPublishedVersions
	}
	if c.TracingConfig != nil {
		out.Tracing = string(c.TracingConfig.Mode)
	}
}

func code(c *types.FunctionConfiguration) inventory.Code {
	out := inventory.Code{Digest: aws.ToString(c.CodeSha256), Size: c.CodeSize}
	for _, l := range c.Layers { // in the order in which they are mounted
		out.Layers = append(out.Layers, inventory.Layer{ID: aws.ToString(l.Arn), Account: awslogs.AccountOfARN(aws.ToString(l.Arn))})
	}
	return out
}

// bindings are the names of the environment. Their values end here.
func bindings(c *types.FunctionConfiguration, now time.Time) inventory.Facet[[]inventory.Binding] {
	if c.Environment == nil {
		return inventory.Known([]inventory.Binding{}, now)
	}
	if e := c.Environment.Error; e != nil {
		return inventory.Unknown[[]inventory.Binding](inventory.Reason{Operation: "ListFunctions", Code: aws.ToString(e.ErrorCode),
			Message: cmp.Or(aws.ToString(e.Message), "the environment could not be decrypted")}, now)
	}
	out := []inventory.Binding{}
	for _, name := range slices.Sorted(maps.Keys(c.Environment.Variables)) {
		out = append(out, inventory.Binding{Kind: "environment", Name: name})
	}
	return inventory.Known(out, now)
}

// logging knows the group that is used where none is configured.
func logging(c *types.FunctionConfiguration) inventory.Logging {
	out := inventory.Logging{Group: "/aws/lambda/" + aws.ToString(c.FunctionName)}
	if l := c.LoggingConfig; l != nil {
		out.Group, out.Level = cmp.Or(aws.ToString(l.LogGroup), out.Group), string(l.ApplicationLogLevel)
	}
	return out
}

func number(n *int32) int { return int(aws.ToInt32(n)) }

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(list))
}
