package builtin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/builtin"
)

// BenchmarkCloudTrail measures one object of 10,000 records from the file to
// decoded facts; "ours" are all about functions, "others" about none.
func BenchmarkCloudTrail(b *testing.B) {
	for _, kind := range []struct{ name, service, call string }{
		{"ours", "lambda.amazonaws.com", "UpdateFunctionCode20150331v2"}, {"others", "ec2.amazonaws.com", "DescribeInstances"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var all []string
			for i := range 10_000 {
				all = append(all, call(fmt.Sprint("e", i), "2026-05-04T02:58:00Z", kind.service, kind.call, `{"functionName":"shop","x":"`+strings.Repeat("y", 300)+`"}`))
			}
			text := wrap(all...)
			root := b.TempDir()
			put(b, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(b, text))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				planners, err := builtin.Planners(archives(root))
				if err != nil {
					b.Fatal(err)
				}
				sources, err := planners[0].Plan(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				for _, s := range sources {
					err := s.Read(b.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(inventory.Fact) error { return nil })
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
