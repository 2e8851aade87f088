package digest_test

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/providers/aws/digest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// faulty is a store that refuses something.
type faulty struct {
	digest.Store
	open, metadata string // of which object
	err            error
	after          int // bytes of the object
}

func (f faulty) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if key != f.open {
		return f.Store.Open(ctx, key)
	}
	if f.after == 0 {
		return nil, &fs.PathError{Op: "open", Path: "/somewhere/" + key, Err: f.err}
	}
	r, err := f.Store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, int64(f.after)), broken{f.err}), r}, nil
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, &fs.PathError{Op: "read", Path: "x", Err: b.err} }

func (f faulty) Metadata(ctx context.Context, key string) (map[string]string, error) {
	if key == f.metadata {
		return nil, &fs.PathError{Op: "read metadata of", Path: key, Err: f.err}
	}
	return f.Store.Metadata(ctx, key)
}

// TestUnreadable: what the store does not give is unknown and not wrong, and the
// path on this machine is not told.
func TestUnreadable(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	gone := d.logs[9]
	delete(d.Archive, gone)
	cfg := inFolder(t, d.Archive)
	hole := " 12:00-13:00"
	for name, c := range map[string]struct {
		store faulty
		want  []string
	}{
		"a digest":            {faulty{open: d.digests[2], err: fs.ErrPermission}, []string{"unreadable " + d.digests[2] + hole, "missing-log " + gone}},
		"a digest breaks off": {faulty{open: d.digests[2], err: io.ErrUnexpectedEOF, after: 30}, []string{"unreadable " + d.digests[2] + hole, "missing-log " + gone}},
		"metadata":            {faulty{metadata: d.digests[2], err: fs.ErrPermission}, []string{"unreadable " + d.digests[2] + hole, "missing-log " + gone}},
		"a log that is gone":  {faulty{open: gone, err: fs.ErrPermission}, []string{"unreadable " + gone}},
		"a digest that went":  {faulty{open: d.digests[2], err: fs.ErrNotExist}, []string{"missing-digest " + d.digests[2] + hole, "missing-log " + gone}},
	} {
		t.Run(name, func(t *testing.T) {
			c.store.Store = cfg.Store
			r, err := digest.Verify(t.Context(), digest.Config{Store: c.store, Keys: keysOf(t, key), Path: cfg.Path}, scopes(t, cfg)[0], digest.Window{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, words(r)); diff != "" {
				t.Error(diff)
			}
			if text := r.Problems[0].String(); strings.Contains(text, "/somewhere") {
				t.Errorf("problem %s", text)
			}
		})
	}
}

// TestDigestsOfALaterTimeAreNotRead: a bucket of years costs what was asked for.
func TestDigestsOfALaterTimeAreNotRead(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	cfg := inFolder(t, d.Archive)
	for name, c := range map[string]struct {
		denied int
		window digest.Window
	}{"later": {4, digest.Window{To: at(11, 0)}}, "earlier": {0, digest.Window{From: at(12, 0)}}} {
		t.Run(name, func(t *testing.T) {
			store := faulty{Store: cfg.Store, open: d.digests[c.denied], err: fs.ErrPermission}
			r, err := digest.Verify(t.Context(), digest.Config{Store: store, Keys: keysOf(t, key), Path: cfg.Path}, scopes(t, cfg)[0], c.window)
			if err != nil || len(r.Problems) > 0 {
				t.Errorf("error %v, problems %+v", err, r.Problems)
			}
		})
	}
}

// TestMetadataThatIsNone: a file beside a digest that holds no metadata is as
// none.
func TestMetadataThatIsNone(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	cfg := inFolder(t, d.Archive)
	if err := os.WriteFile(filepath.Join(cfg.Path, d.digests[2]+".metadata.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := verify(t, cfg, keysOf(t, key), digest.Window{})
	if diff := cmp.Diff([]string{"signature-missing " + d.digests[2] + " 12:00-13:00"}, words(r)); diff != "" {
		t.Error(diff)
	}
}

// TestEndOfTheRun is an error, and no result.
func TestEndOfTheRun(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	cfg := inFolder(t, d.Archive)
	cfg.Keys = keysOf(t, key)
	ctx, stop := context.WithCancel(t.Context())
	all := scopes(t, cfg)
	stop()
	r, err := digest.Verify(ctx, cfg, all[0], digest.Window{})
	if err != context.Canceled || len(r.Hashes) > 0 {
		t.Errorf("error %v, %d hashes", err, len(r.Hashes))
	}
}

// TestCompare holds what was read of a log against what was vouched for.
func TestCompare(t *testing.T) {
	r := digest.Result{Hashes: map[string][32]byte{"a": {1}}}
	denied := &fs.PathError{Op: "open", Path: "/somewhere/a", Err: fs.ErrPermission}
	for name, c := range map[string]struct {
		key  string
		sum  [32]byte
		err  error
		want digest.Kind
	}{
		"the same":                {"a", [32]byte{1}, nil, ""},
		"another one":             {"a", [32]byte{2}, nil, digest.ModifiedLog},
		"damaged":                 {"a", [32]byte{1}, io.ErrUnexpectedEOF, digest.ModifiedLog},
		"denied":                  {"a", [32]byte{1}, denied, digest.Unreadable},
		"gone":                    {"a", [32]byte{1}, &fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist}, digest.MissingLog},
		"nobody vouches for this": {"b", [32]byte{1}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got digest.Kind
			if p := r.Compare(c.key, c.sum, c.err); p != nil {
				got = p.Kind
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestListing sorts keys and leaves the rest aside.
func TestListing(t *testing.T) {
	l := digest.NewListing("/srv/AWSLogs/" + account)
	for key, want := range map[string]bool{
		"CloudTrail/eu-west-1/2026/03/01/b.json.gz":                      true,
		"CloudTrail/eu-west-1/2026/03/01/a.json.gz":                      true,
		"CloudTrail-Digest/eu-west-1/2026/03/01/d.json.gz":               true,
		"CloudTrail/eu-central-1/2026/03/01/a.json.gz":                   true,
		"CloudTrail-Insight/eu-west-1/2026/03/01/a.json.gz":              false,
		"CloudTrail-Digest/eu-west-1/2026/03/01/d.json.gz.metadata.json": false,
		"readme.txt": false,
	} {
		if got := l.Add(key); got != want {
			t.Errorf("%s: %t", key, got)
		}
	}
	want := []digest.Scope{
		{Account: account, Region: "eu-central-1", Logs: []string{"CloudTrail/eu-central-1/2026/03/01/a.json.gz"}},
		{Account: account, Region: region, Digests: []string{"CloudTrail-Digest/eu-west-1/2026/03/01/d.json.gz"},
			Logs: []string{"CloudTrail/eu-west-1/2026/03/01/a.json.gz", "CloudTrail/eu-west-1/2026/03/01/b.json.gz"}},
	}
	if diff := cmp.Diff(want, l.Scopes()); diff != "" {
		t.Error(diff)
	}
}

// TestStrangeNames: a digest whose name has another form is a chain of its own
// and is verified all the same.
func TestStrangeNames(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	strange := filepath.Dir(d.digests[0]) + "/renamed.json.gz"
	d.Archive[strange] = trailsign.Object{Content: d.Archive[d.digests[0]].Content}
	r := verify(t, inFolder(t, d.Archive), keysOf(t, key), digest.Window{})
	if diff := cmp.Diff([]string{"moved-digest " + strange + " -11:00"}, words(r)); diff != "" {
		t.Error(diff)
	}
}
