package live

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// listing is what one account-wide listing told, by function.
type listing[T any] struct {
	of  map[inventory.AssetID]T
	why *inventory.Reason // why it is not whole; nil: it is
}

// shared are the account-wide listings.
type shared struct {
	mappings listing[inventory.Triggers]
	tags     listing[inventory.Labels]
	signing  listing[string]
	versions listing[[]inventory.Version]
	// versionsBefore is the word on the versions that stands, where they are not
	// read this time.
	versionsBefore inventory.Coverage
}

// pages reads a listing to its end and counts what page adds.
func pages(ctx context.Context, t *session.Tally, operation string, next func(token *string) (n int, more *string, err error)) *inventory.Reason {
	err := session.Pages(ctx, func(token *string) (*string, error) {
		n, more, err := next(token)
		if err != nil {
			return nil, err
		}
		t.Add(n)
		return more, nil
	})
	if err == nil {
		return nil
	}
	why := fail(t, named(operation, err))
	return &why
}

// tags asks for the tags of all functions at once. Only those come back that
// have or had tags, so that no answer means none, after the last page.
func (r *reading) tags(ctx context.Context) {
	client := tagging.NewFromConfig(r.at.Config())
	of := map[inventory.AssetID]inventory.Labels{}
	why := pages(ctx, r.tally[inventory.CapTags], "GetResources", func(token *string) (int, *string, error) {
		page, err := client.GetResources(ctx, &tagging.GetResourcesInput{PaginationToken: token, ResourceTypeFilters: []string{"lambda:function"}})
		if err != nil {
			return 0, nil, err
		}
		for _, m := range page.ResourceTagMappingList {
			id, _ := unqualified(aws.ToString(m.ResourceARN))
			if id == "" {
				continue // another kind of thing of Lambda's
			}
			labels := inventory.Labels{}
			for _, t := range m.Tags {
				labels[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			of[id] = labels
		}
		return len(page.ResourceTagMappingList), page.PaginationToken, nil
	})
	r.shared.tags = listing[inventory.Labels]{of, why}
}

// labels: what came back is whole also where more pages did not come.
func (r *reading) labels(id inventory.AssetID) inventory.Facet[inventory.Labels] {
	l, ok := r.shared.tags.of[id]
	switch {
	case ok:
		return inventory.Known(l, r.cfg.Now)
	case r.shared.tags.why != nil:
		return inventory.Unknown[inventory.Labels](*r.shared.tags.why, r.cfg.Now)
	}
	return inventory.Known(inventory.Labels{}, r.cfg.Now)
}

// codeSigning asks of each code signing configuration which functions it
// guards: there are few of them.
func (r *reading) codeSigning(ctx context.Context) {
	t := r.tally[inventory.CapCodeSigning]
	of := map[inventory.AssetID]string{}
	var all []string
	why := pages(ctx, t, "ListCodeSigningConfigs", func(token *string) (int, *string, error) {
		page, err := r.lambda.ListCodeSigningConfigs(ctx, &lambda.ListCodeSigningConfigsInput{Marker: token})
		if err != nil {
			return 0, nil, err
		}
		for _, c := range page.CodeSigningConfigs {
			all = append(all, aws.ToString(c.CodeSigningConfigArn))
		}
		return len(page.CodeSigningConfigs), page.NextMarker, nil
	})
	for _, arn := range all {
		if t.Hopeless() {
			break
		}
		if failed := r.guarded(ctx, arn, of); why == nil {
			why = failed
		}
	}
	r.shared.signing = listing[string]{of, why}
}

// codeSigned: what was listed holds also where a configuration could not be
// asked; it may guard any of the others.
func (r *reading) codeSigned(id inventory.AssetID) inventory.Facet[inventory.CodeSigning] {
	config, ok := r.shared.signing.of[id]
	if !ok && r.shared.signing.why != nil {
		return inventory.Unknown[inventory.CodeSigning](*r.shared.signing.why, r.cfg.Now)
	}
	return inventory.Known(inventory.CodeSigning{Config: config}, r.cfg.Now)
}

// guarded notes the functions of one configuration. They count nowhere: what is
// counted are configurations.
func (r *reading) guarded(ctx context.Context, arn string, of map[inventory.AssetID]string) *inventory.Reason {
	return pages(ctx, r.tally[inventory.CapCodeSigning], "ListFunctionsByCodeSigningConfig", func(token *string) (int, *string, error) {
		page, err := r.lambda.ListFunctionsByCodeSigningConfig(ctx, &lambda.ListFunctionsByCodeSigningConfigInput{CodeSigningConfigArn: &arn, Marker: token})
		if err != nil {
			return 0, nil, err
		}
		for _, f := range page.FunctionArns {
			if id, _ := unqualified(f); id != "" {
				of[id] = arn
			}
		}
		return 0, page.NextMarker, nil
	})
}

// capacityProviders lists the instances on which Lambda runs functions. They
// are deployments of their own, and there may be some without any function.
func (r *reading) capacityProviders(ctx context.Context) error {
	t := r.tally[inventory.CapCapacityProviders]
	var found []inventory.Asset
	pages(ctx, t, "ListCapacityProviders", func(token *string) (int, *string, error) {
		page, err := r.lambda.ListCapacityProviders(ctx, &lambda.ListCapacityProvidersInput{Marker: token})
		if err != nil {
			return 0, nil, err
		}
		for i := range page.CapacityProviders {
			if aws.ToString(page.CapacityProviders[i].CapacityProviderArn) == "" {
				return 0, nil, unreadable("ListCapacityProviders", "a capacity provider has no ARN")
			}
			found = append(found, r.capacityProvider(&page.CapacityProviders[i]))
		}
		return len(page.CapacityProviders), page.NextMarker, nil
	})
	t.Done()
	for _, a := range found {
		if err := r.emit(a); err != nil {
			return err
		}
	}
	return nil
}

// lastPart is what stands behind the last of the separators of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }
