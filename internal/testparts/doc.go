// Package testparts hands tests the real parts that they need: a PostgreSQL
// server, a Chromium browser, emulators of AWS and of Google Cloud Storage, a mock
// server of Cloudflare, a Python with a vendor's SDK and one with DuckDB, and what
// lies beside the repository: recordings of attacks and a published document. Only tests import it.
//
// # When a part is missing
//
// A test that skips in silence looks like a test that passed. So what happens
// without a part is decided in one place, by the variable ESTRAY_TEST_PARTS:
//
//   - "none", or go test -short: heavy parts are left out, and each test that
//     is skipped names the part.
//   - "required", or CI=true: a missing part fails the test and names the
//     command that installs it. `make test` runs in this mode.
//   - anything else: a missing part skips the test, with the same text.
//
// What lies beside the repository is no package that a machine could install. It is
// never heavy, and its absence fails a test only with CI=true.
package testparts
