package digest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// algorithm is the only one that CloudTrail signs digests by.
const algorithm = "SHA256withRSA"

// hashing is the only one that CloudTrail hashes by.
const hashing = "SHA-256"

// record is a digest's content. All of previous are null at the start of a chain.
type record struct {
	Start string `json:"digestStartTime"`
	End   string `json:"digestEndTime"` // the signature is over it as written

	Bucket      string    `json:"digestS3Bucket"`
	Object      string    `json:"digestS3Object"`
	Fingerprint string    `json:"digestPublicKeyFingerprint"`
	Algorithm   string    `json:"digestSignatureAlgorithm"`
	Logs        []logFile `json:"logFiles"`

	PreviousBucket    *string `json:"previousDigestS3Bucket"`
	PreviousObject    *string `json:"previousDigestS3Object"`
	PreviousHash      *string `json:"previousDigestHashValue"`
	PreviousHashing   *string `json:"previousDigestHashAlgorithm"`
	PreviousSignature *string `json:"previousDigestSignature"`

	start, end time.Time
}

// logFile is a log that a digest names.
type logFile struct {
	Bucket  string `json:"s3Bucket"`
	Object  string `json:"s3Object"`
	Hash    string `json:"hashValue"`
	Hashing string `json:"hashAlgorithm"`

	sum [sha256.Size]byte
}

// decode reads a digest. The error does not repeat what it holds.
func decode(raw []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, errors.New("it is no JSON of a digest")
	}
	var errStart, errEnd error
	r.start, errStart = time.Parse(time.RFC3339, r.Start)
	r.end, errEnd = time.Parse(time.RFC3339, r.End)
	switch {
	case errStart != nil || errEnd != nil || r.end.Before(r.start):
		return nil, errors.New("it lacks its times")
	case r.Bucket == "" || r.Object == "" || r.Fingerprint == "":
		return nil, errors.New("it lacks its bucket, its key or its public key")
	}
	if err := r.previous(); err != nil {
		return nil, err
	}
	for i := range r.Logs {
		if err := r.Logs[i].decode(); err != nil {
			return nil, fmt.Errorf("log %d of %d: %w", i+1, len(r.Logs), err)
		}
	}
	return &r, nil
}

// previous checks that a digest names the one before it wholly or not at all.
func (r *record) previous() error {
	given := 0
	for _, p := range []*string{r.PreviousBucket, r.PreviousObject, r.PreviousHash, r.PreviousSignature} {
		if p != nil && *p != "" {
			given++
		}
	}
	switch given {
	case 0:
		if r.PreviousSignature != nil {
			return errors.New("it names the digest before it in part")
		}
		r.PreviousObject = nil
		return nil
	case 4:
		if r.PreviousHashing != nil && *r.PreviousHashing != hashing {
			return errors.New("the hash of the digest before it is of a kind that is not known")
		}
		return nil
	}
	return errors.New("it names the digest before it in part")
}

func (l *logFile) decode() error {
	sum, err := hex.DecodeString(l.Hash)
	switch {
	case l.Bucket == "" || l.Object == "":
		return errors.New("it lacks its bucket or its key")
	case l.Hashing != "" && l.Hashing != hashing:
		return errors.New("its hash is of a kind that is not known")
	case err != nil || len(sum) != sha256.Size:
		return errors.New("its hash is none")
	}
	copy(l.sum[:], sum)
	return nil
}

// holds reports whether a signature in hex is of this digest, whose bytes have
// the hash, by the key.
func (r *record) holds(sum [sha256.Size]byte, signature string, key *rsa.PublicKey) bool {
	sig, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	before := "null"
	if r.PreviousSignature != nil {
		before = *r.PreviousSignature
	}
	text := sha256.Sum256([]byte(r.End + "\n" + r.Bucket + "/" + r.Object + "\n" + hex.EncodeToString(sum[:]) + "\n" + before))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, text[:], sig) == nil
}
