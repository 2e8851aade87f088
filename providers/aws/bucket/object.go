package bucket

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/estray/estray/providers/aws/session"
)

const (
	// reading is the operation that reads.
	reading = "GetObject"
	// mostBreaks is how often a body may break off without getting on.
	mostBreaks = 4
	// gettingOn is how many bytes count as getting on: a large object over a
	// bad line comes to its end, and one that drips does not go on forever.
	gettingOn = 1 << 20
)

// Open opens an object by the rest of its key. The reader asks again for what
// is missing where the body breaks off; when it gives up, its error is a
// *fs.PathError.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	o := &object{ctx: ctx, bucket: b, key: b.prefix + key}
	out, err := o.get("", nil)
	if err != nil {
		return nil, b.failed("open", reading, o.key, err)
	}
	o.body, o.etag = out.Body, aws.ToString(out.ETag)
	return o, nil
}

// object is an object while it is read.
type object struct {
	ctx    context.Context
	bucket *Bucket
	key    string
	etag   string

	body   io.ReadCloser
	at     int64 // bytes that were read
	breaks int   // since it last got on
	from   int64 // where it was then
	err    error // why it gives no more
}

func (o *object) get(from string, match *string) (out *s3.GetObjectOutput, err error) {
	in := &s3.GetObjectInput{Bucket: &o.bucket.name, Key: &o.key, IfMatch: match}
	if from != "" {
		in.Range = &from
	}
	err = o.bucket.call(o.ctx, func(c *s3.Client, opt func(*s3.Options)) error {
		out, err = c.GetObject(o.ctx, in, opt)
		return err
	})
	return out, err
}

// Read reads on, over breaks.
func (o *object) Read(p []byte) (int, error) {
	for o.err == nil {
		n, err := o.body.Read(p)
		o.at += int64(n)
		switch err {
		case nil:
			return n, nil
		case io.EOF: // an answer that is cut ends otherwise
			o.err = io.EOF
		default:
			o.err = o.resume(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, o.err
}

// resume asks for the rest behind the break, whose cause is given.
func (o *object) resume(cause error) error {
	o.body.Close() //nolint:errcheck // it is broken already
	if o.at-o.from >= gettingOn {
		o.breaks, o.from = 0, o.at
	}
	o.breaks++
	switch {
	case o.ctx.Err() != nil:
		return o.ctx.Err()
	case o.breaks > mostBreaks || o.etag == "":
		_, why := session.Explain(cause) // not the text as it is, which names ports of this machine
		return o.broke(fmt.Sprintf("the answer broke off at byte %d: %s", o.at, why.Message), cause)
	}
	out, err := o.get(fmt.Sprintf("bytes=%d-", o.at), &o.etag)
	switch {
	case session.Code(err) == "PreconditionFailed":
		return o.broke("the object changed while it was read", err)
	case err != nil:
		return o.bucket.failed("read", reading, o.key, err)
	}
	o.body = out.Body
	if !strings.HasPrefix(aws.ToString(out.ContentRange), fmt.Sprintf("bytes %d-", o.at)) || aws.ToString(out.ETag) != o.etag {
		return o.broke("asked for the rest of the object, S3 sent something else", cause)
	}
	return nil
}

// broke says why the reading ends here.
func (o *object) broke(why string, cause error) error {
	f := &failure{text: reading + ": " + why, code: session.Code(cause), err: cause}
	return &fs.PathError{Op: "read", Path: o.bucket.url(o.key), Err: f}
}

// Close ends the reading.
func (o *object) Close() error { return o.body.Close() }

// Metadata gives the user metadata of an object, by names in lower case
// without x-amz-meta- in front (HeadObject).
func (b *Bucket) Metadata(ctx context.Context, key string) (map[string]string, error) {
	key = b.prefix + key
	var out *s3.HeadObjectOutput
	err := b.call(ctx, func(c *s3.Client, opt func(*s3.Options)) (err error) {
		out, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key}, opt)
		return err
	})
	if err != nil {
		return nil, b.failed("read metadata of", "HeadObject", key, err)
	}
	if len(out.Metadata) == 0 {
		return nil, nil
	}
	all := make(map[string]string, len(out.Metadata))
	for name, value := range out.Metadata {
		all[strings.ToLower(name)] = value
	}
	return all, nil
}
