package aws

import (
	"slices"
	"strconv"
	"strings"

	"github.com/estray/estray/inventory"
)

// Silences reports whether the event ended or narrowed the logging of its
// account and region through CloudTrail: from then on an archive of that trail
// may lack events. It does not know whether another trail goes on. An account
// that is removed from the organization is another than that of the event, so
// RemoveAccountFromOrganization is not among them.
func Silences(e inventory.Event) bool {
	if !e.Mutates() || e.Action != inventory.ActionLoggingOff {
		return false
	}
	switch e.Name {
	case "StopLogging", "DeleteTrail", "PutEventSelectors", "StopEventDataStoreIngestion", "DeleteEventDataStore":
		return e.Service == cloudTrail
	case "UpdateTrail":
		return e.Service == cloudTrail && slices.ContainsFunc(e.Change.Narrowed, func(n string) bool { return n != noValidation && n != noEncryption })
	case "LeaveOrganization":
		return e.Service == organizations
	}
	return false
}

// What an update of a trail may take away without a loss of events.
const (
	noValidation = "validation of log files left out"
	noEncryption = "encryption with a key of KMS off"
)

// readTrail reads calls on a whole trail or event data store.
func readTrail(r *reading) {
	r.event.Subject = r.trail()
	switch r.event.Name {
	case "StopLogging":
		r.note("the trail records nothing any more")
	case "DeleteTrail":
		r.note("the trail is gone")
	case "StopEventDataStoreIngestion", "DeleteEventDataStore":
		r.note("the event data store takes nothing in any more")
	case "DeregisterOrganizationDelegatedAdmin":
		r.note("the delegated administrator of the trail is gone")
		r.event.Subject = r.request.text("delegatedAdminAccountId")
	}
}

// trail is the ARN of the trail or store that the call is about.
func (r *reading) trail() string {
	if arn := r.response.first("trailARN", "eventDataStoreArn"); arn != "" {
		return arn
	}
	if store := r.request.text("eventDataStore"); store != "" {
		return r.arn("cloudtrail", "eventdatastore/", store)
	}
	return r.arn("cloudtrail", "trail/", r.request.first("trailName", "name"))
}

// readUpdateTrail finds what an update takes away. It cannot see what was
// before: a bucket that is named may be the old one.
func readUpdateTrail(r *reading) {
	r.event.Subject = r.trail()
	for _, s := range []struct{ name, lost string }{
		{"isMultiRegionTrail", "other regions"}, {"includeGlobalServiceEvents", "events of global services"},
		{"enableLogFileValidation", "validation of log files"}, {"isOrganizationTrail", "other accounts of the organization"},
	} {
		if on, told := r.request.flag(s.name); told && !on {
			r.note(s.lost + " left out")
		}
	}
	if bucket := r.request.text("s3BucketName"); bucket != "" {
		r.note("delivered to bucket " + bucket)
	}
	if r.request.has("kmsKeyId") && r.request.text("kmsKeyId") == "" {
		r.note(noEncryption)
	}
	r.unlessNarrowed(inventory.ActionOther)
}

// unlessNarrowed gives the event another action where the request was read and
// takes nothing away.
func (r *reading) unlessNarrowed(action inventory.Action) {
	if len(r.event.Change.Narrowed) == 0 && !r.request.missing() {
		r.event.Action = action
	}
}

// readSelectors finds what new event selectors leave out of the management
// events. Data events are extra: leaving them out is no narrowing.
func readSelectors(r *reading) {
	r.event.Subject = r.trail()
	basic, advanced := r.request.list("eventSelectors"), r.request.list("advancedEventSelectors")
	for v := range basic.values() {
		readBasicSelector(r, v.object())
	}
	if advanced.len() > 0 {
		readAdvancedSelectors(r, advanced)
	}
	if basic.len()+advanced.len() == 0 {
		r.note("selectors not told by the record")
	}
	r.event.Change.Narrowed = sorted(r.event.Change.Narrowed)
	r.unlessNarrowed(inventory.ActionLoggingOn)
}

func readBasicSelector(r *reading, s object) {
	if on, told := s.flag("includeManagementEvents"); told && !on {
		r.note("management events left out")
	}
	if kind := s.text("readWriteType"); kind != "" && kind != "All" {
		r.note("nothing but " + kind + " events")
	}
	for _, source := range sorted(s.texts("excludeManagementEventSources")) {
		r.note("management events of " + source + " left out")
	}
}

// readAdvancedSelectors: management events are recorded where a selector asks
// for eventCategory Management, as far as its other fields let them through.
func readAdvancedSelectors(r *reading, selectors parts) {
	whole, found := false, false
	for v := range selectors.values() {
		management, filters := false, []string(nil)
		for f := range v.object().list("fieldSelectors").values() {
			field := f.object()
			if name := field.text("field"); name != "eventCategory" {
				filters = append(filters, name)
				continue
			}
			for _, value := range field.texts("equals") {
				management = management || value == "Management"
			}
		}
		if !management {
			continue
		}
		found = true
		whole = whole || len(filters) == 0
		for _, name := range sorted(filters) {
			r.note("management events filtered by " + name)
		}
	}
	switch {
	case !found:
		r.note("management events left out")
	case whole:
		r.event.Change.Narrowed = nil
	}
}

func readInsightSelectors(r *reading) {
	r.event.Subject = r.trail()
	if !r.request.missing() && r.request.list("insightSelectors").len() == 0 {
		r.note("insight events left out")
	}
	r.unlessNarrowed(inventory.ActionOther)
}

// readOrganization names the account that leaves.
func readOrganization(r *reading) {
	r.event.Subject = r.request.text("accountId")
	if r.event.Subject == "" && r.event.Name == "LeaveOrganization" {
		r.event.Subject = r.event.Scope.Account
	}
	r.note("the account leaves the organization and its trail")
}

// readBucket names the bucket; whether it is a trail's, others know. Of a
// lifecycle the shortest expiration counts.
func readBucket(r *reading) {
	bucket := r.request.text("bucketName")
	if bucket != "" {
		r.event.Subject = "arn:" + r.partition + ":s3:::" + bucket
	}
	if strings.HasPrefix(r.event.Name, "PutBucketLifecycle") {
		r.event.Change.RetentionDays = shortestExpiration(r.request)
	}
}

// shortestExpiration finds the least number of days after which a rule of a
// lifecycle deletes: LifecycleConfiguration.Rule[].Expiration.Days.
func shortestExpiration(request object) *int {
	var least *int
	for v := range request.child("LifecycleConfiguration").list("Rule").values() {
		for e := range v.object().list("Expiration").values() {
			days := e.object().number("Days")
			if days > 0 && (least == nil || days < *least) {
				least = &days
			}
		}
	}
	return least
}

func readKey(r *reading) { r.event.Subject = r.arn("kms", "key/", r.request.text("keyId")) }

// readTelemetry names the log group, flow logs, recorder or detector. Log
// groups are named as functions name them, without an ARN.
func readTelemetry(r *reading) {
	switch r.event.Name {
	case "DeleteFlowLogs":
		r.event.Subject = strings.Join(r.flowLogs(), ",")
	case "PutRetentionPolicy":
		r.event.Subject = logGroup(r.request)
		if days, err := strconv.Atoi(r.request.text("retentionInDays")); err == nil {
			r.event.Change.RetentionDays = &days
		}
		return
	default:
		r.event.Subject = logGroup(r.request)
		if r.event.Subject == "" {
			r.event.Subject = r.request.first("resolverQueryLogConfigId", "configurationRecorderName", "deliveryChannelName", "detectorId")
		}
	}
	r.note(telemetryLost(r.event.Name))
}

// logGroup takes the name out of a log group's ARN, if it is given as one.
func logGroup(request object) string {
	name := request.first("logGroupName", "logGroupIdentifier")
	if _, rest, ok := strings.Cut(name, ":log-group:"); ok {
		name, _, _ = strings.Cut(rest, ":")
	}
	return name
}

func telemetryLost(name string) string {
	switch name {
	case "DeleteLogGroup", "DeleteLogStream":
		return "log entries deleted"
	case "DeleteSubscriptionFilter":
		return "log entries not forwarded any more"
	case "DeleteFlowLogs":
		return "flow logs off"
	case "DeleteResolverQueryLogConfig", "DisassociateResolverQueryLogConfig":
		return "DNS query log off"
	case "DeleteDetector", "UpdateDetector":
		return "GuardDuty off"
	case "DisableSecurityHub":
		return "Security Hub off"
	}
	return "configuration history off"
}

// flowLogs collects the ids, which EC2 wraps in objects of its own.
func (r *reading) flowLogs() []string {
	var ids []string
	walk(value(r.request), 0, func(s string) {
		if strings.HasPrefix(s, "fl-") {
			ids = append(ids, s)
		}
	})
	return sorted(ids)
}

func readDetector(r *reading) {
	r.event.Subject = r.request.text("detectorId")
	if on, told := r.request.flag("enable"); told && !on {
		r.note(telemetryLost(r.event.Name))
	}
	r.unlessNarrowed(inventory.ActionOther)
}
