package bucket

import (
	"context"
	"errors"
	"io/fs"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/estray/estray/providers/aws/session"
)

// failure is an error of S3 in our words.
type failure struct {
	text string
	code string
	kind error // fs.ErrPermission, fs.ErrNotExist or nil
	err  error // the client's
}

// Error gives the operation, the code, the message and what to grant.
func (f *failure) Error() string { return f.text }

// ErrorCode is the vendor's code, "" for none.
func (f *failure) ErrorCode() string { return f.code }

// Unwrap gives what the error is to package fs, and the client's error.
func (f *failure) Unwrap() []error {
	if f.kind == nil {
		return []error{f.err}
	}
	return []error{f.kind, f.err}
}

// failed turns an error of the client into one of a file system. The end of the
// run stays what it is.
func (b *Bucket) failed(op, operation, key string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	_, why := session.Explain(err)
	if why.Operation == "" {
		why.Operation = operation
	}
	f := &failure{code: why.Code, err: err}
	hint := ""
	switch {
	case missing(err):
		f.kind = fs.ErrNotExist
	case why.Code == "InvalidObjectState":
		hint = " (it lies in an archive tier; restore it to have it read)"
	case session.Denied(err):
		f.kind, hint = fs.ErrPermission, takes(operation)
	}
	f.text = why.String() + hint
	return &fs.PathError{Op: op, Path: b.url(key), Err: f}
}

// missing: the bucket or the object is not there. Source: S3 error codes; an
// answer without a body has its status for a code.
func missing(err error) bool {
	switch session.Code(err) {
	case "NoSuchKey", "NoSuchBucket", "NotFound":
		return true
	}
	return false
}

// takes says what an operation needs.
func takes(operation string) string {
	if operation == listing {
		return " (takes s3:ListBucket on the bucket)"
	}
	return " (takes s3:GetObject and, for its key, kms:Decrypt; without s3:ListBucket S3 says so of a missing object too)"
}

// regionIn is the region that an answer names as the bucket's own.
func regionIn(err error) string {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil || answer.Response.Response == nil {
		return ""
	}
	return answer.Response.Header.Get("X-Amz-Bucket-Region")
}
