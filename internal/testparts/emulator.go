package testparts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// emulator is a server that stands for somebody else's service.
type emulator struct {
	name string
	// command runs it at a port of 127.0.0.1.
	command func(port string) *exec.Cmd
	// strange are the beginnings of variables that are none of the test's: what the
	// machine tells its own programs.
	strange []string
	// says stands in its log, before its URL, once it listens: on a port that was
	// taken meanwhile, somebody else would answer.
	says string
}

// run starts the emulator for t alone, stops it when t ends, and returns its URL.
func (e emulator) run(t testing.TB) string {
	t.Helper()
	r, err := attempt(func() (*running, error) { return e.start(t.TempDir()) })
	if err != nil {
		t.Fatalf("start %s: %v", e.name, err)
	}
	t.Cleanup(func() {
		if err := r.kill(); err != nil {
			t.Errorf("stop %s: %v", e.name, err)
		}
	})
	return r.url
}

// running is an emulator that runs.
type running struct {
	*process
	url string
}

func (e emulator) start(dir string) (*running, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := e.command(fmt.Sprint(port))
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc(e.strange, func(prefix string) bool { return strings.HasPrefix(v, prefix) })
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	proc, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	r := &running{process: proc, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	listens := func(context.Context) error {
		text, err := os.ReadFile(r.log)
		if err == nil && !bytes.Contains(text, []byte(e.says+r.url)) {
			err = fmt.Errorf("%s does not listen on %s", e.name, r.url)
		}
		return err
	}
	if err := r.ready(listens); err != nil {
		return nil, errors.Join(err, r.kill())
	}
	return r, nil
}
