package bucket

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/api/storage/v1"
)

const (
	// mostBreaks is how often a body may break off without getting on.
	mostBreaks = 4
	// gettingOn is how many bytes count as getting on: a large object over a
	// bad line comes to its end, and one that drips does not go on forever.
	gettingOn = 1 << 20
)

// Open opens an object by the rest of its name. The reader asks again for what
// is missing where the body breaks off; when it gives up, its error is a
// *fs.PathError.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	o := &object{ctx: ctx, bucket: b, name: b.prefix + key, size: -1}
	answer, err := o.get()
	if err != nil {
		return nil, b.failed("open", reading, o.name, err)
	}
	o.body = answer.Body
	if transcoded(answer.Header) {
		answer.Body.Close() //nolint:errcheck // nothing of it is used
		return nil, o.broke("open", "the object came in another encoding than it is stored in", nil)
	}
	o.generation, _ = strconv.ParseInt(answer.Header.Get(generation), 10, 64) // 0: it cannot be read on
	if n, err := strconv.ParseInt(answer.Header.Get(storedLength), 10, 64); err == nil {
		o.size = n
	}
	return o, nil
}

// object is an object while it is read.
type object struct {
	ctx        context.Context
	bucket     *Bucket
	name       string
	generation int64
	size       int64 // -1: it is not told

	body   io.ReadCloser
	at     int64 // bytes that were read
	breaks int   // since it last got on
	from   int64 // where it was then
	err    error // why it gives no more
}

// get asks for the object, or for what is left of it.
func (o *object) get() (answer *http.Response, err error) {
	if err := o.ctx.Err(); err != nil {
		return nil, err
	}
	err = o.bucket.call(o.ctx, func(s *storage.Service) error {
		call := s.Objects.Get(o.bucket.name, o.name).Context(o.ctx)
		if o.generation != 0 {
			call.IfGenerationMatch(o.generation).Header().Set("Range", fmt.Sprintf("bytes=%d-", o.at))
		}
		answer, err = call.Download()
		return err
	})
	return answer, err
}

// Read reads on, over breaks.
func (o *object) Read(p []byte) (int, error) {
	for o.err == nil {
		n, err := o.body.Read(p)
		o.at += int64(n)
		switch {
		case err == nil:
			return n, nil
		case err == io.EOF && o.at >= o.size: // not every answer that is cut ends otherwise
			o.err = io.EOF
		case err == io.EOF:
			o.err = o.resume(io.ErrUnexpectedEOF)
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
	case o.breaks > mostBreaks || o.generation == 0:
		return o.broke("read", fmt.Sprintf("the answer broke off at byte %d: %s", o.at, explain(cause).message), cause)
	}
	answer, err := o.get()
	switch {
	case explain(err).status == http.StatusPreconditionFailed:
		return o.broke("read", "the object changed while it was read", err)
	case err != nil:
		return o.bucket.failed("read", reading, o.name, err)
	}
	o.body = answer.Body
	if !strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", o.at)) ||
		answer.Header.Get(generation) != strconv.FormatInt(o.generation, 10) || transcoded(answer.Header) {
		return o.broke("read", "asked for the rest of the object, Cloud Storage sent something else", cause)
	}
	return nil
}

// broke says why the reading ends here.
func (o *object) broke(op, why string, cause error) error {
	f := &failure{text: reading + ": " + why, err: cause}
	if cause != nil {
		f.code = explain(cause).code
	}
	return &fs.PathError{Op: op, Path: o.bucket.url(o.name), Err: f}
}

// Close ends the reading.
func (o *object) Close() error { return o.body.Close() }

// Metadata gives the custom metadata of an object, by names in lower case.
func (b *Bucket) Metadata(ctx context.Context, key string) (map[string]string, error) {
	name := b.prefix + key
	var object *storage.Object
	err := b.call(ctx, func(s *storage.Service) (err error) {
		object, err = s.Objects.Get(b.name, name).Fields("metadata").Context(ctx).Do()
		return err
	})
	if err != nil {
		return nil, b.failed("read metadata of", reading, name, err)
	}
	if len(object.Metadata) == 0 {
		return nil, nil
	}
	all := make(map[string]string, len(object.Metadata))
	for name, value := range object.Metadata {
		all[strings.ToLower(name)] = value
	}
	return all, nil
}
