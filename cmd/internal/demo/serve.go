package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/estray/estray/cmd/internal/demo/company"
	"github.com/estray/estray/internal/awsfake"
)

// serve answers for the company as AWS would, until it is interrupted. The
// address is written to the file ready once calls are taken.
func serve(seed uint64, address, ready string, out io.Writer) error {
	world, faults, err := company.Cloud(seed)
	if err != nil {
		return err
	}
	fake := awsfake.New(world)
	fake.SetFaults(faults...)
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("serve the company: %w", err)
	}
	url := "http://" + l.Addr().String()
	if ready != "" {
		if err := os.WriteFile(ready, []byte(url+"\n"), 0o644); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	fmt.Fprintf(out, "answering as AWS at %s (key %s)\n", url, awsfake.AccessKey(world.Home))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server := &http.Server{Handler: fake, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() }) //nolint:errcheck // the process ends with it
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	fmt.Fprintf(out, "answered %d calls\n", len(fake.Calls()))
	return nil
}
