package trailgen

import "regexp"

// who makes a call.
type who uint8

const (
	roles  who = iota // sessions of roles; now and then a user, or root
	anyone            // functions among them
	functions
	services // the service named in host, by itself
	linked   // the service's own role
)

// call is one kind of record. Its texts are templates; an empty one is null, or
// left out where CloudTrail leaves a member out.
type call struct {
	service, name string
	// weight is how often it is drawn, beside the others, in tenths where it is
	// rare: permissions are changed a few times a day, and read all day.
	weight int
	rare   bool
	by     who
	// host and role are of by's services.
	host, role string
	write      bool
	// data: it is a data event, and no management event.
	data bool
	// fails is the share of refused calls in hundredths, beside what all have.
	fails                               int
	request, response, extra, resources string
}

// ready is a call whose texts were read.
type ready struct {
	call
	bare                                string // the name without its version
	head                                string // from eventSource to awsRegion
	tail                                string // from eventType to recipientAccountId
	request, response, extra, resources template

	hasRequest, hasResponse, hasExtra, hasResources bool
}

// draw is a table from which calls are drawn by their weight.
type draw []*ready

func newDraw(all []call) draw {
	version := regexp.MustCompile(`(20\d{2}_?\d{2}_?\d{2})(v\d+)?$`)
	var out draw
	for _, c := range all {
		r := &ready{
			call: c, bare: version.ReplaceAllString(c.name, ""),
			head:    `,"eventSource":"` + c.service + `","eventName":"` + c.name + `","awsRegion":"`,
			request: compile(c.request), response: compile(c.response), extra: compile(c.extra), resources: compile(c.resources),
			hasRequest: c.request != "", hasResponse: c.response != "", hasExtra: c.extra != "", hasResources: c.resources != "",
		}
		r.tail = `,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"`
		if c.data {
			r.tail = `,"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"`
		}
		times := 10 * c.weight
		if c.rare {
			times = c.weight
		}
		for range times {
			out = append(out, r)
		}
	}
	return out
}
