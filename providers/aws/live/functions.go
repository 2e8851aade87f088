package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// function is one function of the list.
type function struct {
	asset inventory.Asset // what the listing tells
	name  string
	image bool
	// deadLetter is where events go that could not be handled.
	deadLetter string
	print      string // of what changes whenever the function does
	gone       bool   // a later call said that there is no such function
	err        error  // with which it said so
}

// count asks how many functions there are. The number proves the list.
func (r *reading) count(ctx context.Context) error {
	n, err := r.usage(ctx)
	if err != nil {
		r.tally[inventory.CapFunctions].Fail(err)
		return nil
	}
	r.counted = &n
	return nil
}

func (r *reading) usage(ctx context.Context) (int64, error) {
	out, err := r.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, err
	}
	if out.AccountUsage == nil {
		return 0, unreadable("GetAccountSettings", "the answer has no AccountUsage")
	}
	return out.AccountUsage.FunctionCount, nil
}

// functions lists the functions of the region.
func (r *reading) functions(ctx context.Context) error {
	if r.none() {
		return nil
	}
	list, err := r.listAll(ctx)
	if err == nil && r.counted != nil && int64(len(list)) != *r.counted {
		list, err = r.recount(ctx, list)
	}
	r.list = list
	switch {
	case err != nil:
		state, why := explain(err)
		r.tally[inventory.CapFunctions].FailAs(state, why)
		r.hole = &hole{state, why}
	case r.counted != nil && int64(len(list)) != *r.counted:
		why := inventory.Reason{Operation: "ListFunctions", Message: fmt.Sprintf("%d were listed where GetAccountSettings counts %d", len(list), *r.counted)}
		r.hole = &hole{inventory.Partial, why}
	}
	r.remember()
	return nil
}

// recount reads both again, once: they are not of one instant, and a function
// that came or went between them is no hole.
func (r *reading) recount(ctx context.Context, first []function) ([]function, error) {
	n, err := r.usage(ctx)
	if err != nil {
		return first, err
	}
	r.counted = &n
	if n == int64(len(first)) {
		return first, nil
	}
	return r.listAll(ctx)
}

// listAll returns what was listed also beside an error. A function that moved to
// the next page while the list was read comes twice and counts once, or it would
// stand in the count for one that was left out.
func (r *reading) listAll(ctx context.Context) ([]function, error) {
	var out []function
	known := map[inventory.AssetID]bool{}
	err := session.Pages(ctx, func(token *string) (*string, error) {
		page, err := r.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token})
		if err != nil {
			return nil, err
		}
		for i := range page.Functions {
			f, err := r.function(&page.Functions[i])
			if err != nil {
				return nil, err
			}
			if !known[f.asset.ID] {
				out = append(out, f)
			}
			known[f.asset.ID] = true
		}
		return page.NextMarker, nil
	})
	return out, named("ListFunctions", err)
}

// function keeps of a configuration what is told of it, so that the rest, with
// the values of the environment, goes with the page.
func (r *reading) function(c *types.FunctionConfiguration) (function, error) {
	id, _ := unqualified(aws.ToString(c.FunctionArn))
	if id == "" || aws.ToString(c.FunctionName) == "" {
		return function{}, unreadable("ListFunctions", "a function has no name or no ARN")
	}
	f := function{name: aws.ToString(c.FunctionName), image: c.PackageType == types.PackageTypeImage, print: fingerprint(id, c)}
	if c.DeadLetterConfig != nil {
		f.deadLetter = aws.ToString(c.DeadLetterConfig.TargetArn)
	}
	f.asset = describe(id, c, r.at.Scope(), r.cfg.Now)
	f.asset.Sightings = []inventory.Sighting{{Cell: r.cell(inventory.CapFunctions), At: r.cfg.Now}}
	return f, nil
}

// perFunction lists the cells of which each function has its part: they are not
// whole where the list is not.
func perFunction() []inventory.Capability {
	return []inventory.Capability{inventory.CapConfiguration, inventory.CapAliases, inventory.CapVersions, inventory.CapURLs,
		inventory.CapPolicies, inventory.CapLayers}
}

// settle ends the counts. A function that went away meanwhile counts nowhere.
func (r *reading) settle() {
	there, gone := 0, 0
	for i := range r.list {
		if r.list[i].gone {
			gone++
			continue
		}
		there++
	}
	functions := r.tally[inventory.CapFunctions]
	functions.Add(there)
	if r.counted != nil {
		functions.Expect(int(*r.counted) - gone)
	}
	r.tally[inventory.CapConfiguration].Add(there)
	r.tellLayers()
	if r.hole != nil {
		for _, c := range perFunction() {
			r.tally[c].FailAs(r.hole.state, r.hole.why)
		}
		if len(r.list) == 0 {
			for _, c := range []inventory.Capability{inventory.CapMappings, inventory.CapTags, inventory.CapCodeSigning} {
				r.tally[c].FailAs(r.hole.state, r.hole.why)
			}
		}
	}
	r.tellDepth()
	r.tellDifferences()
	for _, c := range ofFunctions() {
		r.tally[c].Done()
	}
}

// tellDepth says in words what only a full scan reads. Beside a failure it would
// read like a part of its reason.
func (r *reading) tellDepth() {
	if r.cfg.Full || len(r.list) == 0 {
		return
	}
	for c, note := range map[inventory.Capability]string{
		inventory.CapConfiguration: "state, reserved concurrency and destinations are read by scan --full",
		inventory.CapPolicies:      "policies of versions and the newer policy call are read by scan --full",
	} {
		if t := r.tally[c]; !t.Failed() {
			t.Note(note)
		}
	}
}

// tellLayers counts the layers that functions mount. Their accounts stand in
// their ARNs, so that no call is made.
func (r *reading) tellLayers() {
	seen := map[string]bool{}
	for i := range r.list {
		code, _ := r.list[i].asset.Code.Get()
		for _, l := range code.Layers {
			seen[l.ID] = true
		}
	}
	t := r.tally[inventory.CapLayers]
	t.Add(len(seen))
	if len(r.list) > 0 {
		t.Note("of layers those are told that functions mount; with whom own layers are shared is not read")
	}
}
