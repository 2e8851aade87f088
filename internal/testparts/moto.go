package testparts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Moto starts an emulator of AWS for t alone, stops it when t ends, and returns
// its URL. It is moto 5.2.5 and no other version: tests know what this one
// lacks. It is empty, holds every account and region, and takes any credentials
// that it did not hand out itself for those of account 123456789012.
func Moto(t testing.TB) string {
	t.Helper()
	const part = "moto 5.2.5, an emulator of AWS"
	Heavy(t, part)
	if _, err := os.Stat(filepath.Join(pythonHome(), "installed")); err != nil {
		Missing(t, part, err, pythonCure)
	}
	m, err := attempt(func() (*emulator, error) { return startMoto(t.TempDir()) })
	if err != nil {
		t.Fatalf("start moto: %v", err)
	}
	t.Cleanup(func() {
		if err := m.kill(); err != nil {
			t.Errorf("stop moto: %v", err)
		}
	})
	return m.url
}

// emulator is a running emulator.
type emulator struct {
	*process
	url string
}

func startMoto(dir string) (*emulator, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(pythonHome(), "bin", "moto_server"), "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	// What the machine knows of AWS or of moto is none of the test's.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "MOTO_")
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	proc, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	m := &emulator{process: proc, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	if err := m.ready(m.listens); err != nil {
		return nil, errors.Join(err, m.kill())
	}
	return m, nil
}

// listens reads moto's own word that it listens: on a port that was taken
// meanwhile, somebody else would answer.
func (m *emulator) listens(context.Context) error {
	text, err := os.ReadFile(m.log)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("Running on "+m.url)) {
		return errors.New("moto does not listen on " + m.url)
	}
	return nil
}
