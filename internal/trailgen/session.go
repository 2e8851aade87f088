package trailgen

import (
	"fmt"
	"strings"
	"time"
)

// session is somebody who acts in an object. Its texts are written once.
type session struct {
	// user is the record's userIdentity.
	user string
	// arn is how a message names the caller.
	arn string
	// role and function are the ARNs that use is counted for; empty: none is.
	role, function string
	address, agent string
	// endpoint is the id of a private endpoint; empty: through the internet.
	endpoint string
	// console: the calls are made in the console.
	console bool
	// service: a service calls by itself or on behalf of the session.
	service bool
}

// outside tells how use counts the place that the call came from.
func (s *session) outside() bool { return !s.service && s.endpoint == "" }

// cast is who acts in one object.
type cast struct {
	roles, functions, users []session
	root                    session
	// services are those of calls that services make, by host and role.
	services map[[2]string]*session
	p        *pen
}

// newCast draws who acts. An object holds a few minutes, so the same sessions
// come again and again.
func newCast(p *pen) *cast {
	c := &cast{p: p, services: map[[2]string]*session{}}
	for i := range 8 + p.r.IntN(17) {
		c.roles = append(c.roles, c.role(i))
	}
	for range 4 + p.r.IntN(9) {
		c.functions = append(c.functions, c.function())
	}
	for range 2 + p.r.IntN(3) {
		c.users = append(c.users, c.user())
	}
	account := p.place.account
	c.root = session{
		user: fmt.Sprintf(`{"type":"Root","principalId":"%[1]s","arn":"arn:aws:iam::%[1]s:root","accountId":"%[1]s","accessKeyId":"%[2]s","sessionContext":{"attributes":{"creationDate":"%[3]s","mfaAuthenticated":"true"}}}`,
			account, c.draw("ASIA<id:16>"), stamp(p.now.Add(-20*time.Minute))),
		arn: "arn:aws:iam::" + account + ":root", address: c.address(), agent: browser, console: true,
	}
	return c
}

// of is who makes a call, the first ones most often.
func (c *cast) of(call *ready) *session {
	p := c.p
	if call.by == services || call.by == linked {
		return c.service(call)
	}
	switch u := p.r.Float64(); {
	case call.by == functions || call.by == anyone && u < 0.3:
		return &c.functions[p.skewed(len(c.functions))]
	case call.by == roles && u > 0.998:
		return &c.root
	case u > 0.92:
		return &c.users[p.skewed(len(c.users))]
	}
	return &c.roles[p.skewed(len(c.roles))]
}

// draw writes a template beside the object's text.
func (c *cast) draw(text string) string {
	begin := len(c.p.b)
	compile(text).write(c.p)
	out := string(c.p.b[begin:])
	c.p.b = c.p.b[:begin]
	return out
}

const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// role draws a session of a role: a node's, a task's, a pipeline's or a
// person's.
func (c *cast) role(i int) session {
	p := c.p
	name := p.estate.roles[p.skewed(len(p.estate.roles))]
	s := session{agent: agents()[p.r.IntN(len(agents()))], address: c.address()}
	as := assumed{session: c.draw("<hex:32>")}
	switch i % 4 {
	case 0:
		as.session = c.draw("<res:i-0:90>")
		as.delivery = `,"ec2RoleDelivery":"2.0"`
		s.agent = "aws-sdk-go-v2/1.41.5 ua/2.1 os/linux lang/go#1.26.8 md/GOARCH#arm64 api/ssm#1.68.2"
		s.endpoint, s.address = c.draw("vpce-<hex:17>"), c.draw("10.<int:0-40>.<int:0-255>.<int:1-254>")
	case 2:
		name = c.draw("<res:AWSReservedSSO_ReadOnly_:4>")
		as.session = c.draw("<word>.<word>@example.com")
		s.agent, s.console = browser, p.r.IntN(2) == 0
	case 3:
		as.login = `"webIdFederationData":{"federatedProvider":"arn:aws:iam::` + p.place.account + `:oidc-provider/token.actions.githubusercontent.com","attributes":{}},`
		as.session = c.draw("GitHubActions-<int:100000-999999>")
	}
	as.role = name
	c.assume(&s, as)
	return s
}

// function draws a session of a function.
func (c *cast) function() session {
	p := c.p
	i := p.skewed(len(p.estate.functions))
	name := p.estate.functions[i]
	s := session{
		agent:   "Boto3/1.40.61 ua/2.1 os/linux lang/python#3.13.9 exec-env/AWS_Lambda_python3.13",
		address: c.address(), function: fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", p.place.region, p.place.account, name),
	}
	scope := `,"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"` + s.function + `"}`
	c.assume(&s, assumed{role: p.estate.roleOf(i), session: name, scope: scope})
	return s
}

// assumed is how a role was assumed: the names of both, and members to put where
// they belong, empty or with their commas.
type assumed struct{ role, session, login, delivery, scope string }

// assume completes a session of a role.
func (c *cast) assume(s *session, as assumed) {
	account, unique := c.p.place.account, c.draw("AROA<id:17>")
	path := ""
	if strings.HasPrefix(as.role, "AWSReservedSSO_") {
		path = "aws-reserved/sso.amazonaws.com/"
	}
	s.role = "arn:aws:iam::" + account + ":role/" + path + as.role
	s.arn = "arn:aws:sts::" + account + ":assumed-role/" + as.role + "/" + as.session
	s.user = fmt.Sprintf(`{"type":"AssumedRole","principalId":"%[1]s:%[2]s","arn":"%[3]s","accountId":"%[4]s","accessKeyId":"%[5]s",`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"%[1]s","arn":"%[6]s","accountId":"%[4]s","userName":"%[7]s"},%[8]s`+
		`"attributes":{"creationDate":"%[9]s","mfaAuthenticated":"false"}%[10]s}%[11]s}`,
		unique, as.session, s.arn, account, c.draw("ASIA<id:16>"), s.role, as.role, as.login, stamp(c.p.now.Add(-time.Duration(1+c.p.r.IntN(3000))*time.Second)), as.delivery, as.scope)
}

func (c *cast) user() session {
	account, name := c.p.place.account, c.draw("<word>-bot")
	s := session{arn: "arn:aws:iam::" + account + ":user/" + name, agent: agents()[c.p.r.IntN(len(agents()))], address: c.address()}
	s.user = fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"%s","accountId":"%s","accessKeyId":"%s","userName":"%s"}`,
		c.draw("AIDA<id:17>"), s.arn, account, c.draw("AKIA<id:16>"), name)
	return s
}

// service is a service that acts by itself, or with the role that it brought
// along.
func (c *cast) service(call *ready) *session {
	key := [2]string{call.host, call.role}
	s := c.services[key]
	if s != nil {
		return s
	}
	s = &session{arn: call.host, address: call.host, agent: call.host, service: true}
	c.services[key] = s
	if call.role == "" {
		s.user = `{"type":"AWSService","invokedBy":"` + call.host + `"}`
		return s
	}
	name, _, _ := strings.Cut(call.host, ".")
	c.assume(s, assumed{role: call.role, session: name, scope: `,"invokedBy":"` + call.host + `"`})
	s.role = strings.Replace(s.role, ":role/", ":role/aws-service-role/"+call.host+"/", 1)
	s.user = strings.Replace(s.user, ":role/", ":role/aws-service-role/"+call.host+"/", 1)
	return s
}

// address draws one of the internet, from the ranges that documents use.
func (c *cast) address() string {
	return c.draw([]string{"203.0.113.<int:1-254>", "198.51.100.<int:1-254>", "2001:db8::<hex:4>"}[c.p.skewed(3)])
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

func agents() []string {
	return []string{
		"aws-cli/2.31.18 md/awscrt#0.27.6 ua/2.1 os/linux#6.1.155 lang/python#3.13.7 cfg/retry-mode#standard",
		"APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.18.0",
		"aws-sdk-java/2.35.11 md/io#async ua/2.1 os/Linux#5.10.245 lang/java#21.0.9",
		"Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux lang/python#3.12.12",
		"aws-sdk-js/3.922.0 ua/2.1 os/linux lang/js md/nodejs#22.21.0",
	}
}
