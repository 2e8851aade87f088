package awsfake

import "strings"

// operation is one operation that the fake serves.
type operation struct {
	service, name string
	method, path  string   // REST only
	query         string   // S3 only: the key that tells operations of one path apart
	segments      []string // of the path
	size          int      // the vendor's page size; 0: not paged
	serve         func(*call) answer
}

// Operation names an operation that the fake serves.
type Operation struct{ Service, Name string }

// Operations lists every operation that the fake serves, by group.
func Operations() []Operation {
	var out []Operation
	for _, op := range operations() {
		out = append(out, Operation{op.service, op.name})
	}
	return out
}

// table holds the operations for quick look-up.
type table struct {
	named map[string]*operation
	rest  []*operation
}

func newTable() *table {
	t := &table{named: map[string]*operation{}}
	for _, op := range operations() {
		t.named[op.service+"."+op.name] = &op
		if op.method == "" {
			continue
		}
		op.segments = strings.Split(strings.Trim(op.path, "/"), "/")
		t.rest = append(t.rest, &op)
	}
	return t
}

// operations joins the groups.
func operations() []operation {
	var all []operation
	for _, group := range [][]operation{
		stsOperations(), organizationsOperations(), accountOperations(),
		lambdaOperations(), lambdaListOperations(), lambdaWebOperations(), taggingOperations(),
		iamOperations(), cloudtrailOperations(),
		eventbridgeOperations(), schedulerOperations(), apigatewayOperations(), apigatewayv2Operations(),
		snsOperations(), s3Operations(), logsOperations(), loadbalancingOperations(),
	} {
		all = append(all, group...)
	}
	return all
}

// protocol is a wire protocol of AWS.
type protocol int

const (
	restJSON protocol = iota
	json11
	queryXML
	restXML
)

// protocolOf is the protocol of a service.
func protocolOf(service string) protocol {
	switch service {
	case "organizations", "cloudtrail", "eventbridge", "logs", "resourcegroupstaggingapi":
		return json11
	case "sts", "iam", "sns", "elasticloadbalancingv2":
		return queryXML
	case "s3":
		return restXML
	}
	return restJSON
}

// paging names the parameters and the member that page a service's lists.
type paging struct{ token, next, limit string }

func pagingOf(service string) paging {
	switch service {
	case "lambda":
		return paging{"Marker", "NextMarker", "MaxItems"}
	case "iam":
		return paging{"Marker", "Marker", "MaxItems"}
	case "elasticloadbalancingv2":
		return paging{"Marker", "NextMarker", "PageSize"}
	case "eventbridge":
		return paging{"NextToken", "NextToken", "Limit"}
	case "resourcegroupstaggingapi":
		return paging{"PaginationToken", "PaginationToken", "ResourcesPerPage"}
	case "logs":
		return paging{"nextToken", "nextToken", "limit"}
	case "apigateway":
		return paging{"position", "position", "limit"}
	case "apigatewayv2", "lambda-web":
		return paging{"nextToken", "nextToken", "maxResults"}
	case "s3":
		return paging{"continuation-token", "ContinuationToken", "max-buckets"}
	}
	return paging{"NextToken", "NextToken", "MaxResults"}
}
