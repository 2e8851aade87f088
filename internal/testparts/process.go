package testparts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// startPatience bounds one start of a server, and its end. PostgreSQL starts in
// half a second on a quiet machine, moto in two.
const startPatience = 60 * time.Second

// startTries is how often another port is tried. A port that was free a moment
// ago may be taken by another test binary.
const startTries = 5

// process is a server that runs beside a test.
type process struct {
	log  string // path of what it writes
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// launch runs a server that writes its log into dir.
func launch(dir string, cmd *exec.Cmd) (*process, error) {
	p := &process{log: filepath.Join(dir, "log"), cmd: cmd, done: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the server writes through a copy of its own
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		cmd.Wait() //nolint:errcheck // a server that ends is noticed through done; its log says why
		close(p.done)
	}()
	return p, nil
}

// ready waits until the server answers or ends. answers gives nil once it does.
func (p *process) ready(answers func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", err)
		case <-p.done:
			text, err := os.ReadFile(p.log)
			return errors.Join(fmt.Errorf("server ended: %s", text), err)
		}
	}
}

// kill ends the server: SIGQUIT is PostgreSQL's immediate shutdown, which ends
// its children too, and ends Python at once; SIGKILL follows if it is not
// obeyed.
func (p *process) kill() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(startPatience):
		return errors.Join(errors.New("server ignores SIGQUIT"), p.cmd.Process.Kill())
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

// attempt starts a server on one port after another until one start succeeds.
func attempt[T any](start func() (T, error)) (T, error) {
	var last error
	for range startTries {
		s, err := start()
		if err == nil {
			return s, nil
		}
		last = err
	}
	var none T
	return none, last
}
