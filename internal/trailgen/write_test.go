package trailgen_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/estray/estray/internal/trailgen"
)

// TestWriteWritesEveryObject, over all processors, with the content that each
// has by itself, and sums up.
func TestWriteWritesEveryObject(t *testing.T) {
	cfg := trailgen.Default(20, 50_000)
	dir := t.TempDir()
	got, err := trailgen.Write(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	a := archive(t, cfg)
	var raw, packed, largest int64
	var all []record
	lambda := 0
	for i := range cfg.Objects {
		file, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(a.Key(i))))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		want, content := object(t, a, i)
		if !bytes.Equal(text, want) {
			t.Errorf("object %d differs from what it has by itself", i)
		}
		largest = max(largest, int64(len(text)))
		raw, packed, lambda = raw+int64(len(text)), packed+int64(len(file)), lambda+content.Lambda
		all = append(all, records(t, text)...)
	}
	if got.Objects != 20 || got.Bytes != raw || got.Packed != packed || got.Largest != largest || got.Records != len(all) || got.Lambda != lambda {
		t.Errorf("told %+v; read %d bytes, %d packed, %d records, %d of Lambda", got, raw, packed, len(all), lambda)
	}
	if want := usage(all); len(want) == 0 || len(want) != len(got.Usage()) || want[0] != got.Usage()[0] {
		t.Errorf("%d rows of usage, want %d", len(got.Usage()), len(want))
	}
	if ratio := float64(raw) / float64(packed); ratio < 5.5 || ratio > 12 {
		t.Errorf("packed %.1f to one, want about 8", ratio)
	}
}

func TestWriteTellsWhatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trailgen.Write(file, trailgen.Default(2, 1000)); err == nil || !strings.HasPrefix(err.Error(), "write a trail: ") {
		t.Errorf("error %v", err)
	}
	if _, err := trailgen.Write(t.TempDir(), trailgen.Config{}); err == nil {
		t.Error("an empty config is no error")
	}
}
