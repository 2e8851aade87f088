package live

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/again"
)

// versions lists the published versions of all functions at once. There may be
// a hundred for each function, so that they are not listed by each scan: only
// where they never were, when that is long ago, by --full, and where no event
// history tells what changed since (a function may have been made anew under its
// name). Between, the last
// word on the cell is said again as it was, with the instant of that reading, so
// that it vouches for nothing later; and no function's versions are told, so
// that what was seen then stays.
func (r *reading) versions(ctx context.Context) {
	prior := r.since(r.cell(inventory.CapVersions))
	if !r.cfg.Full && !r.again && prior.State.Whole() && !prior.Read.IsZero() && r.cfg.Now.Sub(prior.Read) < again.Every {
		r.shared.versionsBefore = prior
		return
	}
	of := map[inventory.AssetID][]inventory.Version{}
	why := pages(ctx, r.tally[inventory.CapVersions], "ListFunctions", func(token *string) (int, *string, error) {
		page, err := r.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{FunctionVersion: types.FunctionVersionAll, Marker: token})
		if err != nil {
			return 0, nil, err
		}
		n := 0
		for i := range page.Functions {
			c := &page.Functions[i]
			if name := aws.ToString(c.Version); name != "$LATEST" {
				id, _ := unqualified(aws.ToString(c.FunctionArn))
				of[id] = append(of[id], inventory.Version{Name: name, Digest: aws.ToString(c.CodeSha256), Modified: instant(aws.ToString(c.LastModified))})
				n++
			}
		}
		return n, page.NextMarker, nil
	})
	for _, list := range of {
		slices.SortFunc(list, compareVersions)
	}
	r.shared.versions = listing[[]inventory.Version]{of, why}
	if why != nil && r.cfg.Full { // nobody can ask for the policies of versions that are not known
		missing := *why
		missing.Message = "the policies of versions that could not be listed: " + missing.Message
		r.tally[inventory.CapPolicies].FailAs(r.tally[inventory.CapVersions].Coverage().State, missing)
	}
}

// compareVersions puts 9 before 10.
func compareVersions(a, b inventory.Version) int {
	x, _ := strconv.Atoi(a.Name)
	y, _ := strconv.Atoi(b.Name)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.Name, b.Name))
}

// published is the facet of the versions; nothing is said where they were not
// read this time.
func (r *reading) published(id inventory.AssetID) inventory.Facet[inventory.Versions] {
	if r.shared.versionsBefore.State.Whole() {
		return inventory.Facet[inventory.Versions]{}
	}
	return part(inventory.Versions{Published: r.shared.versions.of[id]}, r.shared.versions.why, r.cfg.Now)
}
