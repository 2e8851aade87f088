package cli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
)

// room is a folder with a configuration, in which commands run in-process.
type room struct {
	t   *testing.T
	dir string
	env []string
}

func newRoom(t *testing.T, config string) room {
	t.Helper()
	r := room{t: t, dir: t.TempDir()}
	r.write("estray.yaml", []byte(config))
	return r
}

func (r room) write(name string, content []byte) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
		r.t.Fatal(err)
	}
}

// estray runs one command line and returns its exit code and streams.
func (r room) estray(args ...string) (code int, stdout, stderr string) {
	r.t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(context.Background(), args, cli.Streams{
		Out: &out, Err: &errs, OutWidth: 80, Dir: r.dir, Environ: r.env, Clock: time.Now, Holder: "test",
	})
	return code, out.String(), errs.String()
}

// scan runs a scan and reads its JSON report; the code must be one of a scan
// that could be done.
func (r room) scan(args ...string) (int, *report.Document) {
	r.t.Helper()
	path := filepath.Join(r.dir, "report.json")
	code, _, stderr := r.estray(append([]string{"scan", "--output", "json=" + path}, args...)...)
	if code == report.ExitFailed || code == report.ExitUsage {
		r.t.Fatalf("scan: exit code %d\n%s", code, stderr)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(b, &d); err != nil {
		r.t.Fatal(err)
	}
	return code, &d
}

// object packs records as S3 would hold a CloudTrail object, delivered at the
// time given as YYYYMMDDTHHmm.
func (r room) object(dir, account, region, at, unique string, records ...json.RawMessage) {
	r.t.Helper()
	text, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		r.t.Fatal(err)
	}
	r.plain(dir, account, region, at, unique, text)
}

// plain packs any text as the content of such an object.
func (r room) plain(dir, account, region, at, unique string, text []byte) {
	r.t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); errors.Join(err, z.Close()) != nil {
		r.t.Fatal(err)
	}
	key := filepath.Join(dir, "AWSLogs", account, "CloudTrail", region, at[:4], at[4:6], at[6:8],
		account+"_CloudTrail_"+region+"_"+at+"Z_"+unique+".json.gz")
	r.write(key, b.Bytes())
}
