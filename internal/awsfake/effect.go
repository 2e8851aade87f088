package awsfake

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// String is the effect in words, for the names of tests.
func (e Effect) String() string {
	names := [...]string{"none", "denied", "throttled", "server error", "server error in HTML", "body cut",
		"JSON cut", "hang", "drip", "connection reset", "expired", "token repeated", "missing", "raw answer"}
	if e.kind != deny {
		return names[e.kind]
	}
	return names[deny] + [...]string{"", " by control policy", " by boundary"}[e.reason]
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

// answer is what the effect answers instead of the service; ok is false if the
// service answers.
func (e Effect) answer(c *call) (answer, bool) {
	switch e.kind {
	case deny:
		return c.deny(e.reason), true
	case throttle:
		return c.throttle(e.pause), true
	case serverError:
		return c.fail(http.StatusInternalServerError, serverCode(c.Service), "An internal error occurred."), true
	case serverHTML:
		return answer{status: http.StatusServiceUnavailable, kind: "text/html",
			body: []byte("<html><body><h1>503 Service Unavailable</h1></body></html>")}, true
	case expire:
		return c.expired(), true
	case missing:
		return c.missing(), true
	case raw:
		return answer{status: e.status, kind: contentType(c.Service), body: []byte(e.body)}, true
	}
	return answer{}, false
}

// send writes an answer, spoiled where the effect is about writing.
func (e Effect) send(w http.ResponseWriter, r *http.Request, a answer) {
	switch e.kind {
	case cutJSON:
		a.body = a.body[:len(a.body)/2]
	case cutBody:
		cut(w, a)
	case drip:
		trickle(w, r, a, e.pause)
		return
	}
	if a.write(w) != nil {
		panic(http.ErrAbortHandler) // the caller hung up
	}
}

// cut sends the first half under the length of the whole and breaks off.
func cut(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body[:len(a.body)/2]) //nolint:errcheck // the connection ends here anyway
	flush(w)
	panic(http.ErrAbortHandler)
}

// trickle sends a body byte by byte until the caller gives up.
func trickle(w http.ResponseWriter, r *http.Request, a answer, pause time.Duration) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	tick := time.NewTimer(0)
	defer tick.Stop()
	for i := range a.body {
		select {
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		case <-tick.C:
		}
		w.Write(a.body[i : i+1]) //nolint:errcheck // a caller that hung up ends the context, too
		flush(w)
		tick.Reset(pause)
	}
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
