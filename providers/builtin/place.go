package builtin

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws/bucket"
)

var _ archive.Store = (*bucket.Bucket)(nil)

// folder opens what lies below a path, and gives the part of the path that
// helps to recognise objects. A bucket is not called before it is read.
func folder(path string) (archive.Store, string) {
	if name, prefix, ok := inS3(path); ok {
		return bucket.New(name, prefix, bucket.Dial), prefix
	}
	return archive.Folder(os.DirFS(path)), filepath.ToSlash(filepath.Clean(path))
}

// file opens the folder of one file, and gives the file's name in it.
func file(path string) (archive.Store, string) {
	if name, key, ok := inS3(path); ok {
		at := strings.LastIndexByte(key, '/') + 1
		return bucket.New(name, key[:at], bucket.Dial), key[at:]
	}
	return archive.Folder(os.DirFS(filepath.Dir(path))), filepath.Base(path)
}

func inS3(path string) (name, key string, ok bool) {
	rest, ok := strings.CutPrefix(path, "s3://")
	name, key, _ = strings.Cut(rest, "/")
	return name, key, ok
}
