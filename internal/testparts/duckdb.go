package testparts

import (
	"path/filepath"
	"testing"
)

// DuckDB returns the path of a Python interpreter that has DuckDB 2.0.0, and no
// other version: one that is asked what the same logs hold.
func DuckDB(t testing.TB) string {
	t.Helper()
	const part = "DuckDB 2.0.0"
	Heavy(t, part)
	path := filepath.Join(cacheHome(), "duckdb-2.0.0", "bin", "python")
	if err := has(path, "duckdb"); err != nil {
		Missing(t, part, err, "run .ci/parts.sh, which installs it with pip")
	}
	return path
}
