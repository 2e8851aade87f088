package testparts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresBin is where Debian's package postgresql-15 puts the server.
const postgresBin = "/usr/lib/postgresql/15/bin"

// startPatience bounds one start of the server. It takes about half a second
// on a quiet machine.
const startPatience = 60 * time.Second

// startTries is how often another port is tried. A port that was free a moment
// ago may be taken by another test binary.
const startTries = 5

// Server is a running PostgreSQL 15 with a fresh cluster of its own, on a free
// loopback port. Nothing of it outlives the test that started it.
type Server struct {
	dir  string
	port int
	proc *exec.Cmd
	done chan struct{} // closed when the process has ended
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
	var last error
	for range startTries {
		s, err := serve(dir, attr)
		if err == nil {
			return s, nil
		}
		last = err
	}
	return nil, last
}

// serve runs the server on a free port and waits until it answers.
func serve(dir string, attr *syscall.SysProcAttr) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// No Unix socket: its path would be too long in deep temporary folders.
	// Nothing is synced: a test's cluster need not survive the machine.
	proc := exec.Command(filepath.Join(postgresBin, "postgres"), "-D", filepath.Join(dir, "data"),
		"-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the server writes through a copy of its own
	proc.Dir, proc.SysProcAttr, proc.Stdout, proc.Stderr = dir, attr, log, log
	if err := proc.Start(); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, port: port, proc: proc, done: make(chan struct{})}
	go func() {
		proc.Wait() //nolint:errcheck // a server that ends is noticed through done; its log says why
		close(s.done)
	}()
	if err := s.ready(); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

// ready waits until the server answers or ends.
func (s *Server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for port %d: %w", s.port, err)
		case <-s.done:
			text, err := os.ReadFile(filepath.Join(s.dir, "log"))
			return errors.Join(fmt.Errorf("server ended: %s", text), err)
		}
	}
}

// stop ends the server and removes its files.
func (s *Server) stop() error {
	return errors.Join(s.kill(), os.RemoveAll(s.dir))
}

// kill ends the process: SIGQUIT is PostgreSQL's immediate shutdown, which
// ends its children too; SIGKILL follows if it does not obey.
func (s *Server) kill() error {
	select {
	case <-s.done:
		return nil
	default:
	}
	if err := s.proc.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(startPatience):
		return errors.Join(errors.New("server ignores SIGQUIT"), s.proc.Process.Kill())
	}
}

// freePort asks the kernel for a port that nobody holds now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
