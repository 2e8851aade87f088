// Package jsonfmt writes the report as JSON, the document estray.report/v1
// itself. Its schema is published as docs/report.schema.json.
package jsonfmt

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/estray/estray/findings/report"
)

// Format is the format "json".
func Format() report.Format { return report.Format{Name: "json", Write: Write} }

// Write writes the document, indented, with a final newline. HTML characters
// are not escaped: the bytes are for programs and people, not for a page.
func Write(w io.Writer, d *report.Document) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}
