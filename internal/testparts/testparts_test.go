package testparts_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/estray/estray/internal/testparts"
)

// double is a test under observation: it keeps how a helper ended it.
type double struct {
	testing.TB
	verdict string
}

func (d *double) Helper() {}

func (d *double) Skipf(format string, args ...any) { d.end("skip: ", format, args) }

func (d *double) Fatalf(format string, args ...any) { d.end("fatal: ", format, args) }

func (d *double) end(kind, format string, args []any) {
	d.verdict = kind + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// observe runs f as a test would run it and returns how f ended it; empty if
// f came to its end.
func observe(t *testing.T, f func(testing.TB)) string {
	t.Helper()
	d := &double{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(d)
	}()
	<-done
	return d.verdict
}

func TestMissingPartIsNeverSilent(t *testing.T) {
	for _, tc := range []struct{ name, parts, ci, want string }{
		{"fails where parts are required", "required", "", "fatal: PostgreSQL is required and missing: no initdb; install it"},
		{"fails on CI", "", "true", "fatal: PostgreSQL is required and missing: no initdb; install it"},
		{"skips with the cure elsewhere", "", "", "skip: PostgreSQL is missing: no initdb; install it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("ESTRAY_TEST_PARTS", tc.parts)
			t.Setenv("CI", tc.ci)
			got := observe(t, func(t testing.TB) {
				testparts.Missing(t, "PostgreSQL", errors.New("no initdb"), "install it")
			})
			if got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestHeavyPartIsLeftOutByName(t *testing.T) {
	for _, tc := range []struct {
		name string
		use  func(testing.TB)
		part string
	}{
		{"a server", func(t testing.TB) { testparts.StartPostgres(t) }, "PostgreSQL"},
		{"a browser", func(t testing.TB) { testparts.Chromium(t) }, "Chromium"},
		{"an interpreter", func(t testing.TB) { testparts.Python(t) }, "Python with boto3"},
		{"a database engine", func(t testing.TB) { testparts.DuckDB(t) }, "DuckDB 2.0.0"},
		{"an emulator", func(t testing.TB) { testparts.Moto(t) }, "moto 5.2.5, an emulator of AWS"},
		{"another emulator", func(t testing.TB) { testparts.GCS(t) }, "fake-gcs-server 1.56.1, an emulator of Google Cloud Storage"},
		{"any other", func(t testing.TB) { testparts.Heavy(t, "kill -9") }, "kill -9"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("ESTRAY_TEST_PARTS", "none")
			got := observe(t, tc.use)
			if want := "skip: " + tc.part + " left out"; !strings.HasPrefix(got, want) {
				t.Errorf("got %q, want prefix %q", got, want)
			}
		})
	}
}

func TestHeavyGoesOnWherePartsAreRequired(t *testing.T) {
	if testing.Short() {
		t.Skip("heavy parts are left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	if got := observe(t, func(t testing.TB) { testparts.Heavy(t, "kill -9") }); got != "" {
		t.Errorf("got %q, want no end", got)
	}
}

func TestChromiumThatIsNotInstalledNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("Chromium is left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("PATH", t.TempDir())
	got := observe(t, func(t testing.TB) { testparts.Chromium(t) })
	if !strings.HasPrefix(got, "fatal: ") || !strings.Contains(got, "apt-get install -y --no-install-recommends chromium") {
		t.Errorf("got %q, want a failure with the command", got)
	}
}

func TestPythonWithoutTheSDKNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("Python is left out by -short")
	}
	bare := t.TempDir()
	script(t, filepath.Join(bare, "python3"), "exit 1")
	for name, path := range map[string]string{"no interpreter": t.TempDir(), "an interpreter without boto3": bare} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ESTRAY_TEST_PARTS", "required")
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			t.Setenv("PATH", path)
			got := observe(t, func(t testing.TB) { testparts.Python(t) })
			if !strings.HasPrefix(got, "fatal: Python with boto3 is required and missing") || !strings.Contains(got, ".ci/parts.sh") {
				t.Errorf("got %q, want a failure with the command", got)
			}
		})
	}
}

func TestPythonOfTheProjectComesFirst(t *testing.T) {
	if testing.Short() {
		t.Skip("Python is left out by -short")
	}
	cache, elsewhere := t.TempDir(), t.TempDir()
	own, other := filepath.Join(cache, "estray", "moto-5.2.5", "bin", "python"), filepath.Join(elsewhere, "python3")
	script(t, other, "exit 0")
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("PATH", elsewhere)
	if got := testparts.Python(t); got != other {
		t.Errorf("got %q, want the machine's own where the project has none", got)
	}
	script(t, own, "exit 0")
	if got := testparts.Python(t); got != own {
		t.Errorf("got %q, want %q", got, own)
	}
	script(t, own, "exit 1") // its packages are gone
	if got := testparts.Python(t); got != other {
		t.Errorf("got %q, want %q", got, other)
	}
}

func TestDuckDBThatIsNotInstalledNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("DuckDB is left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	got := observe(t, func(t testing.TB) { testparts.DuckDB(t) })
	if !strings.HasPrefix(got, "fatal: DuckDB 2.0.0 is required and missing") || !strings.Contains(got, ".ci/parts.sh") {
		t.Errorf("got %q, want a failure with the command", got)
	}
}

func TestDuckDBIsTheVersionThatIsNamed(t *testing.T) {
	out, err := exec.Command(testparts.DuckDB(t), "-c", "import duckdb; print(duckdb.__version__)").CombinedOutput()
	if err != nil || string(out) != "2.0.0\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestPythonHasTheSDK(t *testing.T) {
	out, err := exec.Command(testparts.Python(t), "-c", "import boto3; print(boto3.__name__)").CombinedOutput()
	if err != nil || string(out) != "boto3\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestMotoThatIsNotInstalledNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("moto is left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	got := observe(t, func(t testing.TB) { testparts.Moto(t) })
	if !strings.HasPrefix(got, "fatal: moto 5.2.5") || !strings.Contains(got, ".ci/parts.sh") {
		t.Errorf("got %q, want a failure with the command", got)
	}
}

func TestMotoThatEndsTellsItsLastWords(t *testing.T) {
	if testing.Short() {
		t.Skip("moto is left out by -short")
	}
	cache := t.TempDir()
	home := filepath.Join(cache, "estray", "moto-5.2.5")
	script(t, filepath.Join(home, "bin", "moto_server"), "echo no room in the inn; exit 3")
	script(t, filepath.Join(home, "installed"), "")
	t.Setenv("ESTRAY_TEST_PARTS", "")
	t.Setenv("XDG_CACHE_HOME", cache)
	got := observe(t, func(t testing.TB) { testparts.Moto(t) })
	if !strings.HasPrefix(got, "fatal: start moto: ") || !strings.Contains(got, "no room in the inn") {
		t.Errorf("got %q, want a failure with what it wrote", got)
	}
}

func TestMotoEndsWithItsTest(t *testing.T) {
	var url string
	t.Run("in use", func(t *testing.T) {
		url = testparts.Moto(t)
		answer, err := http.Get(url + "/moto-api/")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %s", answer.Status)
		}
	})
	if answer, err := http.Get(url + "/moto-api/"); err == nil {
		answer.Body.Close()
		t.Error("moto still answers after its test")
	}
}

// script writes a program, and the folders above it.
func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestChromiumIsAProgram(t *testing.T) {
	info, err := os.Stat(testparts.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 == 0 {
		t.Errorf("mode %v, want executable", info.Mode())
	}
}

func TestDataIsSoughtBesideTheRepository(t *testing.T) {
	for _, tc := range []struct{ name, ci, want string }{
		{"fails on CI", "true", "fatal: the recordings are required and missing"},
		{"skips in a clone that stands alone", "", "skip: the recordings are missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("ESTRAY_TEST_PARTS", "required")
			t.Setenv("CI", tc.ci)
			repo, pkg := filepath.Join(t.TempDir(), "repo"), "findings"
			if err := os.MkdirAll(filepath.Join(repo, pkg), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(repo, "go.mod"), []byte("module m\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(filepath.Join(repo, pkg))
			if got := observe(t, func(t testing.TB) { testparts.Data(t) }); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want prefix %q", got, tc.want)
			}

			data := filepath.Join(filepath.Dir(repo), "shared", "data")
			if err := os.MkdirAll(data, 0o700); err != nil {
				t.Fatal(err)
			}
			if got := testparts.Data(t); got != data {
				t.Errorf("got %q, want %q", got, data)
			}
		})
	}
}

func TestPostgresGivesEachTestAnEmptyDatabase(t *testing.T) {
	server := testparts.StartPostgres(t)
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			conn := connect(t, server.Database(t))
			var version string
			if err := conn.QueryRow(t.Context(), "SHOW server_version").Scan(&version); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(version, "15.") {
				t.Errorf("server version %q, want 15", version)
			}
			// The same table in both: the second would fail in a shared database.
			if _, err := conn.Exec(t.Context(), "CREATE TABLE assets (id text PRIMARY KEY)"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPostgresEndsWithItsTest(t *testing.T) {
	var dsn string
	t.Run("in use", func(t *testing.T) {
		dsn = testparts.Postgres(t)
		connect(t, dsn)
	})
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(context.Background())
		t.Error("server still answers after its test")
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return conn
}
