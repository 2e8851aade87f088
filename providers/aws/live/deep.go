package live

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// readImage asks for the digest of a container image, where that was allowed:
// the answer holds a link to the code, of which nothing is taken. It tells the
// settings too.
func (d *details) readImage(ctx context.Context) {
	if !d.image || !d.cfg.GetFunction {
		return
	}
	d.try(inventory.CapConfiguration, "GetFunction", func() error {
		out, err := d.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &d.name})
		if err != nil {
			return err
		}
		code, _ := d.asset.Code.Get()
		if c := out.Code; c != nil {
			code.Image = cmp.Or(aws.ToString(c.ResolvedImageUri), aws.ToString(c.ImageUri))
			d.asset.Code = inventory.Known(code, d.cfg.Now)
		}
		if c := out.Configuration; c != nil {
			s := inventory.Settings{State: string(c.State), StateReason: aws.ToString(c.StateReason)}
			if out.Concurrency != nil {
				s.ReservedConcurrency = reserved(out.Concurrency.ReservedConcurrentExecutions)
			}
			d.asset.Settings = inventory.Known(s, d.cfg.Now)
		}
		return nil
	})
}

func reserved(n *int32) *int {
	if n == nil {
		return nil
	}
	out := int(*n)
	return &out
}

// readDeep reads what is too dear for each scan.
func (d *details) readDeep(ctx context.Context) {
	if !d.cfg.Full {
		return
	}
	for _, step := range []func(context.Context){d.readSettings, d.readDestinations, d.readVersionPolicies, d.readNewerPolicies} {
		if step(ctx); d.gone || ctx.Err() != nil {
			return
		}
	}
}

// readSettings reads what no listing tells, unless the answer with the image
// told it already. Half of it would pass for the whole, so that it is unknown
// where one of the two calls fails.
func (d *details) readSettings(ctx context.Context) {
	if !d.asset.Settings.IsZero() {
		return
	}
	var s inventory.Settings
	why := d.readState(ctx, &s)
	if !d.gone {
		if failed := d.readConcurrency(ctx, &s); why == nil {
			why = failed
		}
	}
	d.asset.Settings = part(s, why, d.cfg.Now)
}

// readState: the answer holds the environment with its values, of which nothing
// is taken.
func (d *details) readState(ctx context.Context, s *inventory.Settings) *inventory.Reason {
	return d.try(inventory.CapConfiguration, "GetFunctionConfiguration", func() error {
		out, err := d.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &d.name})
		if err == nil {
			s.State, s.StateReason = string(out.State), aws.ToString(out.StateReason)
		}
		return err
	})
}

func (d *details) readConcurrency(ctx context.Context, s *inventory.Settings) *inventory.Reason {
	return d.try(inventory.CapConfiguration, "GetFunctionConcurrency", func() error {
		out, err := d.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: &d.name})
		if err == nil {
			s.ReservedConcurrency = reserved(out.ReservedConcurrentExecutions)
		}
		return err
	})
}

// readDestinations reads where results go, of the function and its aliases.
func (d *details) readDestinations(ctx context.Context) {
	found := []inventory.Destination{}
	if d.deadLetter != "" {
		found = append(found, inventory.Destination{On: "dead-letter", Target: d.deadLetter})
	}
	why := d.try(inventory.CapConfiguration, "ListFunctionEventInvokeConfigs", func() error {
		return session.Pages(ctx, func(token *string) (*string, error) {
			page, err := d.lambda.ListFunctionEventInvokeConfigs(ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: &d.name, Marker: token})
			if err != nil {
				return nil, err
			}
			for i := range page.FunctionEventInvokeConfigs {
				found = append(found, destinations(&page.FunctionEventInvokeConfigs[i])...)
			}
			return page.NextMarker, nil
		})
	})
	slices.SortFunc(found, func(a, b inventory.Destination) int {
		return cmp.Or(cmp.Compare(a.Qualifier, b.Qualifier), cmp.Compare(a.On, b.On), cmp.Compare(a.Target, b.Target))
	})
	d.asset.Destinations = part(found, why, d.cfg.Now)
}

func destinations(c *types.FunctionEventInvokeConfig) []inventory.Destination {
	var out []inventory.Destination
	_, qualifier := unqualified(aws.ToString(c.FunctionArn))
	qualifier = strings.TrimPrefix(qualifier, "$LATEST")
	if c.DestinationConfig == nil {
		return nil
	}
	if s := c.DestinationConfig.OnSuccess; s != nil && aws.ToString(s.Destination) != "" {
		out = append(out, inventory.Destination{Qualifier: qualifier, On: "success", Target: *s.Destination})
	}
	if f := c.DestinationConfig.OnFailure; f != nil && aws.ToString(f.Destination) != "" {
		out = append(out, inventory.Destination{Qualifier: qualifier, On: "failure", Target: *f.Destination})
	}
	return out
}

// readVersionPolicies reads the policies of published versions: few have one.
func (d *details) readVersionPolicies(ctx context.Context) {
	why := d.shared.versions.why
	of := map[string]policy{}
	if why == nil {
		why = d.try(inventory.CapPolicies, "GetPolicy of versions", func() error {
			for _, v := range d.shared.versions.of[d.asset.ID] {
				p, err := d.readPolicy(ctx, v.Name)
				if err != nil {
					return err
				}
				of[v.Name] = p
			}
			return nil
		})
	}
	d.asset.Exposure[inventory.CapVersionPolicies] = part(exposures(of, d.at, d.own()), why, d.cfg.Now)
}

// readNewerPolicies asks by the newer call too. Nothing says that both always
// tell the same: a policy that was put whole by the newer one may be told by it
// alone. What either tells counts.
func (d *details) readNewerPolicies(ctx context.Context) {
	if d.policiesWhy != nil {
		return
	}
	d.try(inventory.CapPolicies, "GetResourcePolicy", func() error {
		for _, q := range d.qualifiers() {
			p, err := d.readNewerPolicy(ctx, q)
			if err != nil {
				return err
			}
			if old := d.policies[q]; !sameText(old.text, p.text) {
				d.policies[q] = policy{old.text, union(old.grants, p.grants)}
				d.differ = append(d.differ, strings.TrimSuffix(d.name+":"+q, ":"))
			}
		}
		return nil
	})
}

func (d *details) readNewerPolicy(ctx context.Context, qualifier string) (policy, error) {
	arn := string(d.asset.ID)
	if qualifier != "" {
		arn += ":" + qualifier
	}
	out, err := d.lambda.GetResourcePolicy(ctx, &lambda.GetResourcePolicyInput{ResourceArn: &arn})
	switch {
	case session.Missing(err):
		return policy{}, nil
	case err != nil:
		return policy{}, err
	case sameText(aws.ToString(out.Policy), d.policies[qualifier].text):
		return d.policies[qualifier], nil
	}
	return parsePolicy("GetResourcePolicy", aws.ToString(out.Policy), qualifier)
}

// sameText reports whether two JSON texts say the same.
func sameText(a, b string) bool {
	if a == b {
		return true
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// union adds to a the statements of b that it does not hold.
func union(a, b []inventory.Grant) []inventory.Grant {
	out := slices.Clone(a)
	for _, g := range b {
		if !slices.ContainsFunc(a, func(old inventory.Grant) bool { return reflect.DeepEqual(old, g) }) {
			out = append(out, g)
		}
	}
	return out
}

// tellDifferences names the policies that the two calls tell differently.
func (r *reading) tellDifferences() {
	const most = 5
	if len(r.differ) == 0 {
		return
	}
	names := strings.Join(r.differ[:min(most, len(r.differ))], ", ")
	if len(r.differ) > most {
		names += ", ..."
	}
	r.tally[inventory.CapPolicies].Note("GetPolicy and GetResourcePolicy tell different policies of " + names + ": what either tells counts")
}
