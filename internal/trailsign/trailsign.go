// Package trailsign makes archives of CloudTrail for tests, with digests that
// are signed by a key made for the test. Nothing of AWS's is in them: sources
// are the layout of digest files and of what is signed, in the user guide of
// CloudTrail under "Validating CloudTrail log file integrity".
package trailsign

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Key signs digests.
type Key struct {
	private *rsa.PrivateKey
	// Value is the public key, as AWS hands it out, and Fingerprint its MD5.
	Value       []byte
	Fingerprint string
}

// NewKey makes a key, whose public half is encoded as PKCS#1 or, with pkix, as
// SubjectPublicKeyInfo.
func NewKey(pkix bool) (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	value := x509.MarshalPKCS1PublicKey(&private.PublicKey)
	if pkix {
		if value, err = x509.MarshalPKIXPublicKey(&private.PublicKey); err != nil {
			return nil, fmt.Errorf("encode a key: %w", err)
		}
	}
	sum := md5.Sum(value) // a name, as AWS makes it
	return &Key{private, value, hex.EncodeToString(sum[:])}, nil
}

// KeyFile is what "aws cloudtrail list-public-keys" prints of keys.
func KeyFile(keys ...*Key) []byte {
	type entry struct {
		Value                              []byte
		ValidityStartTime, ValidityEndTime string
		Fingerprint                        string
	}
	var list []entry
	for _, k := range keys {
		list = append(list, entry{k.Value, "2026-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00", k.Fingerprint})
	}
	return marshal(map[string]any{"PublicKeyList": list})
}

// Object is an object as it is stored, with its user metadata.
type Object struct {
	Content  []byte
	Metadata map[string]string
}

// Archive holds objects by their key.
type Archive map[string]Object

// Write writes the objects below a folder, with the metadata of each in a file
// beside it.
func (a Archive) Write(dir string) error {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, a[key].Content, 0o644); err != nil {
			return err
		}
		if a[key].Metadata == nil {
			continue
		}
		if err := os.WriteFile(path+".metadata.json", marshal(a[key].Metadata), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Trail delivers into an archive what happens in one account and region.
type Trail struct {
	// To is where it delivers.
	To Archive
	// Key signs; another one may take over at any time.
	Key *Key
	// Account and Region are of what is logged, Name and Home of the trail.
	// Organization is the id of an organization, if it is that one's.
	Account, Region, Name, Home, Organization string
	// Bucket and Prefix are where it delivers to. The prefix ends with a slash.
	Bucket, Prefix string
	// Backfill makes its digests those of late logs.
	Backfill bool
	// Tail is added to what is signed: a fault.
	Tail string

	named    []entry
	previous *signed
	logs     int
}

type entry struct {
	Bucket  string `json:"s3Bucket"`
	Object  string `json:"s3Object"`
	Hash    string `json:"hashValue"`
	Hashing string `json:"hashAlgorithm"`
	Newest  string `json:"newestEventTime"`
	Oldest  string `json:"oldestEventTime"`
}

// signed is a digest that was delivered.
type signed struct {
	bucket, object, hash, signature string
}

// Log delivers a log and remembers it for the next digest. It gives its key.
func (t *Trail) Log(at time.Time, content []byte) string {
	key := t.Unnamed(at, content)
	t.named = append(t.named, entry{Bucket: t.Bucket, Object: key, Hash: hash(content), Hashing: "SHA-256",
		Newest: stamp(at), Oldest: stamp(at.Add(-time.Minute))})
	return key
}

// Unnamed delivers a log that no digest will name.
func (t *Trail) Unnamed(at time.Time, content []byte) string {
	t.logs++
	key := t.below("CloudTrail", at) + fmt.Sprintf("%s_CloudTrail_%s_%s_%s.json.gz", t.Account, t.Region,
		at.UTC().Format("20060102T1504Z"), hash(fmt.Append(nil, t.Name, t.logs))[:16])
	t.To[key] = Object{Content: Pack(content)}
	return key
}

// Restart makes the next digest one that begins the chain anew, as logging does
// that was switched off and on.
func (t *Trail) Restart() { t.previous = nil }

// Digest delivers a digest over a time, which names the logs since the last one.
// It gives its key.
func (t *Trail) Digest(start, end time.Time) string {
	late := ""
	if t.Backfill {
		late = "_backfill"
	}
	key := t.below("CloudTrail-Digest", end) + fmt.Sprintf("%s_CloudTrail-Digest_%s_%s_%s_%s%s.json.gz", t.Account, t.Region, t.Name, t.Home,
		end.UTC().Format("20060102T150405Z"), late)
	content := t.content(key, start, end)
	var before *string
	if t.previous != nil {
		before = &t.previous.signature
	}
	signature := t.Key.Sign(SignedText(content, before) + t.Tail)
	t.To[key] = Object{Pack(content), map[string]string{"signature": signature, "signature-algorithm": "SHA256withRSA"}}
	if t.Backfill {
		t.To[key].Metadata["backfill-generation-timestamp"] = stamp(end)
	}
	t.previous, t.named = &signed{t.Bucket, key, hash(content), signature}, nil
	return key
}

func (t *Trail) below(folder string, at time.Time) string {
	organization := ""
	if t.Organization != "" {
		organization = t.Organization + "/"
	}
	return t.Prefix + "AWSLogs/" + organization + t.Account + "/" + folder + "/" + t.Region + "/" + at.UTC().Format("2006/01/02") + "/"
}

func (t *Trail) content(key string, start, end time.Time) []byte {
	d := map[string]any{
		"awsAccountId": t.Account, "digestStartTime": stamp(start), "digestEndTime": stamp(end),
		"digestS3Bucket": t.Bucket, "digestS3Object": key,
		"digestPublicKeyFingerprint": t.Key.Fingerprint, "digestSignatureAlgorithm": "SHA256withRSA",
		"newestEventTime": nil, "oldestEventTime": nil,
		"previousDigestS3Bucket": nil, "previousDigestS3Object": nil, "previousDigestHashValue": nil,
		"previousDigestHashAlgorithm": nil, "previousDigestSignature": nil,
		"logFiles": append([]entry{}, t.named...),
	}
	if n := len(t.named); n > 0 {
		d["newestEventTime"], d["oldestEventTime"] = t.named[n-1].Newest, t.named[0].Oldest
	}
	if p := t.previous; p != nil {
		d["previousDigestS3Bucket"], d["previousDigestS3Object"] = p.bucket, p.object
		d["previousDigestHashValue"], d["previousDigestHashAlgorithm"], d["previousDigestSignature"] = p.hash, "SHA-256", p.signature
	}
	return marshal(d)
}

// SignedText is what the signature of a digest is over, given its content and
// the signature of the one before it.
func SignedText(content []byte, before *string) string {
	var d struct{ DigestEndTime, DigestS3Bucket, DigestS3Object string }
	if err := json.Unmarshal(content, &d); err != nil {
		panic(err) // a fault of the test
	}
	last := "null"
	if before != nil {
		last = *before
	}
	return d.DigestEndTime + "\n" + d.DigestS3Bucket + "/" + d.DigestS3Object + "\n" + hash(content) + "\n" + last
}

// Sign signs a text, in hex.
func (k *Key) Sign(text string) string {
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // keys of NewKey are long enough
	}
	return hex.EncodeToString(sig)
}

// Resign signs a digest of the archive by another key and leaves its content.
func (a Archive) Resign(key string, by *Key) {
	var d struct{ PreviousDigestSignature *string }
	content := Unpack(a[key].Content)
	if err := json.Unmarshal(content, &d); err != nil {
		panic(err) // a fault of the test
	}
	meta := maps.Clone(a[key].Metadata)
	meta["signature"] = by.Sign(SignedText(content, d.PreviousDigestSignature))
	a[key] = Object{a[key].Content, meta}
}

// Edit changes the content of an object and leaves its metadata.
func (a Archive) Edit(key string, change func([]byte) []byte) {
	a[key] = Object{Pack(change(Unpack(a[key].Content))), a[key].Metadata}
}

// Pack compresses.
func Pack(content []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err) // as above
	}
	return b.Bytes()
}

// Unpack opens what Pack made.
func Unpack(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // a fault of the test
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(z); err != nil {
		panic(err) // as above
	}
	return b.Bytes()
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is written here has no form that JSON lacks
	}
	return b
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
