package aws

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// reading is one record on its way to an event.
type reading struct {
	record   object
	size     int // of the record, in bytes
	request  object
	response object
	event    inventory.Event
	// functions are the functions acted on, qualified as the record has them.
	functions []function
	// asset is what the record tells of the one function that it is about; nil
	// for a call that tells nothing, as are most.
	asset *inventory.Asset
	// partition is the caller's: credentials never cross partitions.
	partition string
}

// begin reads what every event has into an empty reading.
func (r *reading) begin(whole object, call Call, known Decoded) {
	r.record, r.request, r.response = whole, uncut(whole.child("requestParameters")), uncut(whole.child("responseElements"))
	r.event.Scope, r.event.Time, r.event.Service, r.event.Name = known.Scope, known.Time, call.Service, call.Name
	r.event.Code, r.event.SourceAddress, r.event.Shared = whole.text("errorCode"), whole.text("sourceIPAddress"), whole.text("sharedEventID")
	r.event.ReadOnly, _ = whole.flag("readOnly")
	r.event.Outcome = outcomeOf(whole, r.request)
	r.event.Principal = principal(whole)
	r.partition = partitionOf(whole, known.Scope.Region)
	if call.Service == lambda && !ofOtherKind(call.Name) {
		r.functions = r.lambdaTargets()
	}
}

// uncut returns a request or a response; nil for what CloudTrail wrote instead
// of one that was too large.
func uncut(o object) object {
	if cut, _ := o.flag("omitted"); cut {
		return object{}
	}
	return o
}

// updatedData is why a record corrects an earlier one (member addendum, since
// record version 1.08). The other reasons are delays.
const updatedData = "UPDATED_DATA"

// identify gives the event its id. A record that corrects an earlier one
// stands under the id of that one.
func (r *reading) identify(own string) {
	r.event.ID = own
	addendum := r.record.child("addendum")
	if first := addendum.text("originalEventID"); first != "" && addendum.text("reason") == updatedData {
		r.event.ID, r.event.Correction = first, own
	}
}

// ofOtherKind reports whether a call of Lambda is about a Web Function or a
// MicroVM, which have names of their own in the same service.
func ofOtherKind(name string) bool {
	return strings.Contains(name, "WebFunction") || strings.Contains(name, "WebAccount") || strings.Contains(name, "Microvm")
}

// outcomeOf: any error code means that the call failed, and there is no flag for
// success. A dry run logs success and changes nothing.
func outcomeOf(record, request object) inventory.Outcome {
	if code := record.get("errorCode"); !code.missing() && (code.kind() != kindText || code.text() != "") {
		return inventory.Failed
	}
	if dry, _ := request.flag("dryRun"); dry {
		return inventory.DryRun
	}
	return inventory.Succeeded
}

// succeeded reports whether the call changed what it says.
func (r *reading) succeeded() bool { return r.event.Outcome == inventory.Succeeded }

// mayConcernFunctions reports whether the record names a function, or does not
// let one see whether it does.
func (r *reading) mayConcernFunctions() bool { return len(r.functions) > 0 || r.request.missing() }

// finish completes the event from what was read.
func (r *reading) finish() inventory.Event {
	for _, f := range r.functions {
		r.event.Assets = append(r.event.Assets, f.id())
	}
	slices.Sort(r.event.Assets)
	r.event.Assets = slices.Compact(r.event.Assets)
	if reads := r.event.Action == inventory.ActionEnumerate || r.event.Action == inventory.ActionReadSecret; reads && !r.record.has("readOnly") {
		r.event.ReadOnly = true
	}
	if len(r.functions) == 0 && r.event.Subject == "" {
		r.event.Subject = r.anySubject()
	}
	if r.event.Change.Qualifier == "" {
		r.event.Change.Qualifier = r.qualifier()
	}
	r.event.Record = redact(r.record, r.size)
	return r.event
}

// qualifier is the version or alias that the request names. The parameter of
// that name stands beside a qualified name, and says the same or wins.
func (r *reading) qualifier() string {
	if q := r.request.text("qualifier"); q != "" {
		return q
	}
	for _, f := range r.functions {
		if f.qualifier != "" {
			return f.qualifier
		}
	}
	return ""
}

// anySubject finds the native id of what a call of Lambda was about, if that is
// no function: a layer, a code signing configuration, a mapping, a web function.
func (r *reading) anySubject() string {
	for _, o := range []object{r.response, r.request} {
		for _, name := range []string{"resource", "resourceArn", "eventSourceMappingArn", "layerVersionArn",
			"codeSigningConfigArn", "capacityProviderArn", "endpointArn", "functionArn", "microvmImageArn", "uuid"} {
			if s := o.text(name); s != "" {
				return s
			}
		}
	}
	return ""
}

// note adds what the call took away from a telemetry source.
func (r *reading) note(parts ...string) {
	r.event.Change.Narrowed = append(r.event.Change.Narrowed, parts...)
}

// arn builds the ARN of a resource in the record's scope; an id that is an ARN
// already is returned as it is, and an empty one stays empty.
func (r *reading) arn(service, kind, name string) string {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return name
	}
	region := r.event.Scope.Region
	if service == "iam" {
		region = ""
	}
	return "arn:" + r.partition + ":" + service + ":" + region + ":" + r.event.Scope.Account + ":" + kind + name
}
