// Command estray inventories serverless deployments, holds them against a
// registry of owners and approvals, and reports what nobody answers for.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/estray/estray/cmd/internal/cli"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves early is an error to tell, no reason to die before the run is ended
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	code := cli.Run(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(code)
}
