package archive_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/archive/archivetest"
)

// onDisk writes objects below a folder, and their metadata beside them.
func onDisk(t *testing.T, objects map[string]archivetest.Object) fs.FS {
	t.Helper()
	dir := t.TempDir()
	write := func(key string, content []byte) {
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for key, o := range objects {
		write(key, o.Content)
		if o.Metadata != nil {
			text, err := json.Marshal(o.Metadata)
			if err != nil {
				t.Fatal(err)
			}
			write(key+".metadata.json", text)
		}
	}
	return os.DirFS(dir)
}

// damaged is a file system of which one file cannot be opened, or breaks off.
type damaged struct {
	fs.FS
	name  string
	after int // bytes that are read; 0: it is not opened
}

func (r damaged) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if name != r.name || err != nil {
		return f, err
	}
	if r.after > 0 {
		return torn{f, io.LimitReader(f, int64(r.after)), name}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// torn is a file on a disk that cannot be read to its end.
type torn struct {
	fs.File
	begin io.Reader
	name  string
}

func (f torn) Read(p []byte) (int, error) {
	n, err := f.begin.Read(p)
	if err == io.EOF {
		err = &fs.PathError{Op: "read", Path: f.name, Err: io.ErrUnexpectedEOF}
	}
	return n, err
}

// TestFolderIsAStore holds folders against the contract.
func TestFolderIsAStore(t *testing.T) {
	archivetest.Run(t, archivetest.Harness{
		Store: func(t *testing.T, objects map[string]archivetest.Object) archive.Store {
			return archive.Folder(onDisk(t, objects))
		},
		Denied: func(t *testing.T, objects map[string]archivetest.Object, key string) archive.Store {
			return archive.Folder(damaged{FS: onDisk(t, objects), name: key})
		},
		Broken: func(t *testing.T, objects map[string]archivetest.Object, key string, after int) archive.Store {
			return archive.Folder(damaged{FS: onDisk(t, objects), name: key, after: after})
		},
		Unlisted: func(t *testing.T) archive.Store {
			return archive.Folder(damaged{FS: onDisk(t, nil), name: "."})
		},
		NothingBesides: true,
	})
}
