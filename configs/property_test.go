package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/configs"
)

// TestNoPasswordIsEverShown: wherever a password stands in the URL, and
// whether the URL is taken or refused, no value and no message repeats it.
func TestNoPasswordIsEverShown(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		password := "CANARY" + rapid.StringMatching(`[-a-z0-9@:/%&?=#$._~!]{0,12}`).Draw(t, "password") + "CANARY"
		url := rapid.SampledFrom([]string{
			"postgres://u:P@db/e", "postgresql://u:P@db:5432/e?sslmode=disable", "postgres://:P@/e", "postgres://u:P@a:1,b:2/e",
		}).Draw(t, "url")
		state := strings.ReplaceAll(url, "P", password)
		for _, in := range []configs.Inputs{
			{Dir: dir, Environ: []string{"ESTRAY_STATE=" + state}},
			{Dir: dir, Flags: map[string]any{"state": state}},
			{Dir: dir, File: fileWith(t, dir, "state: '"+state+"'\n")},
			{Dir: dir, File: fileWith(t, dir, "state: '${URL}'\n"), Environ: []string{"URL=" + state}},
		} {
			shown := ""
			c, err := configs.Load(in)
			if err != nil {
				shown = err.Error()
			} else {
				for _, v := range c.Values() {
					shown += v.Value + "\n"
				}
			}
			if strings.Contains(shown, "CANARY") {
				t.Fatalf("shown: %s", shown)
			}
		}
	})
}

func fileWith(t *rapid.T, dir, content string) string {
	f, err := os.CreateTemp(dir, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Base(f.Name())
}

// TestStrongestPlaceWins: for any choice of places, a key has the value and
// the source of the strongest that names it.
func TestStrongestPlaceWins(t *testing.T) {
	dir := t.TempDir()
	words := []string{"info", "low", "medium", "high", "critical"}
	rapid.Check(t, func(t *rapid.T) {
		in := configs.Inputs{Dir: dir}
		want := configs.Value{Key: "report.fail_on", Value: "high", Source: "default"}
		draw := func(place string) (string, bool) {
			return rapid.SampledFrom(words).Draw(t, place), rapid.Bool().Draw(t, "in "+place)
		}
		if w, ok := draw("file"); ok {
			in.File = fileWith(t, dir, "report:\n  fail_on: "+w+"\n")
			want.Value, want.Source = w, in.File+":2"
		}
		if w, ok := draw("variable"); ok {
			in.Environ = []string{"ESTRAY_REPORT_FAIL_ON=" + w}
			want.Value, want.Source = w, "ESTRAY_REPORT_FAIL_ON"
		}
		if w, ok := draw("flag"); ok {
			in.Flags = map[string]any{"report.fail_on": w}
			want.Value, want.Source = w, "flag --fail-on"
		}
		c, err := configs.Load(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range c.Values() {
			if v.Key == want.Key && v != want {
				t.Fatalf("got %+v, want %+v", v, want)
			}
		}
		if c.Report.FailOn != want.Value {
			t.Fatalf("FailOn is %q, want %q", c.Report.FailOn, want.Value)
		}
	})
}
