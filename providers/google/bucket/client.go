package bucket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/option"
	"google.golang.org/api/storage/v1"
	htransport "google.golang.org/api/transport/http"
)

// Options say how to call Cloud Storage. The zero value calls the vendor with
// the credentials of the environment.
type Options struct {
	// Emulator is the address of one, as STORAGE_EMULATOR_HOST has it: a URL or
	// HOST:PORT. It is sent no credentials. "": Google's own service.
	Emulator string
	// Timeout bounds one attempt of a call with its whole answer; 0: 30 s. An
	// object that takes longer is read on behind what came.
	Timeout time.Duration
	// Attempts is how often a call is made that fails for the moment; 0: 5.
	Attempts int
	// Pause is how long to wait before the second attempt, twice as long before
	// each further one; 0: 500 ms.
	Pause time.Duration
}

// Client calls Cloud Storage. It may be used from several goroutines at once.
type Client struct {
	service *storage.Service
	options Options
}

// Dial connects with the settings and credentials of the environment, as the
// vendor's tools find them: STORAGE_EMULATOR_HOST, else the application default
// credentials.
func Dial(ctx context.Context) (*Client, error) {
	return Open(ctx, Options{Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
}

// Open makes a client. It finds the credentials, and asks for no token yet.
func Open(ctx context.Context, opt Options) (*Client, error) {
	opt = opt.filled()
	endpoint, err := emulator(opt.Emulator)
	if err != nil {
		return nil, err
	}
	var with []option.ClientOption
	var transport http.RoundTripper = asStored{plain()}
	if endpoint != "" {
		with = append(with, option.WithEndpoint(endpoint))
	} else if transport, err = authorized(ctx, transport, opt.Timeout); err != nil {
		return nil, err
	}
	client := &http.Client{Transport: transport, Timeout: opt.Timeout, CheckRedirect: stay}
	service, err := storage.NewService(ctx, append(with, option.WithHTTPClient(client))...)
	if err != nil {
		return nil, err
	}
	return &Client{service: service, options: opt}, nil
}

func (o Options) filled() Options {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Pause == 0 {
		o.Pause = 500 * time.Millisecond
	}
	return o
}

// plain is the way to the network, by a proxy where the environment names one.
func plain() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	return http.DefaultTransport
}

// stay follows no redirect: the token would go with it.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// errNoCredentials says what to do about it.
var errNoCredentials = errors.New("there are no application default credentials; name a file of credentials in GOOGLE_APPLICATION_CREDENTIALS, " +
	"run gcloud auth application-default login, or give the machine a service account")

// authorized adds the token of the application default credentials to requests.
// The renewal of tokens outlives the call that found them.
func authorized(ctx context.Context, base http.RoundTripper, timeout time.Duration) (http.RoundTripper, error) {
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, &http.Client{Timeout: timeout, CheckRedirect: stay})
	found, err := google.FindDefaultCredentials(ctx, storage.DevstorageReadOnlyScope)
	switch {
	case err != nil && strings.Contains(err.Error(), "could not find default credentials"): // the vendor has no better sign of it
		return nil, errNoCredentials
	case err != nil:
		return nil, &tokenError{fmt.Errorf("find credentials: %w", err)}
	}
	source := option.WithTokenSource(oauth2.ReuseTokenSource(nil, tokens{found.TokenSource}))
	return htransport.NewTransport(ctx, base, source, option.WithTelemetryDisabled())
}

// tokens marks the errors of a source of tokens.
type tokens struct{ source oauth2.TokenSource }

// Token implements oauth2.TokenSource.
func (t tokens) Token() (*oauth2.Token, error) {
	token, err := t.source.Token()
	if err != nil {
		return nil, &tokenError{err}
	}
	return token, nil
}

// tokenError says that there was no token to call with.
type tokenError struct{ err error }

// Error tells the cause.
func (e *tokenError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *tokenError) Unwrap() error { return e.err }

// emulator gives the base address of the API at an emulator, "" for none. As at
// the vendor's own clients, an address without a scheme is one of http. Plain
// http is for this machine alone.
func emulator(host string) (string, error) {
	if host == "" {
		return "", nil
	}
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	u, err := url.Parse(host)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("STORAGE_EMULATOR_HOST holds no address; write http://HOST:PORT or HOST:PORT")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("the address of the emulator is plain http to another machine (STORAGE_EMULATOR_HOST); use https")
	}
	return u.Scheme + "://" + u.Host + "/storage/v1/", nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// call makes one call, and makes it again where it failed for the moment.
func (c *Client) call(ctx context.Context, do func(*storage.Service) error) error {
	pause := c.options.Pause
	for n := 1; ; n++ {
		err := do(c.service)
		if err == nil || n >= c.options.Attempts || ctx.Err() != nil || !passing(err) {
			return err
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause *= 2
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
