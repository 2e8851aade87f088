package awsfake

import (
	"net/http"
	"strconv"
	"time"
)

// deny refuses a call with the vendor's words for why.
func (c *call) deny(why denial) answer {
	action := actionOf(c.Service, c.Operation)
	text := "User: " + c.caller() + " is not authorized to perform: " + action
	if target := c.target(); target != "" {
		text += " on resource: " + target
	}
	switch why {
	case controlPolicy:
		text += " with an explicit deny in a service control policy"
	case boundary:
		text += " because no permissions boundary allows the " + action + " action"
	default:
		text += " because no identity-based policy allows the " + action + " action"
	}
	return c.clientError(http.StatusForbidden, deniedCode(c.Service), text)
}

// deniedCode is the code for a missing permission.
func deniedCode(service string) string {
	switch service {
	case "sts", "iam", "s3", "elasticloadbalancingv2":
		return "AccessDenied"
	case "sns":
		return "AuthorizationError"
	}
	return "AccessDeniedException"
}

// caller is the ARN of whoever calls.
func (c *call) caller() string {
	if c.session == nil {
		return "arn:" + c.world.partition() + ":iam::" + c.Account + ":user/base"
	}
	return "arn:" + c.world.partition() + ":sts::" + c.Account + ":assumed-role/" + c.session.role + "/" + c.session.name
}

// target is the resource that the refusal names; lists have none of their own.
func (c *call) target() string {
	if c.Service != "lambda" || c.Resource == "" {
		return c.Resource
	}
	arn := "arn:" + c.world.partition() + ":lambda:" + c.Region + ":" + c.Account + ":function:" + c.Resource
	if c.Qualifier != "" {
		arn += ":" + c.Qualifier
	}
	return arn
}

// actionOf is the permission that an operation needs.
func actionOf(service, operation string) string {
	switch service {
	case "lambda-web":
		return "lambda:" + operation
	case "resourcegroupstaggingapi":
		return "tag:" + operation
	case "eventbridge":
		return "events:" + operation
	case "apigateway", "apigatewayv2":
		return "apigateway:GET"
	case "elasticloadbalancingv2":
		return "elasticloadbalancing:" + operation
	case "s3":
		switch operation {
		case "ListBuckets":
			return "s3:ListAllMyBuckets"
		case "GetBucketNotificationConfiguration":
			return "s3:GetBucketNotification"
		}
	}
	return service + ":" + operation
}

// throttle refuses a call as one too many, in each service's way.
func (c *call) throttle(after time.Duration) answer {
	var a answer
	switch protocolOf(c.Service) {
	case json11:
		a = c.fail(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
	case queryXML:
		a = c.fail(http.StatusBadRequest, "Throttling", "Rate exceeded")
	case restXML:
		a = c.fail(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	default:
		a = c.fail(http.StatusTooManyRequests, "TooManyRequestsException", "Rate exceeded")
		if c.Service == "lambda" {
			a.body = newJSON().open('{').str("Reason", "CallerRateLimitExceeded").str("Type", "User").
				str("message", "Rate exceeded").close('}').b
		}
	}
	if after > 0 {
		a.header.Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	}
	return a
}

// serverCode is the code for a fault of the service itself.
func serverCode(service string) string {
	switch protocolOf(service) {
	case queryXML:
		return "ServiceFailure"
	case restXML:
		return "InternalError"
	case json11:
		return "InternalFailure"
	}
	if service == "lambda" {
		return "ServiceException"
	}
	return "InternalServerException"
}

// expired refuses credentials whose time is over.
func (c *call) expired() answer {
	const text = "The security token included in the request is expired"
	switch protocolOf(c.Service) {
	case queryXML:
		return c.fail(http.StatusForbidden, "ExpiredToken", text)
	case restXML:
		return c.fail(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	}
	return c.clientError(http.StatusForbidden, "ExpiredTokenException", text)
}

// missing answers that a resource does not exist.
func (c *call) missing() answer {
	switch c.Service {
	case "lambda":
		return c.fail(http.StatusNotFound, "ResourceNotFoundException", "The resource you requested does not exist.")
	case "iam":
		return c.fail(http.StatusNotFound, "NoSuchEntity", "The "+c.Resource+" cannot be found.")
	case "s3":
		return c.fail(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case "cloudtrail":
		return c.fail(http.StatusBadRequest, "TrailNotFoundException", "Unknown trail: "+c.Resource)
	case "sns":
		return c.fail(http.StatusNotFound, "NotFound", "Topic does not exist")
	case "elasticloadbalancingv2":
		code := "LoadBalancerNotFound"
		switch {
		case c.text("TargetGroupArn") != "":
			code = "TargetGroupNotFound"
		case c.text("ListenerArn") != "":
			code = "ListenerNotFound"
		}
		return c.fail(http.StatusBadRequest, code, "One or more of them not found")
	case "apigateway", "apigatewayv2":
		return c.fail(http.StatusNotFound, "NotFoundException", "Invalid API identifier specified")
	}
	return c.clientError(http.StatusNotFound, "ResourceNotFoundException", "The resource "+c.Resource+" does not exist.")
}
