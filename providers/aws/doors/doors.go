package doors

import (
	"context"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// Capabilities lists what Read speaks of, sorted.
func Capabilities() []inventory.Capability {
	var out []inventory.Capability
	for _, s := range services() {
		out = append(out, s.capability)
	}
	return out
}

// Config says how doors are read. The zero value is usable, but for Source.
type Config struct {
	// Source is the name in the cells of what is read.
	Source string
	// Own judges whom a resource policy of an API lets in.
	Own inventory.Own
	// LogGroups is of how many log groups of a region the subscriptions are
	// read, each by a call of its own; 0: 2,000. More make the cell partial.
	LogGroups int
}

// Found is what was read of one region of one account. The keys of both maps
// are unqualified ARNs of functions of that account and region. A function or a
// capability that is missing has nothing there, as far as the capability's word
// in Coverage is whole. Lists are sorted and name nothing twice.
type Found struct {
	Ways     map[inventory.AssetID]map[inventory.Capability][]inventory.Exposure
	Triggers map[inventory.AssetID]map[inventory.Capability][]inventory.Trigger
	// Coverage has one word for each of [Capabilities], in their order.
	Coverage []inventory.Coverage
}

// Read reads each service in turn. What fails of one is told in its word, and
// keeps no other from being read. Once ctx is over nothing more is called, and
// what was not read is cancelled.
func Read(ctx context.Context, r *session.Region, cfg Config) Found {
	found := Found{
		Ways:     map[inventory.AssetID]map[inventory.Capability][]inventory.Exposure{},
		Triggers: map[inventory.AssetID]map[inventory.Capability][]inventory.Trigger{},
	}
	for _, s := range services() {
		g := newReading(r, cfg, s.capability)
		if err := ctx.Err(); err != nil {
			g.tally.Fail(err)
		} else {
			s.read(ctx, g)
		}
		g.tell(found, s.capability)
		found.Coverage = append(found.Coverage, g.word())
	}
	return found
}

// service is one capability and how it is read.
type service struct {
	capability inventory.Capability
	read       func(context.Context, *reading)
}

// services is the one list of them, sorted by name.
func services() []service {
	return []service{
		{inventory.CapAPIGateway, readAPIs},
		{inventory.CapBucketNotifications, readBuckets},
		{inventory.CapEventRules, readEventRules},
		{inventory.CapLoadBalancers, readLoadBalancers},
		{inventory.CapLogSubscriptions, readLogSubscriptions},
		{inventory.CapSchedules, readSchedules},
		{inventory.CapTopics, readTopics},
	}
}
