package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Streams is everything that the program takes from its surroundings.
type Streams struct {
	Out, Err io.Writer
	// OutTerminal and ErrTerminal: the stream is a terminal of OutWidth columns.
	OutTerminal, ErrTerminal bool
	OutWidth                 int
	Environ                  []string
	// Dir is the working folder, UserDir the user's configuration folder.
	Dir, UserDir string
	// Clock is the wall clock; Holder names this process to others.
	Clock  func() time.Time
	Holder string
	// HoldWait is how long a scan waits for another one on the same store;
	// zero: it is refused at once.
	HoldWait time.Duration
}

// holdWait is long enough for the end of a scan that is nearly done, and short
// enough for a person who waits.
const holdWait = 10 * time.Second

// System is the process's own surroundings.
func System() Streams {
	s := Streams{Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Clock: time.Now, OutWidth: 80, HoldWait: holdWait}
	s.OutTerminal = term.IsTerminal(int(os.Stdout.Fd()))
	s.ErrTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 0 {
		s.OutWidth = w
	}
	s.Dir, _ = os.Getwd()             // empty means: paths as they are
	s.UserDir, _ = os.UserConfigDir() // empty means: no such folder
	// The name goes to whoever waits for the store, perhaps on another machine.
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	s.Holder = fmt.Sprintf("process %d on %s", os.Getpid(), host)
	return s
}
