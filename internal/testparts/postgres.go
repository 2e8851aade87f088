package testparts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// postgresBin is where Debian's package postgresql-15 puts the server.
const postgresBin = "/usr/lib/postgresql/15/bin"

// Server is a running PostgreSQL 15 with a fresh cluster of its own, on a free
// loopback port. Nothing of it outlives the test that started it.
type Server struct {
	*process
	dir  string
	port int
}

// Postgres starts a server for t alone and returns the DSN of an empty
// database in it. Tests that need several databases share one StartPostgres.
func Postgres(t testing.TB) string {
	t.Helper()
	return StartPostgres(t).Database(t)
}

// StartPostgres starts a server and stops it when t ends. Call it in the
// parent test and give the server to the sub-tests as a value.
func StartPostgres(t testing.TB) *Server {
	t.Helper()
	Heavy(t, "PostgreSQL")
	if _, err := os.Stat(filepath.Join(postgresBin, "initdb")); err != nil {
		Missing(t, "PostgreSQL", err,
			"as root: apt-get update && apt-get install -y --no-install-recommends postgresql-15")
	}
	s, err := start()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop PostgreSQL: %v", err)
		}
	})
	return s
}

// Database creates an empty database and returns its DSN. It goes with the
// server; no test sees the tables of another.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	name := "t" + strings.ToLower(rand.Text())
	if err := s.exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return s.dsn(name)
}

// dsn is the address of one database. Any user of the machine may connect:
// the cluster holds test data only and lives for seconds.
func (s *Server) dsn(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// exec runs one statement in the maintenance database.
func (s *Server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// start makes a cluster and runs the server on it.
func start() (*Server, error) {
	attr, err := serverUser()
	if err != nil {
		return nil, err
	}
	// Not t.TempDir: the server's user must be able to walk into it.
	dir, err := os.MkdirTemp("", "estray-postgres-")
	if err != nil {
		return nil, err
	}
	s, err := startIn(dir, attr)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func startIn(dir string, attr *syscall.SysProcAttr) (*Server, error) {
	if attr.Credential != nil {
		if err := os.Chown(dir, int(attr.Credential.Uid), int(attr.Credential.Gid)); err != nil {
			return nil, err
		}
	}
	initdb := exec.Command(filepath.Join(postgresBin, "initdb"), "-D", filepath.Join(dir, "data"),
		"-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run initdb: %w: %s", err, out)
	}
	return attempt(func() (*Server, error) { return serve(dir, attr) })
}

// serve runs the server on a free port and waits until it answers.
func serve(dir string, attr *syscall.SysProcAttr) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// No Unix socket: its path would be too long in deep temporary folders.
	// Nothing is synced: a test's cluster need not survive the machine.
	cmd := exec.Command(filepath.Join(postgresBin, "postgres"), "-D", filepath.Join(dir, "data"),
		"-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	cmd.SysProcAttr = attr
	proc, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	s := &Server{process: proc, dir: dir, port: port}
	if err := s.ready(func(ctx context.Context) error { return s.exec(ctx, "SELECT 1") }); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

// stop ends the server and removes its files.
func (s *Server) stop() error {
	return errors.Join(s.kill(), os.RemoveAll(s.dir))
}
