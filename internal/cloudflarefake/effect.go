package cloudflarefake

import (
	"fmt"
	"net"
	"net/http"
)

// String is the effect in words, for the names of tests.
func (e Effect) String() string {
	switch e.kind {
	case refuse:
		return fmt.Sprintf("%d code %d", e.status, e.code)
	case unsuccessful:
		return fmt.Sprintf("unsuccessful code %d", e.code)
	case raw:
		return fmt.Sprintf("%d %s", e.status, e.content)
	case throttle:
		return "throttled " + e.content + " retry-after " + e.text
	case header:
		return "header " + e.content + " " + e.text
	case totalCount, shortPage:
		return fmt.Sprint(names()[e.kind], " ", e.count)
	}
	return names()[e.kind]
}

func names() map[effectKind]string {
	return map[effectKind]string{none: "none", cutBody: "body cut", cutJSON: "JSON cut", hang: "hang", reset: "connection reset",
		redirect: "redirect", nullResult: "null result", textResult: "text result", objectResult: "object result",
		repeatPage: "page repeated", ignorePage: "page ignored", totalCount: "total_count", shortPage: "items left out", noInfo: "no result_info"}
}

// breaksOff reports whether the effect leaves the call without an answer.
func (e Effect) breaksOff() bool { return e.kind == hang || e.kind == reset }

// breakOff ends a call without an answer.
func (e Effect) breakOff(w http.ResponseWriter, r *http.Request) {
	if e.kind == hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) //nolint:errcheck // then Close sends an ordinary end, which breaks the call too
	}
	conn.Close() //nolint:errcheck // the connection is meant to break
}

// answer is what the effect answers instead of the world; ok is false if the world
// answers.
func (e Effect) answer() (a answer, ok bool) {
	switch e.kind {
	case refuse:
		return refusal(e.status, e.code, message(e.code)), true
	case unsuccessful:
		return refusal(http.StatusOK, e.code, message(e.code)), true
	case throttle:
		a = throttled(e.text)
		if e.content != "" {
			a.kind, a.envelope, a.body = e.content, nil, []byte("<html><body>Too many requests</body></html>")
		}
		return a, true
	case redirect:
		return answer{status: http.StatusFound, header: http.Header{"Location": {e.text}}}, true
	case raw:
		body := e.text
		if e.status >= 520 && body == "" {
			body = fmt.Sprintf("error code: %d", e.status)
		}
		return answer{status: e.status, kind: e.content, body: []byte(body)}, true
	}
	return answer{}, false
}

// message is what the vendor says with a code.
func message(code int) string {
	switch code {
	case 1000:
		return "Invalid API Token"
	case 9109:
		return "Unauthorized to access requested resource"
	case 10000:
		return "Authentication error"
	case 10007:
		return "This Worker does not exist on your account."
	case 10023:
		return "workers.api.error.unauthorized"
	case 10121:
		return "You do not have access to dispatch namespaces."
	case 10013:
		return "workers.api.error.unknown"
	}
	return "error"
}

// alter changes what the world answers.
func (e Effect) alter(a answer) answer {
	if e.kind == header {
		a.header = a.header.Clone()
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set(e.content, e.text)
	}
	if a.envelope == nil || !a.envelope.Success {
		return a
	}
	switch e.kind {
	case nullResult:
		a.envelope.Result = nil
	case textResult:
		a.envelope.Result = "result"
	case objectResult:
		a.envelope.Result = map[string]any{}
	case noInfo:
		a.envelope.Info = nil
	case totalCount:
		if info, ok := a.envelope.Info.(*pageInfo); ok {
			info.TotalCount = e.count
		}
	case shortPage:
		if list, ok := a.envelope.Result.([]any); ok {
			a.envelope.Result = list[:max(0, len(list)-e.count)]
		}
	}
	return a
}

// send writes an answer, spoiled where the effect is about writing.
func (e Effect) send(w http.ResponseWriter, a answer) {
	a.prepare(w)
	body := a.body
	switch e.kind {
	case cutJSON:
		body = body[:len(body)/2]
		w.Header().Del("Content-Length")
	case cutBody:
		w.WriteHeader(a.status)
		w.Write(body[:len(body)/2]) //nolint:errcheck // the connection ends here anyway
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(a.status)
	if _, err := w.Write(body); err != nil {
		panic(http.ErrAbortHandler) // the caller hung up
	}
}
