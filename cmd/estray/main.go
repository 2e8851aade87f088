// Command estray inventories serverless deployments, holds them against a
// registry of owners and approvals, and reports what nobody answers for.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/estray/estray/cmd/internal/cli"
)

// softLimit is how many bytes the heap and what the runtime adds may take before
// garbage is collected sooner than at twice what is in use. A scan of 100,000
// functions takes its peak as it judges and reports, most of it garbage: the
// limit spares a third of the peak for a twentieth of the CPU. It is soft: what
// is in use may exceed it, and the runtime then spends at most half of the CPU.
// A scan of 30,000 functions never comes near.
const softLimit = 300 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" { // whoever sets it knows better
		debug.SetMemoryLimit(softLimit)
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves early is an error to tell, no reason to die before the run is ended
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	code := cli.Run(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(code)
}
