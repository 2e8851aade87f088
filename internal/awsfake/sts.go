package awsfake

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

func stsOperations() []operation {
	return []operation{
		{service: "sts", name: "GetCallerIdentity", serve: getCallerIdentity},
		{service: "sts", name: "AssumeRole", serve: assumeRole},
	}
}

func getCallerIdentity(c *call) answer {
	id := "AIDABASE" + c.Account
	if c.session != nil {
		id = roleID(c.Account, c.session.role) + ":" + c.session.name
	}
	return c.result(stsNamespace, func(x *xmlWriter) {
		x.text("Arn", c.caller()).text("UserId", id).text("Account", c.Account)
	})
}

// assumeRole hands out credentials for the role that an account offers, if the
// external id is the right one. Like the vendor it does not tell a role that
// does not exist from one that may not be assumed.
func assumeRole(c *call) answer {
	role := strings.Split(c.text("RoleArn"), ":")
	name := c.text("RoleSessionName")
	if len(role) != 6 || !strings.HasPrefix(role[5], "role/") || len(name) < 2 || len(name) > 64 {
		return c.fail(http.StatusBadRequest, "ValidationError", "1 validation error detected")
	}
	account, path := c.world.Account(role[4]), strings.TrimPrefix(role[5], "role/")
	bare := path[strings.LastIndexByte(path, '/')+1:]
	if account == nil || !account.usable() || account.Role == "" || bare != account.Role ||
		role[1] != c.world.partition() || (account.ExternalID != "" && c.text("ExternalId") != account.ExternalID) {
		return c.fail(http.StatusForbidden, "AccessDenied", "User: "+c.caller()+
			" is not authorized to perform: sts:AssumeRole on resource: "+c.text("RoleArn"))
	}
	duration := time.Duration(c.number("DurationSeconds")) * time.Second
	if duration == 0 {
		duration = time.Hour
	}
	key := c.server.admit(&session{account: account.ID, role: bare, name: name})
	return c.result(stsNamespace, func(x *xmlWriter) {
		x.open("AssumedRoleUser")
		x.text("AssumedRoleId", roleID(account.ID, bare)+":"+name)
		x.text("Arn", "arn:"+c.world.partition()+":sts::"+account.ID+":assumed-role/"+bare+"/"+name)
		x.close("AssumedRoleUser").open("Credentials")
		x.text("AccessKeyId", key).text("SecretAccessKey", "secret-of-"+key).text("SessionToken", "token-of-"+key)
		// By the caller's clock, which may be far from the world's Now.
		x.time("Expiration", c.client.Add(duration))
		x.close("Credentials")
	})
}

// admit keeps a session and returns the access key id that stands for it: its
// twelve digits in the middle are the account.
func (s *Server) admit(n *session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, tail := len(s.sessions), [4]byte{}
	for k := range tail {
		tail[3-k] = byte('A' + i%26)
		i /= 26
	}
	key := fmt.Sprintf("ASIA%s%s", n.account, tail[:])
	s.sessions[key] = n
	return key
}

// roleID is the unique id of a role, as sessions show it.
func roleID(account, role string) string {
	return "AROA" + strings.ToUpper(fmt.Sprintf("%x", hash(account+"/"+role)))
}
