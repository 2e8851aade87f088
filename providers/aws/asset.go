package aws

import (
	"time"

	"github.com/estray/estray/inventory"
)

// LastModified is the layout of Lambda's times (lastModified, creationTime), which
// RFC 3339 does not hold.
const LastModified = "2006-01-02T15:04:05.000-0700"

// assets returns what the record tells of the function that it is about:
// nothing unless the call succeeded and changed something. A function of
// another account gets nothing either: that account's own trail has its own
// copy of the record, and a name seen from outside is no deployment of ours.
func (r *reading) assets(source string) []inventory.Asset {
	if len(r.functions) != 1 || r.event.Service != lambda || !r.event.Mutates() || r.event.Action == inventory.ActionInvoke {
		return nil
	}
	f := r.functions[0]
	if f.account != r.event.Scope.Account {
		return nil
	}
	var a inventory.Asset
	if r.asset != nil {
		a = *r.asset
	}
	a.ID, a.Kind, a.Name = f.id(), inventory.LambdaFunction, f.name
	a.Scope = inventory.Scope{Provider: inventory.AWS, Account: f.account, Region: f.region}
	cell := inventory.Cell{Source: source, Scope: r.event.Scope, Capability: inventory.CapEvents}
	a.Sightings = []inventory.Sighting{{Cell: cell, At: r.event.Time}}
	return []inventory.Asset{a}
}

// tellState sets the facets that the answer to a creation or an update tells
// whole. A cut answer tells none.
func (r *reading) tellState() {
	at, s := r.event.Time, r.response
	r.asset.Modified = at
	if t, err := time.Parse(LastModified, s.text("lastModified")); err == nil {
		r.asset.Modified = t.UTC()
	}
	if r.event.Action == inventory.ActionCreate {
		r.asset.Created = at
		// All that was read was of an earlier function of that name.
		r.doubtWays(inventory.CapURLs, inventory.CapPolicies)
		r.doubtTriggers()
		r.doubtLabels()
		r.doubtVersions()
		r.doubtAliases()
		r.doubtDestinations()
		r.doubtSettings()
		r.doubtCodeSigning()
		r.asset.Bindings = inventory.Unknown[[]inventory.Binding](r.why(), at)
	}
	if r.event.Change.Identity != "" { // what was judged were another identity's rights
		r.asset.Rights = inventory.Unknown[inventory.Rights](r.why(), at)
	}
	if r.event.Change.Publish {
		r.doubtVersions()
	}
	if r.request.has("deadLetterConfig") {
		r.doubtDestinations()
	}
	if s.text("functionName") == "" || s.text("codeSha256") == "" {
		return
	}
	r.asset.Configuration = inventory.Known(configuration(s), at)
	r.tellCode()
	if role := s.text("role"); role != "" {
		r.asset.Identity = inventory.Known(inventory.Identity{ID: role}, at)
	}
	if logging := s.child("loggingConfig"); logging.text("logGroup") != "" {
		r.asset.Logging = inventory.Known(inventory.Logging{Group: logging.text("logGroup"), Level: logging.text("applicationLogLevel")}, at)
	}
}

// configuration reads what the answer tells of how the function runs. The state
// that it is in just then (pending) is of no use later and sets no settings.
func configuration(s object) inventory.Configuration {
	vpc := s.child("vpcConfig")
	return inventory.Configuration{
		Runtime: s.text("runtime"), Handler: s.text("handler"), Package: s.text("packageType"),
		Architectures: sorted(s.texts("architectures")),
		MemoryMB:      s.number("memorySize"), TimeoutSeconds: s.number("timeout"),
		VPC: vpc.text("vpcId"), KMSKey: s.text("kmsKeyArn"),
		Origin: inventory.AssetID(s.text("masterArn")),
		Digest: s.text("configSha256"), Revision: s.text("revisionId"),
		EphemeralMB:      s.child("ephemeralStorage").number("size"),
		CapacityProvider: s.child("capacityProviderConfig").child("lambdaManagedInstancesCapacityProviderConfig").text("capacityProviderArn"),
		Durable:          durable(s.child("durableConfig")),
		Tenancy:          s.child("tenancyConfig").text("tenantIsolationMode"),
		SnapStart:        s.child("snapStart").text("applyOn") == "PublishedVersions",
		Subnets:          sorted(vpc.texts("subnetIds")), SecurityGroups: sorted(vpc.texts("securityGroupIds")),
		FileSystems: fileSystems(s), Tracing: s.child("tracingConfig").text("mode"),
	}
}

func durable(s object) *inventory.Durable {
	if s.missing() {
		return nil
	}
	return &inventory.Durable{
		TimeoutSeconds: s.number("executionTimeout"), RetentionDays: s.number("retentionPeriodInDays"), KMSKey: s.text("kmsKeyArn"),
	}
}

func fileSystems(s object) []string {
	var out []string
	for v := range s.list("fileSystemConfigs").values() {
		if arn := v.object().text("arn"); arn != "" {
			out = append(out, arn)
		}
	}
	return sorted(out)
}

// tellCode sets the code's facet. The answer never names the image, so the
// code of an image is told only by calls whose request does.
func (r *reading) tellCode() {
	s := r.response
	image := r.request.text("imageUri")
	if image == "" {
		image = r.request.child("code").text("imageUri")
	}
	if s.text("packageType") == "Image" && image == "" {
		return
	}
	code := inventory.Code{Digest: s.text("codeSha256"), Size: int64(s.number("codeSize")), Image: image}
	if layers := layersOf(s); len(layers) > 0 {
		code.Layers = layers
	}
	r.asset.Code = inventory.Known(code, r.event.Time)
}

// why says why a reading from before the event is not current any more.
func (r *reading) why() inventory.Reason {
	return inventory.Reason{
		Operation: r.event.Name,
		Message:   "event " + r.event.ID + " changed it, and it was not read since",
	}
}

// doubtWays doubts the parts of the exposure that the call may have changed.
func (r *reading) doubtWays(parts ...inventory.Capability) {
	for _, c := range parts {
		r.asset.Exposure = r.asset.Exposure.With(c, inventory.Unknown[inventory.Exposures](r.why(), r.event.Time))
	}
}

// doubtTriggers doubts event source mappings: they are Lambda's own, and no
// call of Lambda tells of triggers from elsewhere.
func (r *reading) doubtTriggers() {
	r.asset.Triggers = r.asset.Triggers.With(inventory.CapMappings, inventory.Unknown[inventory.Triggers](r.why(), r.event.Time))
}

func (r *reading) doubtVersions() {
	r.asset.Versions = inventory.Unknown[inventory.Versions](r.why(), r.event.Time)
}

func (r *reading) doubtAliases() {
	r.asset.VersionAliases = inventory.Unknown[[]inventory.Alias](r.why(), r.event.Time)
}

func (r *reading) doubtDestinations() {
	r.asset.Destinations = inventory.Unknown[[]inventory.Destination](r.why(), r.event.Time)
}

func (r *reading) doubtSettings() {
	r.asset.Settings = inventory.Unknown[inventory.Settings](r.why(), r.event.Time)
}

func (r *reading) doubtCodeSigning() {
	r.asset.CodeSigning = inventory.Unknown[inventory.CodeSigning](r.why(), r.event.Time)
}

func (r *reading) doubtLabels() {
	r.asset.Labels = inventory.Unknown[inventory.Labels](r.why(), r.event.Time)
}
