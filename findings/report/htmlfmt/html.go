// Package htmlfmt writes the report as one HTML page that stands alone.
//
// A document comes in, bytes go out: the same document gives the same bytes.
// The page asks for nothing from outside, and its content security policy
// forbids it to: the one style sheet and the one script are allowed by their
// SHA-256 only (Content Security Policy Level 3, section 2.3.1). With scripts
// off all of the report is there; the script adds sorting, filters and the
// choice of theme.
//
// # Size
//
// The page holds every asset and every finding. Beyond fullAssets and fullActs
// they are listed in brief, the worst first in full, and the page says so.
//
// # Foreign text
//
// html/template escapes what comes from the document. Characters that would
// not show, or would turn the direction of the text, are written as \u{202E},
// so that a name cannot pass for another.
package htmlfmt

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"unicode"

	"github.com/estray/estray/findings/report"
)

// files is what go:embed needs a variable for; nothing writes it.
//
//go:embed *.tmpl style.css app.js
var files embed.FS

// Format is the format "html".
func Format() report.Format { return report.Format{Name: "html", Write: Write} }

// Write writes the page. Nothing is written when the page cannot be made.
func Write(w io.Writer, d *report.Document) error {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return fmt.Errorf("read style of HTML report: %w", err)
	}
	script, err := files.ReadFile("app.js")
	if err != nil {
		return fmt.Errorf("read script of HTML report: %w", err)
	}
	t, err := template.New("page.html.tmpl").Funcs(functions()).ParseFS(files, "*.tmpl")
	if err != nil {
		return fmt.Errorf("read template of HTML report: %w", err)
	}
	p := newPage(d)
	p.Policy = policy(style, script)
	// Both are texts of this package. As HTML they are copied letter by letter,
	// which the hashes need.
	p.Style = template.HTML("<style>" + string(style) + "</style>")
	p.Script = template.HTML("<script>" + string(script) + "</script>")
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("fill HTML report: %w", err)
	}
	if _, err := w.Write(visible(out.Bytes())); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	return nil
}

// policy is the content security policy. Images may be data, for the empty
// icon that keeps a browser from asking a server for one.
func policy(style, script []byte) string {
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		source(style), source(script))
}

func source(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// visible writes the characters that do not show (control and format, Unicode
// categories Cc and Cf, and the two line separators) as \u{...}. The texts of
// this package hold none of them, so on the whole page it changes foreign
// text only and cannot be forgotten anywhere.
func visible(page []byte) []byte {
	if !bytes.ContainsFunc(page, hides) {
		return page
	}
	out := make([]byte, 0, len(page)+len(page)/64)
	for _, r := range string(page) {
		if hides(r) {
			out = fmt.Appendf(out, `\u{%04X}`, r)
			continue
		}
		out = append(out, string(r)...)
	}
	return out
}

func hides(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20 || r == 0x7f:
		return true
	case r < 0x80:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
