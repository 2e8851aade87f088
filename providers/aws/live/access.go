package live

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
	"github.com/estray/estray/providers/aws/session"
)

// policy is the resource policy of a function, an alias or a version. No grants:
// there is none.
type policy struct {
	text   string
	grants []inventory.Grant
}

func (d *details) readAliases(ctx context.Context) {
	var found []inventory.Alias
	d.aliasesWhy = d.try(inventory.CapAliases, "ListAliases", func() error {
		return session.Pages(ctx, func(token *string) (*string, error) {
			page, err := d.lambda.ListAliases(ctx, &lambda.ListAliasesInput{FunctionName: &d.name, Marker: token})
			if err != nil {
				return nil, err
			}
			for _, a := range page.Aliases {
				alias := inventory.Alias{Name: aws.ToString(a.Name), Version: aws.ToString(a.FunctionVersion)}
				if a.RoutingConfig != nil && len(a.RoutingConfig.AdditionalVersionWeights) > 0 {
					alias.Weights = a.RoutingConfig.AdditionalVersionWeights
				}
				found = append(found, alias)
			}
			return page.NextMarker, nil
		})
	})
	slices.SortFunc(found, func(a, b inventory.Alias) int { return strings.Compare(a.Name, b.Name) })
	d.aliases = found
	d.counts(inventory.CapAliases, d.aliasesWhy)
}

// counts adds the function to a cell if it was read for it.
func (d *details) counts(c inventory.Capability, why *inventory.Reason) {
	if why == nil {
		d.tally[c].Add(1)
	}
}

// readURLs reads the URLs of the function and of its aliases: one list has all.
func (d *details) readURLs(ctx context.Context) {
	var found []functionURL
	d.urlsWhy = d.try(inventory.CapURLs, "ListFunctionUrlConfigs", func() error {
		return session.Pages(ctx, func(token *string) (*string, error) {
			page, err := d.lambda.ListFunctionUrlConfigs(ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: &d.name, Marker: token})
			if err != nil {
				return nil, err
			}
			for _, u := range page.FunctionUrlConfigs {
				_, qualifier := unqualified(aws.ToString(u.FunctionArn))
				found = append(found, functionURL{qualifier: qualifier, host: host(aws.ToString(u.FunctionUrl)), auth: string(u.AuthType),
					created: instant(aws.ToString(u.CreationTime))})
			}
			return page.NextMarker, nil
		})
	})
	d.urls = found
	d.counts(inventory.CapURLs, d.urlsWhy)
}

// host is the name in an address; the address itself where it is none.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}

// readPolicies reads the policy of the function and of each alias. Where the
// aliases are not known, those that have a URL are, and their policies say whom
// it lets in; but the policies as a whole are then not known either.
func (d *details) readPolicies(ctx context.Context) {
	d.policies = map[string]policy{}
	d.policiesWhy = d.try(inventory.CapPolicies, "GetPolicy", func() error {
		for _, q := range d.qualifiers() {
			p, err := d.readPolicy(ctx, q)
			if err != nil {
				return err
			}
			d.policies[q] = p
		}
		return nil
	})
	if d.policiesWhy == nil && d.aliasesWhy != nil {
		d.policiesWhy = d.aliasesWhy
		d.unlisted()
	}
	d.counts(inventory.CapPolicies, d.policiesWhy)
}

// unlisted says, once, that policies are missing for which nobody could ask,
// since the aliases are not known.
func (d *details) unlisted() {
	if d.blind {
		return
	}
	d.blind = true
	state, why := d.tally[inventory.CapAliases].Coverage().State, *d.aliasesWhy
	why.Message = "the policies of aliases that could not be listed: " + why.Message
	d.tally[inventory.CapPolicies].FailAs(state, why)
}

// qualifiers are what has a policy of its own: the function ("") and its
// aliases.
func (d *details) qualifiers() []string {
	out := []string{""}
	for _, a := range d.aliases {
		out = append(out, a.Name)
	}
	for _, u := range d.urls {
		out = append(out, u.qualifier)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// readPolicy takes "not found" for "no policy": that the function is there, the
// listing said.
func (d *details) readPolicy(ctx context.Context, qualifier string) (policy, error) {
	in := &lambda.GetPolicyInput{FunctionName: &d.name}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out, err := d.lambda.GetPolicy(ctx, in)
	if session.Missing(err) {
		return policy{}, nil
	}
	if err != nil {
		return policy{}, err
	}
	return parsePolicy("GetPolicy", aws.ToString(out.Policy), qualifier)
}

// parsePolicy reads a policy that belongs to the qualifier, whatever its
// statements say.
func parsePolicy(operation, text, qualifier string) (policy, error) {
	grants, err := awslogs.ParsePolicy(text)
	if err != nil {
		return policy{}, unreadable(operation, err.Error())
	}
	for i := range grants {
		grants[i].Qualifier = qualifier
	}
	return policy{text, grants}, nil
}
