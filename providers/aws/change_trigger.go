package aws

import "strings"

// readTrigger reads what starts or exposes a function from another service:
// which functions, by what, with which authorisation.
func readTrigger(r *reading) {
	home := r.home()
	r.functions = functionsIn(value(r.request), home)
	if len(r.functions) == 0 {
		r.functions = functionsIn(value(r.response), home)
	}
	c := &r.event.Change
	c.TriggerSource = r.triggerSource()
	c.TriggerAccount = AccountOfARN(c.TriggerSource)
	if c.TriggerAccount == "" && c.TriggerSource != "" {
		c.TriggerAccount = r.event.Scope.Account // a bucket's ARN names no account; only its owner may set this
	}
	r.event.Subject = c.TriggerSource
	if r.event.Service == apiGateway {
		c.Auth = r.either("authorizationType")
	}
}

// triggerSource names what fires: a rule, schedule, bucket, topic, log group,
// API. Names are made into ARNs where the form is known.
func (r *reading) triggerSource() string {
	q := r.request
	switch r.event.Service {
	case eventBridge:
		return r.eventRule()
	case scheduler:
		if arn := r.response.text("scheduleArn"); arn != "" {
			return arn
		}
		group := q.text("groupName")
		if group == "" {
			group = "default"
		}
		return r.arn("scheduler", "schedule/"+group+"/", q.text("name"))
	case s3:
		if bucket := q.text("bucketName"); bucket != "" {
			return "arn:" + r.partition + ":s3:::" + bucket
		}
	case sns:
		return q.text("topicArn")
	case logs:
		return r.arn("logs", "log-group:", logGroup(q))
	case apiGateway:
		api := q.first("apiId", "restApiId")
		if api == "" {
			api = r.response.first("apiId", "id")
		}
		return api
	}
	return q.first("source", "targetGroupArn", "userPoolId", "ruleName", "secretId", "id", "name")
}

// eventRule is the ARN of an EventBridge rule; rules of the default bus have
// no bus in their ARN.
func (r *reading) eventRule() string {
	if arn := r.response.text("ruleArn"); arn != "" {
		return arn
	}
	rule := r.request.first("rule", "name")
	bus := r.request.text("eventBusName")
	bus = bus[strings.LastIndex(bus, "/")+1:]
	if bus == "" || bus == "default" {
		return r.arn("events", "rule/", rule)
	}
	return r.arn("events", "rule/"+bus+"/", rule)
}
