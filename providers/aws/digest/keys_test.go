package digest_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/trailsign"
	"github.com/estray/estray/providers/aws/digest"
)

// TestKeyFile: what is no list of keys is refused with its place, and lists of
// several regions may follow one another.
func TestKeyFile(t *testing.T) {
	one, two := newKey(t, false), newKey(t, true)
	list := string(trailsign.KeyFile(one))
	for name, c := range map[string]struct{ text, want string }{
		"one list":  {list, ""},
		"two lists": {list + "\n" + string(trailsign.KeyFile(two)), ""},
		"empty":     {"", "it is not what aws cloudtrail list-public-keys prints as JSON"},
		"no JSON":   {"PublicKeyList:", "it is not what aws cloudtrail list-public-keys prints as JSON"},
		"no list":   {list + "{}", "list 2 holds no PublicKeyList"},
		"no key":    {`{"PublicKeyList":[]}`, "list 1 holds no PublicKeyList"},
		"cut off":   {list[:len(list)-2], "it is not what aws cloudtrail list-public-keys prints as JSON"},
		"no base64": {`{"PublicKeyList":[{"Value":"?"}]}`, "it is not what aws cloudtrail list-public-keys prints as JSON"},
		"the value of no key": {`{"PublicKeyList":[{"Value":"aGVsbG8=","Fingerprint":"5d41402abc4b2a76b9719d911017c592"}]}`,
			"key 1 of list 1: its value is no public key"},
		"another fingerprint": {string(trailsign.KeyFile(two, &trailsign.Key{Value: one.Value, Fingerprint: two.Fingerprint})),
			`key 2 of list 1: its fingerprint is "` + two.Fingerprint + `", and that of its value ` + one.Fingerprint},
		"too large": {strings.Repeat(" ", 17<<20) + list, "it is larger than any list of keys"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := digest.ReadKeys(strings.NewReader(c.text))
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "read public keys: ")
			}
			if got != c.want {
				t.Errorf("error %q, want %q", got, c.want)
			}
			if (f == nil) != (c.want != "") {
				t.Errorf("keys %v", f)
			}
		})
	}
}

// TestKeyFileFinds by the fingerprint alone, however it is written.
func TestKeyFileFinds(t *testing.T) {
	one, two := newKey(t, false), newKey(t, true)
	f, err := digest.ReadKeys(strings.NewReader(string(trailsign.KeyFile(one))))
	if err != nil {
		t.Fatal(err)
	}
	if k, err := f.Find(t.Context(), digest.Wanted{Fingerprint: strings.ToUpper(one.Fingerprint)}); err != nil || k.Size() != 256 {
		t.Errorf("key %v, error %v", k, err)
	}
	if _, err := f.Find(t.Context(), digest.Wanted{Fingerprint: two.Fingerprint}); !errors.Is(err, digest.ErrUnknownKey) {
		t.Errorf("error %v", err)
	}
}

// cloud is a fake of AWS that gives keys.
func cloud(t *testing.T, keys map[string][]awsfake.PublicKey) (*awsfake.Server, digest.Keys) {
	t.Helper()
	regions := map[string]*awsfake.Region{}
	for name, list := range keys {
		regions[name] = &awsfake.Region{PublicKeys: list}
	}
	fake := awsfake.New(&awsfake.World{Now: at(20, 0), Home: account, Accounts: []*awsfake.Account{{ID: account, Places: regions}}})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	noSettings(t)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x"} {
		t.Setenv(name, value)
	}
	return fake, digest.NewAsked(digest.Own)
}

func valid(k *trailsign.Key, from, to time.Time) awsfake.PublicKey {
	return awsfake.PublicKey{Value: k.Value, Fingerprint: k.Fingerprint, From: from, To: to}
}

// asked are the calls of ListPublicKeys.
func asked(f *awsfake.Server) []string {
	var out []string
	for _, c := range f.Calls() {
		if c.Operation == "ListPublicKeys" {
			out = append(out, c.Region)
		}
	}
	return out
}

// TestAsked: keys are asked for in the digest's region, once for all of a chain.
func TestAsked(t *testing.T) {
	one, two := newKey(t, false), newKey(t, true)
	trail := newTrail(one)
	hours(trail, 10, 12)
	trail.Key = two
	hours(trail, 12, 15)
	fake, keys := cloud(t, map[string][]awsfake.PublicKey{
		region: {valid(one, at(0, 0), at(13, 0)), valid(two, at(11, 0), at(23, 0))}, home: {valid(newKey(t, false), at(0, 0), at(23, 0))},
	})
	cfg := inFolder(t, trail.To)
	for range 2 {
		if r := verify(t, cfg, keys, digest.Window{}); len(r.Problems) > 0 || len(r.Hashes) != 10 {
			t.Errorf("problems %+v, %d hashes", r.Problems, len(r.Hashes))
		}
	}
	if diff := cmp.Diff([]string{region}, asked(fake)); diff != "" {
		t.Error(diff)
	}
}

// TestAskedForLateLogs: the key of a digest of late logs may be of the time at
// which it was made.
func TestAskedForLateLogs(t *testing.T) {
	key := newKey(t, false)
	late := newTrail(key)
	late.Backfill = true
	digests, _ := hours(late, 1, 2)
	meta := late.To[digests[0]].Metadata
	meta["backfill-generation-timestamp"] = "2026-03-01T18:30:00Z"
	fake, keys := cloud(t, map[string][]awsfake.PublicKey{region: {valid(key, at(18, 0), at(19, 0))}})
	if r := verify(t, inFolder(t, late.To), keys, digest.Window{}); len(r.Problems) > 0 {
		t.Errorf("problems %+v", r.Problems)
	}
	if n := len(asked(fake)); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestAskedInVain: a key that AWS does not know is not known; where AWS does not
// answer, nothing can be proved, and it is told once.
func TestAskedInVain(t *testing.T) {
	key := newKey(t, false)
	d := newDay(key, nil)
	cfg := inFolder(t, d.Archive)
	fake, keys := cloud(t, map[string][]awsfake.PublicKey{region: {valid(newKey(t, false), at(0, 0), at(23, 0))}})
	r := verify(t, cfg, keys, digest.Window{})
	if len(r.Problems) != 5 || r.Problems[0].Kind != digest.UnknownKey {
		t.Errorf("problems %+v", r.Problems)
	}
	fake.SetFaults(awsfake.Fault{Operation: "ListPublicKeys", Effect: awsfake.DenyMissing()})
	r = verify(t, cfg, digest.NewAsked(digest.Own), digest.Window{})
	if diff := cmp.Diff([]string{"unreadable " + d.digests[4] + " -15:00"}, words(r)); diff != "" {
		t.Fatal(diff)
	}
	if p := r.Problems[0]; p.Kind.Wrong() || !strings.Contains(p.Detail, "ListPublicKeys: AccessDenied") || !strings.Contains(p.Detail, "takes cloudtrail:ListPublicKeys") {
		t.Errorf("problem %s", p)
	}
	if got := chains(r); !cmp.Equal(got, []string{"trail of us-east-1: 0/5 digests, 0/0 logs"}) {
		t.Errorf("chains %q", got)
	}
}

// TestNoCredentials: the cure is told.
func TestNoCredentials(t *testing.T) {
	d := newDay(newKey(t, false), nil)
	noSettings(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	r := verify(t, inFolder(t, d.Archive), digest.NewAsked(digest.Own), digest.Window{})
	if len(r.Problems) != 1 || r.Problems[0].Kind != digest.Unreadable || !strings.Contains(r.Problems[0].Detail, "or a file of public keys") {
		t.Errorf("problems %+v", r.Problems)
	}
}

// FuzzKeyFile: no file of keys ends the program, and each key in one that is
// taken has its fingerprint.
func FuzzKeyFile(f *testing.F) {
	key, err := trailsign.NewKey(false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(trailsign.KeyFile(key))
	f.Add([]byte(`{"PublicKeyList":[{"Value":"aGVsbG8=","Fingerprint":"5d41402abc4b2a76b9719d911017c592"}]}`))
	f.Add([]byte(`{"PublicKeyList":[null]}{"PublicKeyList":{}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := digest.ReadKeys(strings.NewReader(string(text)))
		if err != nil {
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(text)))
		for dec.More() {
			var doc struct {
				PublicKeyList []struct{ Fingerprint string }
			}
			if err := dec.Decode(&doc); err != nil {
				t.Fatalf("taken, and is no JSON: %v", err)
			}
			for _, k := range doc.PublicKeyList {
				if found, err := keys.Find(t.Context(), digest.Wanted{Fingerprint: k.Fingerprint}); err != nil || found == nil {
					t.Errorf("key %q: %v", k.Fingerprint, err)
				}
			}
		}
	})
}

// FuzzDigest: no content of a digest ends the program, and none that was not
// signed vouches for a log.
func FuzzDigest(f *testing.F) {
	key, err := trailsign.NewKey(false)
	if err != nil {
		f.Fatal(err)
	}
	seed := newTrail(key)
	digests, _ := hours(seed, 10, 12)
	signed := trailsign.Unpack(seed.To[digests[1]].Content)
	for _, d := range digests {
		f.Add(trailsign.Unpack(seed.To[d].Content))
	}
	f.Add([]byte(`{"digestStartTime":"2026-03-01T10:00:00Z","digestEndTime":"2026-03-01T09:00:00Z","previousDigestSignature":""}`))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("null"))
	file, err := digest.ReadKeys(strings.NewReader(string(trailsign.KeyFile(key))))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		store := memory{digests[1]: {Content: content, Metadata: seed.To[digests[1]].Metadata}}
		r, err := digest.Verify(t.Context(), digest.Config{Store: store, Keys: file}, digest.Scope{Account: account, Region: region, Digests: []string{digests[1]}}, digest.Window{})
		if err != nil {
			t.Fatal(err)
		}
		packed := strings.HasPrefix(string(content), "\x1f\x8b") // it may hold what was signed
		if string(content) != string(signed) && !packed && (r.Trails[0].Verified > 0 || len(r.Problems) == 0) {
			t.Errorf("verified: %q", content)
		}
	})
}
