package doors

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/estray/estray/inventory"
)

// mostBalancers is the largest page of Elastic Load Balancing (API reference,
// PageSize).
const mostBalancers = 400

// balancing is the reading of load balancers.
type balancing struct {
	*reading
	client *elb.Client
	// functions are those behind each target group, by its ARN.
	functions map[string][]target
	// groups are the target groups that a load balancer leads to, by its ARN.
	groups map[string][]string
}

// readLoadBalancers reads the target groups, and more only where a function is
// behind one: then all load balancers, and the rules of those that lead to it.
func readLoadBalancers(ctx context.Context, g *reading) {
	b := &balancing{reading: g, client: elb.NewFromConfig(g.region.Config()), functions: map[string][]target{}, groups: map[string][]string{}}
	var groups []types.TargetGroup
	g.list(ctx, "DescribeTargetGroups", func(token *string) (*string, error) {
		out, err := b.client.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Marker: token, PageSize: aws.Int32(mostBalancers)})
		if err != nil {
			return nil, err
		}
		g.tally.Add(len(out.TargetGroups))
		for _, t := range out.TargetGroups {
			if t.TargetType == types.TargetTypeEnumLambda {
				groups = append(groups, t)
			}
		}
		return out.NextMarker, nil
	})
	each(g, groups, func(t types.TargetGroup) { b.readGroup(ctx, t) })
	if len(b.groups) > 0 {
		b.readBalancers(ctx)
	}
	g.tally.Done()
}

func (b *balancing) readGroup(ctx context.Context, t types.TargetGroup) {
	const operation = "DescribeTargetHealth"
	group := aws.ToString(t.TargetGroupArn)
	b.about(ctx, operation, func(*string) (*string, error) {
		out, err := b.client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: t.TargetGroupArn})
		if err != nil {
			return nil, err
		}
		for _, h := range out.TargetHealthDescriptions {
			if h.Target == nil {
				continue
			}
			if f, ok := b.function(operation, aws.ToString(h.Target.Id)); ok {
				b.functions[group] = append(b.functions[group], f)
			}
		}
		return nil, nil
	})
	if len(b.functions[group]) == 0 {
		return
	}
	for _, balancer := range t.LoadBalancerArns {
		b.groups[balancer] = append(b.groups[balancer], group)
	}
}

func (b *balancing) readBalancers(ctx context.Context) {
	known := map[string]types.LoadBalancer{}
	listed := b.list(ctx, "DescribeLoadBalancers", func(token *string) (*string, error) {
		out, err := b.client.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Marker: token, PageSize: aws.Int32(mostBalancers)})
		if err != nil {
			return nil, err
		}
		for _, l := range out.LoadBalancers {
			known[aws.ToString(l.LoadBalancerArn)] = l
		}
		return out.NextMarker, nil
	})
	each(b.reading, slices.Sorted(maps.Keys(b.groups)), func(arn string) {
		l, ok := known[arn]
		if !ok && listed {
			return // it went away
		}
		l.LoadBalancerArn = aws.String(arn)
		b.readBalancer(ctx, l)
	})
}

// readBalancer follows the rules of a load balancer to the functions. Where not
// all could be read, one that was not may open each of its groups wide.
func (b *balancing) readBalancer(ctx context.Context, l types.LoadBalancer) {
	arn := aws.ToString(l.LoadBalancerArn)
	listeners, came := b.listeners(ctx, arn)
	all := came != failed
	for _, listener := range listeners {
		came := b.about(ctx, "DescribeRules", func(token *string) (*string, error) {
			out, err := b.client.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: listener.ListenerArn, Marker: token, PageSize: aws.Int32(mostBalancers)})
			if err != nil {
				return nil, err
			}
			for _, rule := range out.Rules {
				for _, group := range forwards(rule.Actions) {
					b.open(group, way(l, listener, rule))
				}
			}
			return out.NextMarker, nil
		})
		all = all && came != failed
	}
	if all {
		return
	}
	for _, group := range b.groups[arn] {
		w := door(l)
		w.UpperBound, w.Note = true, "its rules could not be read whole"
		b.open(group, w)
	}
}

func (b *balancing) listeners(ctx context.Context, arn string) (listeners []types.Listener, came outcome) {
	came = b.about(ctx, "DescribeListeners", func(token *string) (*string, error) {
		out, err := b.client.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(arn), Marker: token, PageSize: aws.Int32(mostBalancers)})
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, out.Listeners...)
		return out.NextMarker, nil
	})
	return listeners, came
}

func (b *balancing) open(group string, w inventory.Exposure) {
	for _, f := range b.functions[group] {
		b.opens(f, w)
	}
}
