package session_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestAttemptsFollowTheVendorsSettings: a request that fails for ever is made as
// often as the caller says, else the environment, else the profile.
func TestAttemptsFollowTheVendorsSettings(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[default]\nmax_attempts = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name                 string
		given                int
		environment, profile string
		want                 int
	}{
		{"by the caller", 4, "2", profile, 4},
		{"by the environment", 0, "2", profile, 2},
		{"by the profile", 0, "", profile, 3},
		{"by nobody", 0, "", "/dev/null", 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, rest(http.StatusTooManyRequests, "TooManyRequestsException", "slow"))
			t.Setenv("AWS_MAX_ATTEMPTS", test.environment)
			t.Setenv("AWS_CONFIG_FILE", test.profile)
			opt := quick()
			opt.Attempts = test.given
			if err := policy(t, open(t, opt).Own().Region("eu-west-1")); err == nil {
				t.Error("no error")
			}
			if n := len(c.requests()); n != test.want {
				t.Errorf("%d attempts, want %d", n, test.want)
			}
		})
	}
}
