package testparts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// pythonCure brings Python, boto3 and moto at once.
const pythonCure = "run .ci/parts.sh, which installs moto and boto3 with pip"

// Python returns the path of a Python interpreter that has boto3, the vendor's
// other SDK: what a fake of AWS says must mean the same to both. That of
// .ci/parts.sh comes first, then any python3 of the machine that has it.
func Python(t testing.TB) string {
	t.Helper()
	const part = "Python with boto3"
	Heavy(t, part)
	path := filepath.Join(pythonHome(), "bin", "python")
	if has(path, "boto3") == nil {
		return path
	}
	path, err := exec.LookPath("python3")
	if err == nil {
		err = has(path, "boto3")
	}
	if err != nil {
		Missing(t, part, err, pythonCure)
	}
	return path
}

// has tries whether an interpreter runs and has a package.
func has(interpreter, name string) error {
	if out, err := exec.Command(interpreter, "-c", "import "+name).CombinedOutput(); err != nil {
		return fmt.Errorf("import %s with %s: %w: %s", name, interpreter, err, out)
	}
	return nil
}

// pythonHome is the virtual environment that .ci/parts.sh makes. The folder is
// named there in the same way, on every system alike.
func pythonHome() string { return filepath.Join(cacheHome(), "moto-5.2.5") }

// cacheHome holds what .ci/parts.sh installs for this project.
func cacheHome() string {
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	return filepath.Join(cache, "estray")
}
