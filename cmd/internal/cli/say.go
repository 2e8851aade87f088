package cli

// Rules of everything that the top level prints:
//
//   - results to standard output, everything else to standard error;
//   - lower case, no full stop, no exclamation mark, no emoji, no banner;
//   - errors say what was being done, to what, and the cause; a second line
//     that begins with "hint: " says what to do next;
//   - numbers come with their whole ("318 of 320");
//   - colour never carries meaning alone.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory/store"
)

// exitError ends the program with a code. Text is empty if all was said.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage is a mistake of the caller: exit code 2.
func usage(err error, hint string) error {
	return &exitError{code: report.ExitUsage, err: err, hint: hint}
}

// usagef is usage with a format.
func usagef(format string, args ...any) error {
	return usage(fmt.Errorf(format, args...), "")
}

// say writes an error for a person and returns the exit code.
func say(w io.Writer, err error) int {
	if err == nil {
		return report.ExitClean
	}
	code, hint := classify(err)
	if text := err.Error(); text != "" {
		// Mistakes come one a line as FILE:LINE:COLUMN, which editors follow;
		// only the first bears the name of the program.
		for i, line := range strings.Split(text, "\n") {
			if i == 0 {
				line = "estray: " + line
			}
			fmt.Fprintln(w, line)
		}
	}
	if hint != "" {
		fmt.Fprintln(w, "hint: "+hint)
	}
	return code
}

func classify(err error) (code int, hint string) {
	var exit *exitError
	var mistakes configs.Mistakes
	var wrongOutput *output.UsageError
	var held *store.HeldError
	switch {
	case errors.As(err, &exit):
		return exit.code, exit.hint
	case errors.As(err, &mistakes):
		return report.ExitUsage, "estray config init writes an example, estray config check checks again"
	case errors.As(err, &wrongOutput):
		return report.ExitUsage, ""
	case errors.As(err, &held):
		return report.ExitFailed, ""
	case errors.Is(err, store.ErrNewer), errors.Is(err, lifecycle.ErrNewer):
		return report.ExitFailed, "update estray, or give --state a store of this version"
	case errors.Is(err, context.Canceled):
		return report.ExitFailed, "it was stopped; what a scan had read is kept, the next one goes on from there"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return report.ExitFailed, "free some space or name another folder; what a scan had read is kept, and estray report writes its reports"
	case errors.Is(err, fs.ErrPermission):
		return report.ExitFailed, "check who owns the file and the folder, and their rights"
	}
	return report.ExitFailed, ""
}
