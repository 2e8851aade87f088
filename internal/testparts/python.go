package testparts

import (
	"fmt"
	"os/exec"
	"testing"
)

// Python returns the path of a Python interpreter that has boto3, the vendor's
// other SDK: what a fake of AWS says must mean the same to both.
func Python(t testing.TB) string {
	t.Helper()
	const part = "Python with boto3"
	Heavy(t, part)
	path, err := exec.LookPath("python3")
	if err == nil {
		if out, failed := exec.Command(path, "-c", "import boto3").CombinedOutput(); failed != nil {
			err = fmt.Errorf("import boto3 with %s: %w: %s", path, failed, out)
		}
	}
	if err != nil {
		Missing(t, part, err, "python3 -m pip install boto3")
	}
	return path
}
