package session

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// envelope is what Cloudflare wraps each answer in.
type envelope struct {
	success bool
	errors  []complaint
	result  json.RawMessage // nil: absent or null
	info    Info
}

// complaint is one of an envelope's errors.
type complaint struct{ code, message string }

// isJSON goes by the header, as a page of HTML may not be taken for an answer.
func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// unwrap reads a body that is an envelope and nothing else. Names are compared
// exactly.
func unwrap(body []byte) (envelope, bool) {
	var in map[string]json.RawMessage
	if json.Unmarshal(body, &in) != nil || in == nil {
		return envelope{}, false
	}
	e := envelope{success: string(in["success"]) == "true", result: in["result"]}
	if isNull(e.result) {
		e.result = nil
	}
	var ok bool
	if e.errors, ok = complaints(in["errors"]); !ok {
		return envelope{}, false
	}
	e.info, ok = readInfo(in["result_info"])
	return e, ok
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || bytes.Equal(raw, []byte("null")) }

func complaints(raw json.RawMessage) ([]complaint, bool) {
	if isNull(raw) {
		return nil, true
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	out := make([]complaint, len(list))
	for i, in := range list {
		out[i].code = code(in["code"])
		// A message that is no text is as good as none.
		if json.Unmarshal(in["message"], &out[i].message) != nil {
			out[i].message = ""
		}
	}
	return out, true
}

// code takes a number, or a short word; anything else is none.
func code(raw json.RawMessage) string {
	text := strings.Trim(string(raw), `"`)
	odd := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-' && r != '.'
	}
	if text == "null" || len(text) > 16 || strings.ContainsFunc(text, odd) {
		return ""
	}
	return text
}

// readInfo fails on what it cannot read: what is not understood may say that there
// is more.
func readInfo(raw json.RawMessage) (Info, bool) {
	if isNull(raw) {
		return Info{}, true
	}
	var in map[string]json.RawMessage
	if json.Unmarshal(raw, &in) != nil {
		return Info{}, false
	}
	info := Info{Told: true, Counted: !isNull(in["total_count"])}
	ok := true
	for name, to := range map[string]*int{
		"page": &info.Page, "per_page": &info.PerPage, "count": &info.Count, "total_count": &info.TotalCount, "total_pages": &info.TotalPages,
	} {
		ok = number(in[name], to) && ok
	}
	return info, cursor(in, &info.Cursor) && ok
}

// number reads a number or one in a string: the count of the audit log of version
// 2 is a string in the published example.
func number(raw json.RawMessage, to *int) bool {
	if isNull(raw) {
		return true
	}
	n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err != nil || n < 0 {
		return false
	}
	*to = n
	return true
}

// cursor reads cursor, as the audit log of version 2 answers, or cursors.after, as
// the vendor's client expects of it.
func cursor(in map[string]json.RawMessage, to *string) bool {
	if !isNull(in["cursor"]) {
		return json.Unmarshal(in["cursor"], to) == nil
	}
	if isNull(in["cursors"]) {
		return true
	}
	var both map[string]json.RawMessage
	if json.Unmarshal(in["cursors"], &both) != nil {
		return false
	}
	return isNull(both["after"]) || json.Unmarshal(both["after"], to) == nil
}
