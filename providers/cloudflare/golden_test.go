package cloudflare_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden shows records that we wrote, of both logs, as they are decoded.
func TestGolden(t *testing.T) {
	decoder := cloudflare.NewDecoder(source, account)
	for name, decode := range map[string]func([]byte, inventory.Provenance) (cloudflare.Decoded, error){"v2": decoder.V2, "v1": decoder.V1} {
		t.Run(name, func(t *testing.T) {
			records, err := os.ReadFile("testdata/" + name + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			for i, record := range bytes.Split(bytes.TrimSpace(records), []byte("\n")) {
				d, err := decode(record, inventory.Provenance{Object: name + ".jsonl", Record: i})
				if err != nil {
					t.Fatalf("record %d: %v", i, err)
				}
				out.WriteString(lines(t, d) + "\n")
			}
			if bytes.Contains(out.Bytes(), []byte(canary)) {
				t.Error("a canary is kept")
			}
			file := "testdata/" + name + ".golden"
			if *update {
				if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}
