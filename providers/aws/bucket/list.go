package bucket

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/estray/estray/providers/aws/session"
)

// listing is the operation that lists.
const listing = "ListObjectsV2"

// List calls visit for each object below the prefix, in the order of their
// keys, with the rest of its key. Objects that stand for folders (an empty
// object whose key ends with a slash, as consoles make them) are left out. An
// error of visit ends the listing and is returned unchanged; any other error
// means that the rest is not known.
func (b *Bucket) List(ctx context.Context, visit func(key string, info fs.FileInfo, err error) error) error {
	var refused error
	err := session.Pages(ctx, func(token *string) (*string, error) {
		page, err := b.page(ctx, token)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			if refused = b.visit(o, page.EncodingType, visit); refused != nil {
				return nil, refused
			}
		}
		return page.NextContinuationToken, whole(page)
	})
	if err == nil || err == refused {
		return err
	}
	return b.failed("list", listing, b.prefix, err)
}

func (b *Bucket) page(ctx context.Context, token *string) (page *s3.ListObjectsV2Output, err error) {
	err = b.call(ctx, func(c *s3.Client, in func(*s3.Options)) error {
		page, err = c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
			Bucket: &b.name, Prefix: &b.prefix, ContinuationToken: token,
			// Keys may hold characters that XML cannot: one object of a stranger
			// would make the whole page unreadable.
			EncodingType: types.EncodingTypeUrl,
		}, in)
		return err
	})
	return page, err
}

// whole: an answer that says that more follows says where.
func whole(page *s3.ListObjectsV2Output) error {
	if aws.ToBool(page.IsTruncated) && aws.ToString(page.NextContinuationToken) == "" {
		return errors.New("the listing says that more follows and not where")
	}
	return nil
}

func (b *Bucket) visit(o types.Object, encoding types.EncodingType, visit func(string, fs.FileInfo, error) error) error {
	key := aws.ToString(o.Key)
	if encoding == types.EncodingTypeUrl {
		plain, err := url.QueryUnescape(key)
		if err != nil {
			return visit(key, nil, errors.New("the listing gives its key in a form that is none"))
		}
		key = plain
	}
	key = strings.TrimPrefix(key, b.prefix)
	if size := aws.ToInt64(o.Size); size > 0 || key != "" && !strings.HasSuffix(key, "/") {
		return visit(key, info{key, size, aws.ToTime(o.LastModified)}, nil)
	}
	return nil
}

// info is what a listing tells of an object.
type info struct {
	key      string
	size     int64
	modified time.Time
}

var _ fs.FileInfo = info{}

// Name is the last part of the key.
func (i info) Name() string { return path.Base(i.key) }

// Size is the number of bytes as stored.
func (i info) Size() int64 { return i.size }

// Mode is that of a regular file.
func (i info) Mode() fs.FileMode { return 0o444 }

// ModTime is when the object was written.
func (i info) ModTime() time.Time { return i.modified }

// IsDir is false: a bucket has no folders.
func (i info) IsDir() bool { return false }

// Sys is nil.
func (i info) Sys() any { return nil }
