package configs

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

const (
	// tokenVariable is where the vendor's own tools look for an API token.
	tokenVariable = "CLOUDFLARE_API_TOKEN"
	// highestRate leaves a fifth of the vendor's 1,200 requests in 5 minutes to
	// whoever else works with the token's user: past them every call of that user
	// is refused for 5 minutes ("API rate limits").
	highestRate = 4
	// longestToken is far above any token, and bounds what is read of its file.
	longestToken = 4096
)

func typedCloudflare(v *viper.Viper, token string) *Cloudflare {
	c := &Cloudflare{
		Accounts:        value[[]string](v, cloudflareAccountsKey),
		Zones:           value[[]string](v, cloudflareZonesKey),
		Token:           token,
		Endpoint:        v.GetString(endpointKey),
		Rate:            v.GetFloat64(cloudflareRateKey),
		Audit:           v.GetBool(cloudflareKey + ".events.audit"),
		DispatchScripts: v.GetBool(cloudflareKey + ".dispatch_scripts"),
	}
	for _, list := range []*[]string{&c.Accounts, &c.Zones} {
		if slices.Equal(*list, []string{"all"}) {
			*list = nil
		}
	}
	return c
}

// checkCloudflare holds the keys of the block against each other, wherever each
// of them comes from, and finds the token.
func (r *reading) checkCloudflare(v *viper.Viper) {
	at, asked := r.asked[cloudflareKey]
	if !asked {
		return
	}
	r.findToken(v, at)
	rate, local := v.GetFloat64(cloudflareRateKey), onThisMachine(v.GetString(endpointKey))
	if r.wrongWith(cloudflareRateKey) || r.wrongWith(endpointKey) || local {
		return
	}
	const why = "past 1,200 requests in 5 minutes Cloudflare refuses every call of the token's user for 5 minutes"
	switch {
	case rate == 0:
		r.wrong(r.at[cloudflareRateKey], "%s: no limit is for an endpoint on this machine alone, since %s; write up to %d", cloudflareRateKey, why, highestRate)
	case rate > highestRate:
		r.wrong(r.at[cloudflareRateKey], "%s: more than %d is for an endpoint on this machine alone, since %s; write up to %d", cloudflareRateKey, highestRate, why, highestRate)
	}
}

// findToken takes the token from its key, its file, or the variable that the
// vendor's own tools read.
func (r *reading) findToken(v *viper.Viper, asked place) {
	if r.wrongWith(tokenKey) || r.wrongWith(tokenFileKey) {
		return
	}
	token, file := v.GetString(tokenKey), v.GetString(tokenFileKey)
	switch usual := r.environ[tokenVariable]; {
	case token != "" && file != "":
		r.wrong(r.at[tokenFileKey], "%s: %s is given too; remove one", tokenFileKey, tokenKey)
	case token != "":
		r.token = token
	case file != "":
		r.token = r.tokenIn(file)
	case usual == "":
		r.wrong(asked, "%s: there is no API token; set %s, or name another variable or a file in %s or %s",
			cloudflareKey, tokenVariable, tokenKey, tokenFileKey)
	default:
		if _, err := checkToken(text{raw: usual, value: usual}, r.in); err != nil {
			r.wrong(place{file: tokenVariable}, "%s: %v", tokenKey, err)
			return
		}
		r.token = usual
		r.source[tokenKey] = tokenVariable
		v.Set(tokenKey, usual)
	}
}

// tokenIn reads the token from a file, without the line's end.
func (r *reading) tokenIn(file string) string {
	raw, err := readToken(file)
	if err != nil {
		r.wrong(r.at[tokenFileKey], "%s: read token: %v", tokenFileKey, cause(err))
		return ""
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		r.wrong(r.at[tokenFileKey], "%s: the file is empty; it must hold the token alone", tokenFileKey)
		return ""
	}
	if _, err := checkToken(text{raw: token, value: token}, r.in); err != nil {
		r.wrong(r.at[tokenFileKey], "%s: the file does not hold a token alone: it %v", tokenFileKey, err)
		return ""
	}
	return token
}

func readToken(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, longestToken+1))
	return raw, errors.Join(err, f.Close())
}

// checkToken never repeats the value. One that stands in the file itself is
// refused, as a password is.
func checkToken(t text, _ Inputs) (string, error) {
	const signs = "-_."
	switch {
	case t.inFile && written(t.raw) != "":
		return "", fmt.Errorf("stands in clear; write ${%s} in its place, or name its file in %s", tokenVariable, tokenFileKey)
	case t.inFile && t.value == "":
		return "", errors.New("is empty; set its variable, or remove the key")
	case t.value == "":
		return "", nil
	case len(t.value) > longestToken || !made(t.value, func(c byte) bool { return wordByte(c) || strings.IndexByte(signs, c) >= 0 }):
		return "", errors.New("must be letters, digits and " + signs + " alone")
	}
	return t.value, nil
}

func checkTokenFile(t text, _ Inputs) (string, error) {
	switch {
	case t.value == "":
		return "", nil
	case strings.Contains(t.value, "://"):
		return "", fmt.Errorf("%s is an address; write a file", quoted(t))
	}
	return join(t.base, t.value), nil
}

// cloudflareID holds for ids of accounts, zones, users and tokens: 32
// hexadecimal digits, in small letters.
func cloudflareID(s string) bool {
	return len(s) == 32 && made(s, func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' })
}

func checkCloudflareAccount(t text, _ Inputs) (string, error) {
	if !cloudflareID(t.value) {
		return "", fmt.Errorf("%s is no account id of Cloudflare; write its 32 hexadecimal digits in small letters, in quotes", quoted(t))
	}
	return t.value, nil
}

// checkZone takes an id, or a name in small letters.
func checkZone(t text, _ Inputs) (string, error) {
	if !cloudflareID(t.value) && !domainName(t.value) {
		return "", fmt.Errorf("%s is no zone; write its id, or its name as in example.com", quoted(t))
	}
	return t.value, nil
}

// domainName holds for the name of a domain with at least one dot, in small
// letters (RFC 1123, 2.1; names of other alphabets as their xn-- forms).
func domainName(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		hyphen := strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-")
		if hyphen || len(l) > 63 || !made(l, func(c byte) bool { return isLowerOrDigit(c) || c == '-' || c == '_' }) {
			return false
		}
	}
	return len(labels) > 1 && len(s) <= 253
}

func checkMailDomain(t text, _ Inputs) (string, error) {
	switch domain := strings.ToLower(t.value); {
	case strings.Contains(domain, "@"):
		return "", fmt.Errorf("%s is an address; write what follows the @", quoted(t))
	case !domainName(domain):
		return "", fmt.Errorf("%s is no domain; write it as in example.com", quoted(t))
	default:
		return domain, nil
	}
}

// checkEndpoint takes a base URL that tokens may be sent to.
func checkEndpoint(t text, _ Inputs) (string, error) {
	if t.value == "" {
		return "", nil
	}
	// The cause is left out, since url.Parse repeats what it was given.
	u, err := url.Parse(t.value)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("must be a base URL, as in https://api.cloudflare.com/client/v4")
	case u.User != nil:
		return "", errors.New("holds a user; the token is sent by itself")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("holds a query; write the base URL alone")
	case u.Scheme == "http" && !onThisMachine(t.value):
		return "", errors.New("is plain http, which is taken for this machine alone (localhost, 127.0.0.1, ::1), since a token would be sent in clear; write https://")
	}
	return t.value, nil
}

// onThisMachine reports whether a URL's host is a loopback one.
func onThisMachine(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := u.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && address.IsLoopback()
}
