package awsfake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Call is one request as the log keeps it.
type Call struct {
	// Service is the name of the vendor's Go package: lambda, iam, sts, ...,
	// except "lambda-web", which has none, and "logs".
	Service string
	// Operation is the API's name. An operation that is not served has the
	// name that the request gives, or its method and path.
	Operation string
	Account   string // id; empty behind [Proxy] while it is not known
	Session   string // name of the session that an assumed role has; else empty
	Region    string // of the signature
	Resource  string // the first thing that the request names, if any
	Qualifier string
	Page      int // the how-manyeth page of its listing, from 1
	At        time.Time
	// Status is the HTTP status of the answer; 0 while there is none, and for
	// good where the connection was broken instead.
	Status int
}

// call is a request that was understood.
type call struct {
	Call
	op      *operation // nil: not served
	world   *World     // nil behind a proxy
	account *Account   // nil: unknown to the world
	session *session   // nil: base credentials
	repeat  bool       // answer the token that was asked with
	client  time.Time  // the caller's own time; zero: not told
	server  *Server    // for the operations that need its clock or its sessions
	token   string
	at      place // where the token says to go on

	vars  map[string]string // from the path
	query url.Values        // from the address, or the form of a query call
	body  map[string]any    // from a JSON body
}

// text returns a parameter wherever it stands; empty if it is missing.
func (c *call) text(key string) string {
	if v, ok := c.vars[key]; ok {
		return v
	}
	if v := c.query.Get(key); v != "" {
		return v
	}
	switch v := c.body[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// texts returns a parameter that is a list, in the form of each protocol.
func (c *call) texts(key string) []string {
	var out []string
	if list, ok := c.body[key].([]any); ok {
		for _, v := range list {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	for i := 1; ; i++ {
		v, ok := c.query[key+".member."+strconv.Itoa(i)]
		if !ok {
			break
		}
		out = append(out, v...)
	}
	return append(out, c.query[key]...)
}

// number returns a parameter that is a whole number; 0 if it is missing.
func (c *call) number(key string) int {
	n, err := strconv.Atoi(c.text(key))
	if err != nil {
		return 0 // the vendor's SDKs send no other
	}
	return n
}

// instant returns a parameter that is a time in Unix seconds.
func (c *call) instant(key string) (time.Time, bool) {
	v, ok := c.body[key].(float64)
	if !ok {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(v * 1000)).UTC(), true
}

// region is the part of the account that the call concerns.
func (c *call) region() *Region { return c.account.place(c.Region) }

// arn makes an ARN of the account in the call's region.
func (c *call) arn(service, rest string) string {
	return "arn:" + c.world.partition() + ":" + service + ":" + c.Region + ":" + c.account.ID + ":" + rest
}

// iamARN makes an ARN of IAM, which has no region.
func (c *call) iamARN(rest string) string {
	return "arn:" + c.world.partition() + ":iam::" + c.account.ID + ":" + rest
}

// decodeBody reads a JSON body; anything else leaves the parameters empty.
func (c *call) decodeBody(body []byte) {
	if len(body) == 0 {
		return
	}
	if json.Unmarshal(body, &c.body) != nil {
		c.body = nil
	}
}

// clientTime reads the time that a signed request carries.
func clientTime(h http.Header) time.Time {
	t, err := time.Parse("20060102T150405Z", h.Get("X-Amz-Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}
