package bucket

import (
	"fmt"
	"net/http"
	"strings"
)

// Headers that say how an object is stored, whatever is sent.
const (
	storedEncoding = "X-Goog-Stored-Content-Encoding"
	storedLength   = "X-Goog-Stored-Content-Length"
	generation     = "X-Goog-Generation"
)

// asStored asks for objects as they are stored. It must stand below the
// vendor's client, which refuses the header; and net/http inflates only what it
// asked for itself. Source: "Transcoding of gzip-compressed files" of Cloud
// Storage.
type asStored struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t asStored) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Get("alt") != "media" {
		return t.base.RoundTrip(r)
	}
	answer, err := t.as(r, "gzip")
	if err != nil || !compressedOnTheWay(answer.Header) {
		return answer, err
	}
	if err := answer.Body.Close(); err != nil {
		return nil, fmt.Errorf("leave an answer that was compressed on the way: %w", err)
	}
	return t.as(r, "identity")
}

func (t asStored) as(r *http.Request, encoding string) (*http.Response, error) {
	r = r.Clone(r.Context()) // a request belongs to its caller
	r.Header.Set("Accept-Encoding", encoding)
	return t.base.RoundTrip(r)
}

// compressedOnTheWay: what is stored plain comes as gzip, as servers do with
// texts for whoever takes gzip.
func compressedOnTheWay(h http.Header) bool {
	return identity(h.Get(storedEncoding)) && !identity(h.Get("Content-Encoding")) && h.Get(storedEncoding) != ""
}

// transcoded: it came otherwise than it is stored. Servers that do not say how
// it is stored are taken at their word.
func transcoded(h http.Header) bool {
	stored := h.Get(storedEncoding)
	return stored != "" && !strings.EqualFold(plainName(stored), plainName(h.Get("Content-Encoding")))
}

func identity(encoding string) bool { return plainName(encoding) == "" }

func plainName(encoding string) string {
	if strings.EqualFold(encoding, "identity") {
		return ""
	}
	return encoding
}
