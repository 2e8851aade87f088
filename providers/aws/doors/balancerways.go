package doors

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/estray/estray/inventory"
)

// door is a load balancer as a way in, before its rules are judged. One whose
// scheme is not told may be open to anybody.
func door(l types.LoadBalancer) inventory.Exposure {
	w := inventory.Exposure{Kind: "load-balancer", Hostname: aws.ToString(l.DNSName), Source: aws.ToString(l.LoadBalancerArn)}
	switch l.Scheme {
	case types.LoadBalancerSchemeEnumInternetFacing:
		w.Reach = inventory.ReachPublic
	case types.LoadBalancerSchemeEnumInternal:
		w.Reach = inventory.ReachAccount
	}
	return w
}

// way is the way in that a rule opens. Security groups are not read: they may
// narrow where calls come from.
func way(l types.LoadBalancer, listener types.Listener, rule types.Rule) inventory.Exposure {
	w := door(l)
	conditions := conditionsOf(rule)
	w.Route, w.UpperBound = conditions.route(), conditions.narrows()
	notes := conditions.notes()
	auth, why := authorisation(listener, rule.Actions)
	if w.Auth = auth; auth != "" {
		w.Reach = atMost(w.Reach, inventory.ReachAuthenticated)
	}
	w.Note = joined("; ", append(notes, why)...)
	return w
}

// forwards lists the target groups that actions lead to.
func forwards(actions []types.Action) []string {
	var out []string
	for _, a := range actions {
		if a.TargetGroupArn != nil {
			out = append(out, *a.TargetGroupArn)
		}
		if a.ForwardConfig == nil {
			continue
		}
		for _, t := range a.ForwardConfig.TargetGroups {
			out = append(out, aws.ToString(t.TargetGroupArn))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// authorisation names what a caller must show: the type of an action that
// turns others away, or a client certificate.
func authorisation(listener types.Listener, actions []types.Action) (auth, note string) {
	for _, a := range actions {
		switch a.Type {
		case types.ActionTypeEnumJwtValidation, types.ActionTypeEnumAuthenticateOidc, types.ActionTypeEnumAuthenticateCognito:
			if !letsAllIn(a) {
				return string(a.Type), ""
			}
			note = "lets in also whoever is not authenticated"
		}
	}
	if m := listener.MutualAuthentication; m != nil && aws.ToString(m.Mode) == "verify" {
		return "mutual-tls", note
	}
	return "", note
}

// letsAllIn reports whether an action lets requests pass that it could not
// authenticate. Where it does not say, it turns them away.
func letsAllIn(a types.Action) bool {
	if c := a.AuthenticateOidcConfig; c != nil && c.OnUnauthenticatedRequest == types.AuthenticateOidcActionConditionalBehaviorEnumAllow {
		return true
	}
	c := a.AuthenticateCognitoConfig
	return c != nil && c.OnUnauthenticatedRequest == types.AuthenticateCognitoActionConditionalBehaviorEnumAllow
}

// conditions are the conditions of a rule: the values of each field.
type conditions map[string][]string

// conditionsOf reads both forms in which a condition has its values. Of headers
// and query strings only the names are kept: a value may be a secret.
func conditionsOf(rule types.Rule) conditions {
	out := conditions{}
	for _, c := range rule.Conditions {
		values := slices.Concat(c.Values, c.RegexValues)
		switch {
		case c.PathPatternConfig != nil:
			values = slices.Concat(c.PathPatternConfig.Values, c.PathPatternConfig.RegexValues)
		case c.HostHeaderConfig != nil:
			values = slices.Concat(c.HostHeaderConfig.Values, c.HostHeaderConfig.RegexValues)
		case c.HttpRequestMethodConfig != nil:
			values = c.HttpRequestMethodConfig.Values
		case c.HttpHeaderConfig != nil:
			values = []string{aws.ToString(c.HttpHeaderConfig.HttpHeaderName)}
		case c.SourceIpConfig != nil:
			values = c.SourceIpConfig.Values
		case c.QueryStringConfig != nil:
			values = nil
			for _, pair := range c.QueryStringConfig.Values {
				values = append(values, aws.ToString(pair.Key))
			}
		}
		field := aws.ToString(c.Field)
		out[field] = append(out[field], values...)
	}
	for _, values := range out {
		slices.Sort(values)
	}
	return out
}

// route is the methods and paths that a rule is for.
func (c conditions) route() string {
	methods, paths := strings.Join(c["http-request-method"], ","), strings.Join(c["path-pattern"], ",")
	return cmp.Or(methods, "ANY") + " " + cmp.Or(paths, "/*")
}

// narrows reports whether the rule asks for what not every caller has.
func (c conditions) narrows() bool {
	return len(c["http-header"])+len(c["source-ip"])+len(c["query-string"]) > 0
}

func (c conditions) notes() []string {
	var out []string
	for _, field := range []string{"host-header", "http-header", "query-string", "source-ip"} {
		if values, ok := c[field]; ok {
			out = append(out, joined(" ", "asks for", field, strings.Join(values, ", ")))
		}
	}
	return out
}
