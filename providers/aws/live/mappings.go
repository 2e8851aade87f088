package live

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/estray/estray/inventory"
	awslogs "github.com/estray/estray/providers/aws"
)

// mappings lists the event source mappings of the whole account.
func (r *reading) mappings(ctx context.Context) {
	of := map[inventory.AssetID]inventory.Triggers{}
	why := pages(ctx, r.tally[inventory.CapMappings], "ListEventSourceMappings", func(token *string) (int, *string, error) {
		page, err := r.lambda.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{Marker: token})
		if err != nil {
			return 0, nil, err
		}
		for i := range page.EventSourceMappings {
			id, t := trigger(&page.EventSourceMappings[i])
			if id == "" {
				return 0, nil, unreadable("ListEventSourceMappings", "the mapping "+t.ID+" names no function")
			}
			of[id] = append(of[id], t)
		}
		return len(page.EventSourceMappings), page.NextMarker, nil
	})
	for _, list := range of {
		slices.SortFunc(list, func(a, b inventory.Trigger) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
		})
	}
	r.shared.mappings = listing[inventory.Triggers]{of, why}
}

// trigger reads a mapping. A source that AWS does not run has no ARN: its hosts
// stand for it.
func trigger(m *types.EventSourceMappingConfiguration) (inventory.AssetID, inventory.Trigger) {
	id, qualifier := unqualified(aws.ToString(m.FunctionArn))
	t := inventory.Trigger{Kind: "event-source-mapping", ID: aws.ToString(m.UUID), Qualifier: qualifier,
		Source: aws.ToString(m.EventSourceArn), Enabled: enabled(aws.ToString(m.State)),
		Detail: strings.Join(slices.Concat(sorted(m.Topics), sorted(m.Queues)), ", ")}
	t.Account = awslogs.AccountOfARN(t.Source)
	if t.Source == "" && m.SelfManagedEventSource != nil {
		var hosts []string
		for _, list := range m.SelfManagedEventSource.Endpoints {
			hosts = append(hosts, list...)
		}
		slices.Sort(hosts)
		t.Source = strings.Join(hosts, ",")
	}
	return id, t
}

// enabled takes a state that is not known for one that starts the function.
func enabled(state string) bool {
	return state != "Disabled" && state != "Disabling" && state != "Deleting"
}

// triggers gives the parts of the triggers that account-wide listings tell. A
// listing that is not whole tells no function's part: what it leaves out may
// start it too.
func (r *reading) triggers(id inventory.AssetID) inventory.Parts[inventory.Triggers] {
	out := inventory.Parts[inventory.Triggers]{inventory.CapMappings: part(r.shared.mappings.of[id], r.shared.mappings.why, r.cfg.Now)}
	for _, w := range r.doors.Coverage {
		c := w.Cell.Capability
		if found := inventory.Triggers(r.doors.Triggers[id][c]); found != nil || starts(c) {
			out[c] = part(found, unread(w), r.cfg.Now)
		}
	}
	return out
}

// frontDoors gives the parts of the exposure that account-wide listings tell. Of
// a listing that is not whole an open way that it did show is told all the same,
// beside one of which nothing is known: it is sure, whatever else there may be.
func (r *reading) frontDoors(id inventory.AssetID) inventory.Parts[inventory.Exposures] {
	out := inventory.Parts[inventory.Exposures]{}
	for _, w := range r.doors.Coverage {
		c := w.Cell.Capability
		found, why := r.doors.Ways[id][c], unread(w)
		if found == nil && !opens(c) {
			continue
		}
		if why != nil && slices.ContainsFunc(found, func(e inventory.Exposure) bool { return e.Reach == inventory.ReachPublic }) {
			rest := inventory.Exposure{Kind: found[0].Kind, Note: "there may be others, which could not be read: " + why.String()}
			found, why = append(slices.Clip(found), rest), nil
		}
		out[c] = part(inventory.Exposures{Ways: found}, why, r.cfg.Now)
	}
	return out
}
