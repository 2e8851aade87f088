package access

import (
	"encoding/json"
	"strings"
)

// names parts the role of the options into IAM's path and name.
func (o Options) names() (path, name string) {
	path, name = "/", o.role()
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		path, name = "/"+name[:i+1], name[i+1:]
	}
	return path, name
}

// about is the comment on both texts, with the sign that begins a comment.
func about(o Options) string {
	lines := []string{
		"The role by which estray reads one account: once in each account, and in one",
		"region of it, since IAM has no regions.",
		"",
		"The policy is all that a scan calls, and no more. SecurityAudit in its place",
		"would not do: it lacks lambda:GetResourcePolicy and account:ListRegions at",
		"least (version 92, August 2026), and it grants far more than a scan calls.",
		"The denial holds whatever else the role is given.",
	}
	if o.GetFunction {
		lines = append(lines, "lambda:GetFunction is allowed: it tells the digests of images, and hands out",
			"links to the code of functions, which estray drops unread.")
	}
	lines = append(lines, "",
		"The external id guards against a confused deputy. It is no secret: whoever may",
		"read the role can see it. Give it to estray as providers.aws.external_id.")
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
	return b.String()
}

// quote writes a text that YAML, HCL and JSON read alike, since names of IAM
// hold no sign that needs an escape.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // no string fails
	}
	return string(b)
}
