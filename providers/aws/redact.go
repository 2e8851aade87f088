package aws

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// dropped stands where a secret was.
const dropped = "DROPPED_BY_ESTRAY"

// largest is the greatest record that CloudTrail delivers (256 KB). What is
// larger after redaction is kept without its request and response.
const largest = 256 << 10

// redact returns the record as compact JSON, members in order, without what
// could be a secret. It drops by the member's name, whatever the service and
// the place, and by the look of a value for presigned links.
func redact(record object) json.RawMessage {
	clean, _ := cleanValue(map[string]any(record), 0).(map[string]any)
	text, err := json.Marshal(clean)
	if err == nil && len(text) <= largest {
		return text
	}
	short := map[string]any{}
	for name, v := range clean {
		if s := scalar(v); s != "" && len(s) <= 1<<10 {
			short[name] = v
		}
	}
	short["estrayOmitted"] = "record too large"
	text, err = json.Marshal(short)
	if err != nil {
		return nil
	}
	return text
}

func cleanValue(v any, depth int) any {
	if depth > deepest {
		return dropped
	}
	switch t := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(t))
		for name, x := range t {
			out[name] = cleanMember(name, x, depth+1)
		}
		return out
	case []any:
		out := make([]any, len(t))
		for i, x := range t {
			out[i] = cleanValue(x, depth+1)
		}
		return out
	case string:
		return cleanText(t, depth)
	}
	return v
}

// cleanMember judges a member by its name.
func cleanMember(name string, v any, depth int) any {
	if v == nil {
		return nil
	}
	if _, isFlag := v.(bool); isFlag {
		return v
	}
	lower := strings.ToLower(name)
	switch lower {
	case "environment":
		return cleanEnvironment(v, depth)
	case "environmentvariables", "stagevariables":
		return names(v)
	case "code":
		return cleanCode(v, depth)
	case "content":
		if _, isText := v.(string); !isText { // EC2 wraps plain ids in {"content": ID}
			return cleanCode(v, depth)
		}
	}
	if isSecretName(lower) {
		return dropped
	}
	return cleanValue(v, depth)
}

// isSecretName knows names that hold secrets, by service-independent endings:
// sessionToken, lambda:EventSourceToken, secretAccessKey, masterUserPassword.
func isSecretName(lower string) bool {
	switch lower {
	case "credentials", "zipfile", "body", "payload", "input", "inputtemplate", "clientcontext", "tokencode", "samlassertion",
		"sts:externalid", "externalid", "authorization":
		return true
	}
	for _, end := range []string{"token", "password", "secret", "secretkey", "secretaccesskey", "secretstring", "secretbinary",
		"privatekey", "apikeyvalue", "passphrase"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

// cleanEnvironment keeps the names of variables, never a value.
func cleanEnvironment(v any, depth int) any {
	m, ok := v.(map[string]any)
	if !ok {
		return dropped
	}
	out := make(map[string]any, len(m))
	for name, x := range m {
		if strings.EqualFold(name, "variables") {
			out[name] = names(x)
			continue
		}
		out[name] = cleanMember(name, x, depth+1)
	}
	return out
}

// names keeps the members' names of an object and drops all else.
func names(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return dropped
	}
	out := make(map[string]any, len(m))
	for name := range m {
		out[name] = dropped
	}
	return out
}

// cleanCode drops the presigned link to code or to a layer's content.
func cleanCode(v any, depth int) any {
	m, ok := v.(map[string]any)
	if !ok {
		return dropped // code itself
	}
	out := make(map[string]any, len(m))
	for name, x := range m {
		if strings.EqualFold(name, "location") {
			out[name] = dropped
			continue
		}
		out[name] = cleanMember(name, x, depth+1)
	}
	return out
}

// cleanText drops links that carry their own credentials, and looks into text
// that is JSON itself: policies, which hold tokens in their conditions.
func cleanText(s string, depth int) any {
	if isSignedLink(s) {
		return dropped
	}
	text := strings.TrimSpace(s)
	if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%7b") || strings.HasPrefix(text, "%5B") {
		if plain, err := url.PathUnescape(text); err == nil {
			text = strings.TrimSpace(plain)
		}
	}
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return s
	}
	inner := parseJSON(text)
	if inner == nil {
		return cleanBroken(s, text)
	}
	clean, err := json.Marshal(cleanValue(inner, depth+1))
	if err != nil {
		return dropped
	}
	return string(clean)
}

// cleanBroken keeps text that only looks like JSON (a cut policy), unless it
// names something that whole JSON would have been searched for.
func cleanBroken(s, text string) any {
	lower := strings.ToLower(text)
	for _, mark := range []string{"token", "password", "secret", "externalid", "credential", "variables", "privatekey"} {
		if strings.Contains(lower, mark) {
			return dropped
		}
	}
	return s
}

// isSignedLink knows presigned links and addresses with a password in them.
func isSignedLink(s string) bool {
	lower := strings.ToLower(s)
	for _, mark := range []string{"x-amz-signature=", "x-amz-security-token=", "x-amz-credential=", "&signature="} {
		if strings.Contains(lower, mark) {
			return true
		}
	}
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	user, _, ok := strings.Cut(host, "@")
	return ok && strings.Contains(user, ":")
}

// parseJSON reads text that is one JSON object or array; nil where it is not.
func parseJSON(text string) any {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return nil
	}
	switch v.(type) {
	case map[string]any, []any:
		return v
	}
	return nil
}
