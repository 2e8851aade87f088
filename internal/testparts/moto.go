package testparts

import (
	"os"
	"os/exec"
	"path/filepath"
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
	return emulator{name: "moto", strange: []string{"AWS_", "MOTO_"}, says: "Running on ",
		command: func(port string) *exec.Cmd {
			return exec.Command(filepath.Join(pythonHome(), "bin", "moto_server"), "-H", "127.0.0.1", "-p", port)
		}}.run(t)
}
