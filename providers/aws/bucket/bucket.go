// Package bucket reads what lies in a bucket of S3: it lists the objects below
// a prefix and opens them.
//
// # Calls
//
// A listing is flat and costs one ListObjectsV2 per 1,000 keys, however many
// folders the keys seem to form; an object costs one GetObject. Nothing is
// asked before the first listing or opening: a bucket that nobody reads needs
// no credentials. The bucket's region is found from the answer to a call in the
// wrong one (header x-amz-bucket-region), else by HeadBucket.
//
// # Errors
//
// Every error of S3 is a *fs.PathError whose path is s3://BUCKET/KEY. It holds
// fs.ErrPermission where a permission is missing and fs.ErrNotExist where the
// bucket or the object is; its ErrorCode is the vendor's. Its text tells the
// operation, the code and what to grant, and never an address that was called.
//
// Without s3:ListBucket a missing object is answered with AccessDenied and not
// NoSuchKey, so that a denied object may be one that is gone: the text says so.
//
// # Objects
//
// An object comes as it is stored, compressed where it was. Where its body
// breaks off, the rest is asked for by range and under the condition that the
// object is still the same one (If-Match), so that two versions are never
// spliced.
package bucket

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/estray/estray/providers/aws/session"
)

// Connect makes the client of a bucket. It is called when the first call is
// due, and again if it failed.
type Connect func(ctx context.Context) (*s3.Client, error)

// Dial connects with the settings and credentials of the environment, as the
// vendor's tools find them.
func Dial(ctx context.Context) (*s3.Client, error) {
	cfg, err := session.Load(ctx, session.Options{})
	if err != nil {
		return nil, err
	}
	return Client(cfg), nil
}

// Client makes a client for buckets. Where an endpoint is given, buckets are
// named in the path, since emulators have no names of hosts for them.
func Client(cfg aws.Config) *s3.Client {
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // the bucket's own is found from the first answer
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil
		// The vendor's check would need the whole object, and speaks to the
		// terminal where there is nothing to check. Logs are gzip, which has a
		// checksum of its own.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
}

// Bucket is the part of a bucket below a prefix. It may be used from several
// goroutines at once.
type Bucket struct {
	name, prefix string
	connect      Connect

	mu     sync.Mutex
	client *s3.Client
	region string // that the bucket turned out to be in; "": the client's
}

// New names the part of a bucket below prefix, as below a folder: a slash is
// added where the prefix does not end with one. An empty prefix is all of it.
func New(name, prefix string, connect Connect) *Bucket {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return &Bucket{name: name, prefix: prefix, connect: connect}
}

// dial gives the client and the region to call.
func (b *Bucket) dial(ctx context.Context) (*s3.Client, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.client == nil {
		c, err := b.connect(ctx)
		if err != nil {
			return nil, "", err
		}
		b.client, b.region = c, c.Options().Region
	}
	return b.client, b.region, nil
}

// call makes one call in the bucket's region. Where the answer says that the
// bucket lies elsewhere, it makes it there.
func (b *Bucket) call(ctx context.Context, do func(*s3.Client, func(*s3.Options)) error) error {
	client, region, err := b.dial(ctx)
	if err != nil {
		return err
	}
	err = do(client, in(region))
	found := b.elsewhere(ctx, client, err)
	if found == "" || found == region {
		return err
	}
	b.mu.Lock()
	b.region = found
	b.mu.Unlock()
	return do(client, in(found))
}

func in(region string) func(*s3.Options) {
	return func(o *s3.Options) { o.Region = region }
}

// elsewhere is the region that the answer to a call names as the bucket's, ""
// where it names none. Sources: S3 error codes PermanentRedirect (301) and
// AuthorizationHeaderMalformed (400), and the header that comes with them.
func (b *Bucket) elsewhere(ctx context.Context, client *s3.Client, err error) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}
	if r := regionIn(err); r != "" {
		return r
	}
	switch session.Code(err) {
	case "PermanentRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
	default:
		return ""
	}
	out, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name})
	if err != nil {
		return regionIn(err)
	}
	return aws.ToString(out.BucketRegion)
}

// url names an object, or the bucket where key is empty, for messages.
func (b *Bucket) url(key string) string { return fmt.Sprintf("s3://%s/%s", b.name, key) }
