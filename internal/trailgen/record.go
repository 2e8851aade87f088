package trailgen

import (
	"strings"
	"time"
)

// failing is the share of calls that are refused, beside those that a kind of
// call has of its own.
const failing = 0.065

// refusal is how a call fails.
type refusal struct {
	code    string
	message template
	// silent: the request is not told.
	silent bool
}

func refusals() []refusal {
	return []refusal{
		{code: "AccessDenied", message: compile(`User: <self> is not authorized to perform this action on resource: arn:aws:iam::<account>:role/<role> because no identity-based policy allows it`), silent: true},
		{code: "ThrottlingException", message: compile(`Rate exceeded`)},
		{code: "ResourceNotFoundException", message: compile(`The resource \"<word>\/<word>\" does not exist. (Service: null; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: <uuid>; Proxy: null)`)},
		{code: "Client.UnauthorizedOperation", message: compile(`You are not authorized to perform this operation. Encoded authorization failure message: <b64:160>`), silent: true},
		{code: "ValidationException", message: compile("1 validation error detected: Value '<word>' failed to satisfy constraint:\\n\\tMember must satisfy regular expression pattern: [a-z]+")},
	}
}

// record writes one record, without what stands between two.
func (p *pen) record(refused *refusal) {
	c, s := p.call, p.session
	p.text(`{"eventVersion":"1.11","userIdentity":`)
	p.text(s.user)
	p.text(`,"eventTime":"`)
	p.b = p.now.AppendFormat(p.b, time.RFC3339)
	p.b = append(p.b, '"')
	p.text(c.head)
	p.text(p.place.region)
	p.b = append(p.b, '"')
	p.member("sourceIPAddress", s.address)
	p.member("userAgent", s.agent)
	if refused != nil {
		p.member("errorCode", refused.code)
		p.text(`,"errorMessage":"`)
		refused.message.write(p)
		p.b = append(p.b, '"')
	}
	p.optional(`,"requestParameters":`, c.hasRequest && (refused == nil || !refused.silent), c.request, true)
	p.optional(`,"responseElements":`, c.hasResponse && refused == nil, c.response, true)
	p.optional(`,"additionalEventData":`, c.hasExtra, c.extra, false)
	p.text(`,"requestID":"`)
	p.uuid()
	p.text(`","eventID":"`)
	p.uuid()
	p.text(`","readOnly":`)
	if c.write {
		p.text("false")
	} else {
		p.text("true")
	}
	p.optional(`,"resources":`, c.hasResources && (refused == nil || !refused.silent), c.resources, false)
	p.text(c.tail)
	p.text(p.place.account)
	p.b = append(p.b, '"')
	p.rest()
	p.b = append(p.b, '}')
}

// optional writes a member that may be missing, or null.
func (p *pen) optional(name string, has bool, value template, null bool) {
	if !has && !null {
		return
	}
	p.text(name)
	if !has {
		p.text("null")
		return
	}
	value.write(p)
}

// rest writes what follows the account.
func (p *pen) rest() {
	c, s := p.call, p.session
	if c.by == services {
		p.text(`,"sharedEventID":"`)
		p.uuid()
		p.b = append(p.b, '"')
	}
	if s.endpoint != "" {
		p.member("vpcEndpointId", s.endpoint)
	}
	if c.data {
		p.text(`,"eventCategory":"Data"`)
	} else {
		p.text(`,"eventCategory":"Management"`)
	}
	if !s.service {
		name, _, _ := strings.Cut(c.service, ".")
		p.text(`,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`)
		p.text(name)
		p.b = append(p.b, '.')
		p.text(p.place.region)
		p.text(`.amazonaws.com"}`)
	}
	if s.console {
		p.text(`,"sessionCredentialFromConsole":"true"`)
	}
}
