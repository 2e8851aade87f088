package awsfake

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// forward hands a call to the server behind the proxy and keeps its answer.
func (s *Server) forward(c *call, r *http.Request, body []byte) answer {
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	k := &keeper{header: http.Header{}}
	s.next.ServeHTTP(k, out)
	k.header.Del("Content-Length")
	a := answer{status: k.status, header: k.header, kind: k.header.Get("Content-Type"), body: k.body.Bytes()}
	if c.Operation == "AssumeRole" && a.status == http.StatusOK {
		s.learn(c, a.body)
	}
	return a
}

// learn remembers whose the credentials are that another server handed out.
func (s *Server) learn(c *call, body []byte) {
	found := regexp.MustCompile(`<AccessKeyId>([^<]+)</AccessKeyId>`).FindSubmatch(body)
	role := strings.Split(c.text("RoleArn"), ":")
	if found == nil || len(role) < 6 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[string(found[1])] = &session{account: role[4], role: role[5], name: c.text("RoleSessionName")}
}

// keeper is an http.ResponseWriter that keeps what is written.
type keeper struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keeper) Header() http.Header { return k.header }

func (k *keeper) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *keeper) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(p)
}
