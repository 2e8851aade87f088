package aws

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// readFunctionState reads the calls that answer with a function's whole
// configuration: CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration.
// What was asked is in the request, what is now in the response: layers and
// role count as changed only where the request names them.
func readFunctionState(r *reading) {
	readSettings(r)
	c := &r.event.Change
	c.Publish, _ = r.request.flag("publish")
	c.Version, c.Digest = r.response.text("version"), r.response.text("codeSha256")
	c.Layers, c.Identity = r.requestedLayers(), r.request.text("role")
	logging := r.request.child("loggingConfig")
	c.LogGroup, c.LogLevel = logging.text("logGroup"), logging.text("applicationLogLevel")
	r.tellState()
}

// requestedLayers is nil where the request does not speak of layers, and empty
// where it removes them all.
func (r *reading) requestedLayers() *[]inventory.Layer {
	if r.request.get("layers").kind() != kindList {
		return nil
	}
	layers := layersOf(r.request)
	return &layers
}

// layersOf reads the layers of a request (ARNs) or a response (objects).
func layersOf(o object) []inventory.Layer {
	out := []inventory.Layer{}
	for v := range o.list("layers").values() {
		arn := v.text()
		if m := v.object(); !m.missing() {
			arn = m.text("arn")
		}
		if arn != "" {
			out = append(out, inventory.Layer{ID: arn, Account: AccountOfARN(arn)})
		}
	}
	return out
}

// readSettings names the settings that the request spoke of. What only
// addresses the function is no setting, and environment proves nothing: the
// trail writes it as {} even where it was not sent.
func readSettings(r *reading) {
	var keys []string
	for v := range value(r.request).parts().values() {
		name := v.name()
		if v.kind() == kindNull || name == "" {
			continue
		}
		switch key := strings.ToLower(name[:1]) + name[1:]; key {
		case "environment", "functionName", "fullyQualifiedArn", "qualifier", "revisionId", "dryRun":
		default:
			keys = append(keys, key)
		}
	}
	r.event.Change.Keys = sorted(keys)
}

func readTags(r *reading) {
	readSettings(r)
	r.doubtLabels()
}

// readConcurrency reads the calls that reserve concurrency or give it back.
func readConcurrency(r *reading) {
	readSettings(r)
	r.doubtSettings()
}

// readCodeSigning reads the calls that say which configuration guards a function.
func readCodeSigning(r *reading) {
	readSettings(r)
	r.doubtCodeSigning()
}

// readDestinations reads the calls that set where results go.
func readDestinations(r *reading) {
	readSettings(r)
	r.doubtDestinations()
}

func readDeleteFunction(r *reading) {
	if r.qualifier() != "" {
		r.doubtVersions() // one version went, the function stays
		return
	}
	r.asset.Deleted = r.event.Time
}

func readPublishVersion(r *reading) {
	c := &r.event.Change
	c.Publish, c.Version, c.Digest = true, r.response.text("version"), r.response.text("codeSha256")
	r.doubtVersions()
}

// readAlias reads where an alias sends its traffic. The alias is the qualifier.
func readAlias(r *reading) {
	readSettings(r)
	c := &r.event.Change
	c.Qualifier = r.request.text("name")
	c.AliasVersion = r.request.text("functionVersion")
	weights := r.request.child("routingConfig").child("additionalVersionWeights")
	for _, version := range weights.names() {
		c.AliasWeights = append(c.AliasWeights, version+"="+weights.text(version))
	}
	r.doubtAliases()
}

// readAddPermission reads the one statement that was added. The request tells
// it; the answer repeats it as text, which serves where the request is cut.
func readAddPermission(r *reading) {
	r.doubtWays(inventory.CapPolicies)
	if r.request.missing() {
		r.event.Change.Grants = r.statements(r.response.get("statement"))
		return
	}
	r.event.Change.Grants = r.requestedGrant(r.qualifier())
}

// requestedGrant builds the statement from the parameters of AddPermission.
// The principal is "*", an account, an ARN or a service.
func (r *reading) requestedGrant(qualifier string) []inventory.Grant {
	q := r.request
	g := inventory.Grant{ID: q.text("statementId"), Actions: sorted(q.texts("action")), Qualifier: qualifier}
	who := q.get("principal")
	if who.kind() == kindText && strings.HasPrefix(strings.TrimSpace(who.text()), "{") {
		who = parseJSON(who.text())
	}
	if who.missing() && r.succeeded() {
		return []inventory.Grant{unreadable("principal")}
	}
	addPrincipal(&g, who)
	n := narrowing{grant: &g}
	n.apply("arnlike", "aws:SourceArn", q.texts("sourceArn"))
	n.apply("stringequals", "aws:SourceAccount", q.texts("sourceAccount"))
	n.apply("stringequals", "aws:PrincipalOrgID", q.texts("principalOrgID"))
	n.apply("stringequals", "lambda:FunctionUrlAuthType", q.texts("functionUrlAuthType"))
	n.apply("bool", "lambda:InvokedViaFunctionUrl", q.texts("invokedViaFunctionUrl"))
	g.Secret = q.text("eventSourceToken") != ""
	if who.missing() {
		return nil
	}
	return []inventory.Grant{finish(g)}
}

// readPutResourcePolicy reads a policy that replaces the whole.
func readPutResourcePolicy(r *reading) {
	r.doubtWays(inventory.CapPolicies)
	policy := r.request.get("policy")
	if policy.text() == "" {
		policy = r.response.get("policy")
	}
	r.event.Change.Grants, r.event.Change.Replaced = r.statements(policy), true
}

// statements parses a policy that was set. One that cannot be read is taken
// for open to everyone, since nothing shows the contrary; of a refused call
// nothing is claimed.
func (r *reading) statements(policy value) []inventory.Grant {
	grants, err := grants(statementsIn(policy))
	if err == nil {
		return grants
	}
	if !r.succeeded() {
		return nil
	}
	return []inventory.Grant{unreadable("policy")}
}

func unreadable(what string) inventory.Grant {
	return inventory.Grant{ID: "unreadable", Everyone: true, Unjudged: []string{what + " not told by the record"}}
}

// readRevoke reads RemovePermission and DeleteResourcePolicy; the latter
// leaves no policy at all.
func readRevoke(r *reading) {
	r.doubtWays(inventory.CapPolicies)
	r.event.Change.Replaced = r.event.Name == "DeleteResourcePolicy"
}

// readURL reads the authorisation type of a URL. Of an update only the request
// tells whether it was set; a new URL must have one.
func readURL(r *reading) {
	readSettings(r)
	r.doubtWays(inventory.CapURLs)
	r.event.Change.Auth = r.request.text("authType")
	if r.event.Change.Auth == "" && strings.HasPrefix(r.event.Name, "Create") {
		r.event.Change.Auth = r.response.text("authType")
	}
}

// readMapping reads an event source mapping: a queue or stream by its ARN, or
// brokers outside AWS by their addresses.
func readMapping(r *reading) {
	readSettings(r)
	r.doubtTriggers()
	c := &r.event.Change
	if r.event.Name == "UpdateEventSourceMapping" && r.request.has("functionName") {
		c.Keys = sorted(append(c.Keys, "functionName")) // of an update it is the new target, no address
	}
	c.TriggerSource = r.either("eventSourceArn")
	if c.TriggerSource == "" {
		c.TriggerSource = r.either("eventSource") // the call of 2014
	}
	c.TriggerAccount = AccountOfARN(c.TriggerSource)
	if c.TriggerSource == "" {
		c.TriggerSource = brokers(r.request, r.response)
	}
	r.event.Subject = r.either("eventSourceMappingArn")
	if r.event.Subject == "" {
		r.event.Subject = r.either("uuid")
	}
}

// brokers lists the addresses of self-managed brokers:
// selfManagedEventSource.endpoints{KAFKA_BOOTSTRAP_SERVERS: [host:port]}.
func brokers(from ...object) string {
	for _, o := range from {
		endpoints := o.child("selfManagedEventSource").child("endpoints")
		var hosts []string
		for _, kind := range endpoints.names() {
			hosts = append(hosts, endpoints.texts(kind)...)
		}
		if len(hosts) > 0 {
			slices.Sort(hosts)
			return "self-managed:" + strings.Join(hosts, ",")
		}
	}
	return ""
}

// either takes a text from the request, else from the response.
func (r *reading) either(name string) string {
	if s := r.request.text(name); s != "" {
		return s
	}
	return r.response.text(name)
}

// readLayer names the layer version that the call is about.
func readLayer(r *reading) {
	readSettings(r)
	r.functions = nil
	layer := r.response.first("layerVersionArn", "layerArn")
	if layer == "" {
		layer = r.arn("lambda", "layer:", r.request.text("layerName"))
		if version := r.request.text("versionNumber"); layer != "" && version != "" {
			layer += ":" + version
		}
	}
	r.event.Subject, r.event.Change.Version = layer, r.either("versionNumber")
}

// readLayerPermission reads who may use a layer version.
func readLayerPermission(r *reading) {
	readLayer(r)
	if r.request.missing() {
		r.event.Change.Grants = r.statements(r.response.get("statement"))
		return
	}
	r.event.Change.Grants = r.requestedGrant("")
	for i := range r.event.Change.Grants {
		n := narrowing{grant: &r.event.Change.Grants[i]}
		n.apply("stringequals", "aws:PrincipalOrgID", r.request.texts("organizationId"))
	}
}
