package digest

import (
	"context"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrUnknownKey says that no key has the fingerprint.
var ErrUnknownKey = errors.New("no public key has this fingerprint")

// Keys finds the public keys that digests are signed with. Find may be called
// from several goroutines at once. Where there is no such key, its error holds
// ErrUnknownKey; any other error says that keys could not be looked up.
type Keys interface {
	Find(ctx context.Context, want Wanted) (*rsa.PublicKey, error)
}

// Wanted is a key that is looked for.
type Wanted struct {
	// Region is the digest's.
	Region string
	// Fingerprint is the MD5 of the key's value, in hex.
	Fingerprint string
	// From and To are a time in which it was in use.
	From, To time.Time
}

// mostKeys bounds a file of keys. AWS has some dozens a year in a region.
const mostKeys = 16 << 20

// KeyFile is a file of public keys.
type KeyFile struct{ keys map[string]*rsa.PublicKey }

var _ Keys = (*KeyFile)(nil)

// Find gives the key with the fingerprint. A fingerprint belongs to one key, so
// region and time are not asked for.
func (f *KeyFile) Find(_ context.Context, want Wanted) (*rsa.PublicKey, error) {
	if key := f.keys[strings.ToLower(want.Fingerprint)]; key != nil {
		return key, nil
	}
	return nil, ErrUnknownKey
}

// ReadKeys reads a file of public keys as "aws cloudtrail list-public-keys"
// prints it. Several such documents may follow one another, since each region
// has keys of its own. A key whose fingerprint is not that of its value is an
// error with its place.
func ReadKeys(r io.Reader) (*KeyFile, error) {
	f := &KeyFile{keys: map[string]*rsa.PublicKey{}}
	limited := &io.LimitedReader{R: r, N: mostKeys}
	in := json.NewDecoder(limited)
	for n := 1; ; n++ {
		var doc struct {
			PublicKeyList []struct {
				Value       []byte
				Fingerprint string
			}
		}
		switch err := in.Decode(&doc); {
		case err == io.EOF && n > 1 && limited.N > 0:
			return f, nil
		case limited.N <= 0:
			return nil, errors.New("read public keys: it is larger than any list of keys")
		case err != nil:
			return nil, errors.New("read public keys: it is not what aws cloudtrail list-public-keys prints as JSON")
		case len(doc.PublicKeyList) == 0:
			return nil, fmt.Errorf("read public keys: list %d holds no PublicKeyList", n)
		}
		for i, k := range doc.PublicKeyList {
			key, err := parseKey(k.Value, k.Fingerprint)
			if err != nil {
				return nil, fmt.Errorf("read public keys: key %d of list %d: %w", i+1, n, err)
			}
			f.keys[strings.ToLower(k.Fingerprint)] = key
		}
	}
}

// parseKey reads a key's value. It is documented as PKCS#1, with a note that the
// encoding may change; AWS's own samples hold a SubjectPublicKeyInfo too.
func parseKey(value []byte, fingerprint string) (*rsa.PublicKey, error) {
	sum := md5.Sum(value) // it names a key, as CloudTrail does, and guards nothing
	if got := hex.EncodeToString(sum[:]); got != strings.ToLower(fingerprint) {
		return nil, fmt.Errorf("its fingerprint is %q, and that of its value %s", fingerprint, got)
	}
	if key, err := x509.ParsePKCS1PublicKey(value); err == nil {
		return key, nil
	}
	anything, err := x509.ParsePKIXPublicKey(value)
	if err != nil {
		return nil, errors.New("its value is no public key")
	}
	key, ok := anything.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("its value is no RSA key")
	}
	return key, nil
}
