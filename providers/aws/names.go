package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// The event sources of which calls are kept.
const (
	lambda        = "lambda.amazonaws.com"
	iam           = "iam.amazonaws.com"
	sts           = "sts.amazonaws.com"
	rolesAnywhere = "rolesanywhere.amazonaws.com"
	cloudTrail    = "cloudtrail.amazonaws.com"
	organizations = "organizations.amazonaws.com"
	logs          = "logs.amazonaws.com"
	s3            = "s3.amazonaws.com"
	kms           = "kms.amazonaws.com"
	eventBridge   = "events.amazonaws.com"
	scheduler     = "scheduler.amazonaws.com"
	sns           = "sns.amazonaws.com"
	apiGateway    = "apigateway.amazonaws.com"
)

// Call is a vendor's call: the event source and the event's name without its
// version suffix. Names alone say nothing: CloudFront and AppSync have a
// CreateFunction too.
type Call struct{ Service, Name string }

// row says how a call is read.
type row struct {
	action inventory.Action
	// read fills the event beyond what all events have; nil: nothing more.
	read func(*reading)
	// functionsOnly: the call is kept only where it names a function, or where
	// the record does not let one see.
	functionsOnly bool
}

// Calls lists every call that is kept, with the action that it is read as.
// Calls of Lambda that are not listed are kept as other, or by their verb as
// enumerate. Two actions depend on the request: PutEventSelectors that narrow
// nothing are read as logging-on, and UpdateTrail, UpdateDetector and
// PutInsightSelectors that narrow nothing as other.
func Calls() map[Call]inventory.Action {
	out := map[Call]inventory.Action{}
	for call, r := range table() {
		out[call] = r.action
	}
	return out
}

// Services lists the event sources of which calls are kept, in order.
func Services() []string {
	var out []string
	for call := range table() {
		out = append(out, call.Service)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// CompareCalls orders calls by service, then name.
func CompareCalls(a, b Call) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name))
}

// table is the one list of calls.
func table() map[Call]row {
	out := map[Call]row{}
	for _, add := range []func(map[Call]row){lambdaCalls, webCalls, triggerCalls, identityCalls, trailCalls, telemetryCalls} {
		add(out)
	}
	return out
}

// put adds calls of one service that are read alike.
func put(to map[Call]row, service string, r row, names ...string) {
	for _, n := range names {
		to[Call{service, n}] = r
	}
}

// lambdaCalls follows the operation names of AWS's internal model of Lambda
// and of the developer guide's list of logged events.
func lambdaCalls(t map[Call]row) {
	is := func(a inventory.Action, read func(*reading), names ...string) {
		put(t, lambda, row{action: a, read: read}, names...)
	}
	is(inventory.ActionCreate, readFunctionState, "CreateFunction")
	is(inventory.ActionUpdateCode, readFunctionState, "UpdateFunctionCode", "UploadFunction")
	is(inventory.ActionUpdateConfig, readFunctionState, "UpdateFunctionConfiguration")
	is(inventory.ActionUpdateCode, readLayer, "PublishLayerVersion")
	is(inventory.ActionUpdateConfig, readSettings,
		"PutProvisionedConcurrencyConfig", "DeleteProvisionedConcurrencyConfig",
		"PutRuntimeManagementConfig", "PutFunctionRecursionConfig", "PutFunctionScalingConfig",
		"CreateCodeSigningConfig", "PutPublicAccessBlockConfig", "UpdateCapacityProvider")
	is(inventory.ActionUpdateConfig, readConcurrency, "PutFunctionConcurrency", "DeleteFunctionConcurrency")
	is(inventory.ActionUpdateConfig, readCodeSigning, "PutFunctionCodeSigningConfig")
	is(inventory.ActionWeaken, readCodeSigning, "DeleteFunctionCodeSigningConfig")
	is(inventory.ActionUpdateConfig, readDestinations,
		"PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
	is(inventory.ActionUpdateConfig, readTags, "TagResource", "UntagResource")
	is(inventory.ActionWeaken, readSettings,
		"UpdateCodeSigningConfig", "DeleteCodeSigningConfig",
		"DisablePublicAccessBlockConfig", "DeletePublicAccessBlockConfig")
	is(inventory.ActionCreate, readSettings, "CreateCapacityProvider")
	is(inventory.ActionDelete, readSettings, "DeleteCapacityProvider")
	is(inventory.ActionDelete, readDeleteFunction, "DeleteFunction")
	is(inventory.ActionDelete, readLayer, "DeleteLayerVersion")
	is(inventory.ActionDelete, readAlias, "DeleteAlias")
	is(inventory.ActionPublish, readPublishVersion, "PublishVersion")
	is(inventory.ActionDeploy, readAlias, "CreateAlias", "UpdateAlias")
	is(inventory.ActionGrant, readAddPermission, "AddPermission")
	is(inventory.ActionGrant, readPutResourcePolicy, "PutResourcePolicy")
	is(inventory.ActionGrant, readLayerPermission, "AddLayerVersionPermission")
	is(inventory.ActionRevoke, readRevoke, "RemovePermission", "DeleteResourcePolicy")
	is(inventory.ActionRevoke, readLayer, "RemoveLayerVersionPermission")
	is(inventory.ActionExpose, readURL, "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig")
	is(inventory.ActionUnexpose, readURL, "DeleteFunctionUrlConfig")
	is(inventory.ActionAttachTrigger, readMapping, "CreateEventSourceMapping", "UpdateEventSourceMapping", "AddEventSource")
	is(inventory.ActionDetachTrigger, readMapping, "DeleteEventSourceMapping", "RemoveEventSource", "LambdaESMDisabled")
	is(inventory.ActionInvoke, nil, "Invoke", "InvokeAsync", "InvokeExecution", "InvokeFunctionUrl", "InvokeWithResponseStream")
	is(inventory.ActionReadSecret, nil, // the link to the code, or the environment's values
		"GetFunction", "GetFunctionConfiguration", "ListFunctions", "ListVersionsByFunction", "GetLayerVersion", "GetLayerVersionByArn")
	is(inventory.ActionOther, nil, "EnableReplication", "DisableReplication", "SetAccountSettings", "RollbackFunction", "DisableFunction",
		"StopDurableExecution", "CheckpointDurableExecution", "SendDurableExecutionCallbackSuccess",
		"SendDurableExecutionCallbackFailure", "SendDurableExecutionCallbackHeartbeat")
	is(inventory.ActionEnumerate, nil,
		"GetPolicy", "GetResourcePolicy", "GetAlias", "ListAliases", "GetEventSourceMapping", "ListEventSourceMappings",
		"GetFunctionUrlConfig", "ListFunctionUrlConfigs", "GetFunctionConcurrency", "GetProvisionedConcurrencyConfig",
		"ListProvisionedConcurrencyConfigs", "GetFunctionEventInvokeConfig", "ListFunctionEventInvokeConfigs",
		"GetFunctionCodeSigningConfig", "GetCodeSigningConfig", "ListCodeSigningConfigs", "ListFunctionsByCodeSigningConfig",
		"ListLayers", "ListLayerVersions", "GetLayerVersionPolicy", "ListTags", "GetAccountSettings", "GetRuntimeManagementConfig",
		"GetFunctionRecursionConfig", "GetFunctionScalingConfig", "GetCapacityProvider", "ListCapacityProviders",
		"ListFunctionVersionsByCapacityProvider", "GetDurableExecution", "GetDurableExecutionHistory", "GetDurableExecutionState",
		"ListDurableExecutionsByFunction", "GetPublicAccessBlockConfig", "GetEventSource", "ListEventSources")
}

// webCalls are the calls of Web Functions and MicroVMs, which log as Lambda
// and are assets of other kinds.
func webCalls(t map[Call]row) {
	is := func(a inventory.Action, names ...string) {
		put(t, lambda, row{action: a, read: readSettings}, names...)
	}
	is(inventory.ActionCreate, "CreateWebFunction", "CreateMicrovmImage")
	is(inventory.ActionUpdateCode, "CreateWebFunctionRevision", "UpdateMicrovmImage")
	is(inventory.ActionDelete, "DeleteWebFunction", "DeleteMicrovmImage", "DeleteMicrovmImageVersion")
	is(inventory.ActionUnexpose, "DeleteWebFunctionEndpoint")
	is(inventory.ActionOther, "UpdateWebFunction", "DeleteWebFunctionRevision", "RunMicrovm", "SuspendMicrovm", "ResumeMicrovm", "TerminateMicrovm")
	is(inventory.ActionInvoke, "InvokeWebFunctionEndpoint")
	is(inventory.ActionIdentity, "CreateMicrovmAuthToken", "CreateMicrovmShellAuthToken") // a token is a new credential
	put(t, lambda, row{action: inventory.ActionExpose, read: readURL}, "CreateWebFunctionEndpoint", "UpdateWebFunctionEndpoint")
}

// triggerCalls start or expose functions from other services.
func triggerCalls(t map[Call]row) {
	attach := row{action: inventory.ActionAttachTrigger, read: readTrigger, functionsOnly: true}
	put(t, eventBridge, attach, "PutTargets")
	put(t, eventBridge, row{action: inventory.ActionOther, read: readTrigger}, "PutRule")
	put(t, scheduler, attach, "CreateSchedule", "UpdateSchedule")
	put(t, "pipes.amazonaws.com", attach, "CreatePipe", "UpdatePipe")
	put(t, s3, attach, "PutBucketNotification", "PutBucketNotificationConfiguration")
	put(t, sns, attach, "Subscribe")
	put(t, logs, attach, "PutSubscriptionFilter")
	put(t, "elasticloadbalancing.amazonaws.com", attach, "RegisterTargets")
	put(t, "cloudfront.amazonaws.com", attach, "CreateDistribution", "UpdateDistribution", "CreateDistributionWithTags")
	put(t, "cognito-idp.amazonaws.com", attach, "CreateUserPool", "UpdateUserPool")
	put(t, "iot.amazonaws.com", attach, "CreateTopicRule", "ReplaceTopicRule")
	put(t, "ses.amazonaws.com", attach, "CreateReceiptRule", "UpdateReceiptRule")
	put(t, "secretsmanager.amazonaws.com", attach, "RotateSecret")

	put(t, apiGateway, row{action: inventory.ActionAttachTrigger, read: readTrigger}, "CreateIntegration", "UpdateIntegration", "PutIntegration")
	put(t, apiGateway, row{action: inventory.ActionExpose, read: readTrigger}, "CreateRoute", "UpdateRoute", "PutMethod", "UpdateMethod")
	put(t, apiGateway, row{action: inventory.ActionDeploy, read: readTrigger}, "CreateDeployment", "CreateStage", "UpdateStage")
	put(t, apiGateway, row{action: inventory.ActionOther, read: readTrigger}, "CreateApi", "ImportApi", "CreateRestApi", "ImportRestApi", "PutRestApi", "CreateAuthorizer", "UpdateAuthorizer")
}

// identityCalls make credentials or change what an identity may do. All are
// read as identity: their names tell them apart.
func identityCalls(t map[Call]row) {
	is := func(service string, read func(*reading), names ...string) {
		put(t, service, row{action: inventory.ActionIdentity, read: read}, names...)
	}
	is(iam, readUser, "CreateUser", "DeleteUser", "CreateAccessKey", "UpdateAccessKey", "CreateLoginProfile", "UpdateLoginProfile",
		"DeleteLoginProfile", "AddUserToGroup", "CreateServiceSpecificCredential", "UploadSigningCertificate")
	is(iam, readPolicy, "AttachUserPolicy", "PutUserPolicy", "DetachUserPolicy", "DeleteUserPolicy",
		"AttachRolePolicy", "PutRolePolicy", "DetachRolePolicy", "DeleteRolePolicy",
		"AttachGroupPolicy", "PutGroupPolicy", "DetachGroupPolicy", "DeleteGroupPolicy",
		"CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion",
		"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary")
	is(iam, readRole, "CreateRole", "UpdateAssumeRolePolicy", "DeleteRole")
	is(sts, readFederationToken, "GetFederationToken")
	is(rolesAnywhere, readRolesAnywhere, "CreateTrustAnchor", "UpdateTrustAnchor", "EnableTrustAnchor", "CreateProfile", "UpdateProfile", "EnableProfile")
}

// trailCalls switch the trail off, narrow it, or on. Leaving the organization
// ends the organization's trail for the account. Calls on buckets and keys are
// other: only who knows the trail's bucket and key can say more.
func trailCalls(t map[Call]row) {
	off := func(service string, read func(*reading), names ...string) {
		put(t, service, row{action: inventory.ActionLoggingOff, read: read}, names...)
	}
	off(cloudTrail, readTrail, "StopLogging", "DeleteTrail", "DeleteEventDataStore", "StopEventDataStoreIngestion",
		"DeregisterOrganizationDelegatedAdmin")
	off(cloudTrail, readUpdateTrail, "UpdateTrail")
	off(cloudTrail, readSelectors, "PutEventSelectors")
	off(cloudTrail, readInsightSelectors, "PutInsightSelectors")
	put(t, cloudTrail, row{action: inventory.ActionLoggingOn, read: readTrail}, "StartLogging", "CreateTrail", "RestoreEventDataStore",
		"StartEventDataStoreIngestion")
	off(organizations, readOrganization, "LeaveOrganization", "RemoveAccountFromOrganization")
	put(t, s3, row{action: inventory.ActionOther, read: readBucket}, "PutBucketLifecycle", "PutBucketLifecycleConfiguration",
		"PutBucketPolicy", "DeleteBucketPolicy", "PutBucketLogging", "DeleteBucket")
	put(t, kms, row{action: inventory.ActionOther, read: readKey}, "DisableKey", "ScheduleKeyDeletion")
}

// telemetryCalls end other sources of telemetry, or silence a function's log.
func telemetryCalls(t map[Call]row) {
	off := func(service string, names ...string) {
		put(t, service, row{action: inventory.ActionLoggingOff, read: readTelemetry}, names...)
	}
	off(logs, "DeleteLogGroup", "DeleteLogStream", "DeleteSubscriptionFilter")
	put(t, logs, row{action: inventory.ActionWeaken, read: readTelemetry}, "PutRetentionPolicy")
	off("route53resolver.amazonaws.com", "DeleteResolverQueryLogConfig", "DisassociateResolverQueryLogConfig")
	off("ec2.amazonaws.com", "DeleteFlowLogs")
	off("config.amazonaws.com", "StopConfigurationRecorder", "DeleteConfigurationRecorder", "DeleteDeliveryChannel")
	off("guardduty.amazonaws.com", "DeleteDetector")
	put(t, "guardduty.amazonaws.com", row{action: inventory.ActionLoggingOff, read: readDetector}, "UpdateDetector")
	off("securityhub.amazonaws.com", "DisableSecurityHub")
}

// guess reads a call of Lambda that the table does not know by its verb.
func guess(name string) inventory.Action {
	for _, verb := range []string{"Get", "List"} {
		if strings.HasPrefix(name, verb) {
			return inventory.ActionEnumerate
		}
	}
	return inventory.ActionOther
}

// stripDate removes the API's date from an event's name:
// AddPermission20150331v2, CreateFunction2020_05_31. A name that is nothing but
// a date is left alone.
func stripDate[T string | []byte](name T) T {
	end := len(name)
	for end > 0 && isDigit(name[end-1]) {
		end--
	}
	if end == len(name) {
		return name
	}
	if end > 0 && name[end-1] == 'v' {
		if short, ok := cutDate(name[:end-1]); ok && len(short) > 0 {
			return short
		}
	}
	if short, ok := cutDate(name); ok && len(short) > 0 {
		return short
	}
	return name
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// cutDate removes 20YYMMDD or 20YY_MM_DD from the end of s.
func cutDate[T string | []byte](s T) (T, bool) {
	i := len(s)
	for part := range 3 { // the day, the month, the year
		digits := 2
		if part == 2 {
			digits = 4
		}
		for range digits {
			if i--; i < 0 || !isDigit(s[i]) {
				return s, false
			}
		}
		if part < 2 && i > 0 && s[i-1] == '_' {
			i--
		}
	}
	return s[:i], s[i] == '2' && s[i+1] == '0'
}
