package digest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/bucket"
	"github.com/estray/estray/providers/aws/digest"
	"github.com/estray/estray/providers/aws/session"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
	home    = "us-east-1"
	inS3    = "org-trail"
)

// at is a time of the day of the tests.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 1, hour, minute, 0, 0, time.UTC) }

func newKey(t *testing.T, pkix bool) *trailsign.Key {
	t.Helper()
	k, err := trailsign.NewKey(pkix)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keysOf(t *testing.T, keys ...*trailsign.Key) digest.Keys {
	t.Helper()
	f, err := digest.ReadKeys(bytes.NewReader(trailsign.KeyFile(keys...)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// newTrail is a trail that delivers into a new archive.
func newTrail(key *trailsign.Key) *trailsign.Trail {
	return &trailsign.Trail{To: trailsign.Archive{}, Key: key, Account: account, Region: region, Name: "trail", Home: home, Bucket: inS3}
}

func content(hour, minute int) []byte {
	return fmt.Appendf(nil, `{"Records":[{"eventID":"%02d-%02d"}]}`, hour, minute)
}

// hours delivers, for each hour, two logs, at :05 and :35, and a digest. It
// gives the keys of the digests and of the logs.
func hours(t *trailsign.Trail, from, to int) (digests, logs []string) {
	for h := from; h < to; h++ {
		logs = append(logs, t.Log(at(h, 5), content(h, 5)), t.Log(at(h, 35), content(h, 35)))
		digests = append(digests, t.Digest(at(h, 0), at(h+1, 0)))
	}
	return digests, logs
}

// place puts an archive somewhere and says how it is verified there.
type place struct {
	name string
	put  func(*testing.T, trailsign.Archive) digest.Config
}

func places() []place {
	return []place{{"folder", inFolder}, {"bucket", inBucket}}
}

func inFolder(t *testing.T, a trailsign.Archive) digest.Config {
	t.Helper()
	dir := t.TempDir()
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	return digest.Config{Store: openFolder(dir), Path: filepath.ToSlash(dir)}
}

func inBucket(t *testing.T, a trailsign.Archive) digest.Config {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(inS3); err != nil {
		t.Fatal(err)
	}
	for key, o := range a {
		meta := map[string]string{}
		for name, value := range o.Metadata {
			meta["X-Amz-Meta-"+name] = value
		}
		if _, err := backend.PutObject(inS3, key, meta, bytes.NewReader(o.Content), int64(len(o.Content)), nil); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	noSettings(t)
	b := bucket.New(inS3, "", func(ctx context.Context) (*s3.Client, error) {
		cfg, err := session.Load(ctx, session.Options{Attempts: 2, MaxBackoff: time.Millisecond})
		if err != nil {
			return nil, err
		}
		cfg.Region, cfg.BaseEndpoint = region, aws.String(server.URL)
		cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIAANYBODYSKEY00000", "x", "")
		return bucket.Client(cfg), nil
	})
	return digest.Config{Store: b, Bucket: inS3}
}

// noSettings keeps the settings of the machine out.
func noSettings(t *testing.T) {
	for name, value := range map[string]string{"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}

// scopes lists what a store holds.
func scopes(t *testing.T, cfg digest.Config) []digest.Scope {
	t.Helper()
	l := digest.NewListing(cfg.Path)
	err := cfg.Store.(archive.Store).List(t.Context(), func(key string, _ fs.FileInfo, err error) error {
		if err == nil {
			l.Add(key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l.Scopes()
}

// verify verifies the one scope that a store holds, digests and logs.
func verify(t *testing.T, cfg digest.Config, keys digest.Keys, w digest.Window) digest.Result {
	t.Helper()
	all := scopes(t, cfg)
	if len(all) != 1 || all[0].Account != account || all[0].Region != region {
		t.Fatalf("scopes %+v", all)
	}
	cfg.Keys = keys
	r, err := digest.Verify(t.Context(), cfg, all[0], w)
	if err != nil {
		t.Fatal(err)
	}
	err = archive.Hash(t.Context(), cfg.Store.(archive.Store), all[0].Logs, 2, func(key string, sum [32]byte, err error) error {
		if p := r.Compare(key, sum, err); p != nil {
			r.Problems = append(r.Problems, *p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// words tells problems by kind, object and hours.
func words(r digest.Result) []string {
	var out []string
	for _, p := range r.Problems {
		text := string(p.Kind) + " " + p.Object
		if !p.Unproved.To.IsZero() {
			text += " " + clock(p.Unproved)
		}
		out = append(out, text)
	}
	return out
}

func clock(w digest.Window) string {
	from, to := "", ""
	if !w.From.IsZero() {
		from = w.From.Format("15:04")
	}
	if !w.To.IsZero() {
		to = w.To.Format("15:04")
	}
	return from + "-" + to
}

func openFolder(dir string) archive.Store { return archive.Folder(os.DirFS(dir)) }

// remarshal writes JSON anew: the same to a reader, and other bytes.
func remarshal(b []byte) []byte { return []byte(strings.Replace(string(b), `{"`, `{ "`, 1)) }

// memory is a store in memory.
type memory trailsign.Archive

func (m memory) Open(_ context.Context, key string) (io.ReadCloser, error) {
	o, ok := m[key]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	return io.NopCloser(bytes.NewReader(o.Content)), nil
}

func (m memory) Metadata(_ context.Context, key string) (map[string]string, error) {
	return m[key].Metadata, nil
}
