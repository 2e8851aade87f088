package session

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// home is the vendor's base URL, as its client has it
// (option.WithEnvironmentProduction).
const home = "https://api.cloudflare.com/client/v4/"

// New returns a client. It calls nothing. An endpoint that is no URL, or plain HTTP
// to another machine, is an error, and so is a token that cannot be one.
func New(o Options) (*Client, error) {
	base, err := endpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if o.Agent == "" {
		o.Agent = "estray"
	}
	c := &Client{opt: o, base: base, plain: base.Scheme == "http", token: &standing{}, jitter: rand.Float64}
	if !c.plain && !sound(o.Token) {
		return nil, errors.New("read the Cloudflare token: it is empty or holds blanks or line breaks; give the text of an API token alone")
	}
	local := loopback(base.Hostname())
	if local {
		o.Proxy = nil
	}
	c.wire = transport(o.Proxy)
	c.pace = newPace(o.Rate, !local, o.Waiting)
	return c, nil
}

// endpoint never repeats the text: a URL can hold a password.
func endpoint(text string) (*url.URL, error) {
	if text == "" {
		text = home
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("read the Cloudflare endpoint: it is no URL; leave it out, or give a base such as " + home)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("read the Cloudflare endpoint: it holds a user, a query or a fragment; give scheme, host and path alone, such as " + home)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, errors.New("read the Cloudflare endpoint: it is plain http to another machine; use https")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// sound reports whether a header can carry the token.
func sound(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// transport is one of our own: the vendor's client would take http.DefaultClient,
// which has no bounds and reads the environment.
func transport(proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	const connections = 16
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           connections,
		MaxIdleConnsPerHost:    connections,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}
