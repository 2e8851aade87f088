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
	"github.com/estray/estray/internal/cloudflarefake"
)

// place is where the company answers, and the file that its address is written to
// once calls are taken.
type place struct{ address, ready string }

// answering is the company as a provider would answer for it.
type answering struct {
	http.Handler
	hint  string     // how to call it
	calls func() int // so far
}

func answers(as string, seed uint64) (answering, error) {
	switch as {
	case "aws":
		world, faults, err := company.Cloud(seed)
		if err != nil {
			return answering{}, err
		}
		fake := awsfake.New(world)
		fake.SetFaults(faults...)
		return answering{fake, "key " + awsfake.AccessKey(world.Home), func() int { return len(fake.Calls()) }}, nil
	case "cloudflare":
		world, faults := company.Edge()
		fake := cloudflarefake.New(world)
		fake.SetFaults(faults...)
		return answering{fake, "any token", func() int { return len(fake.Calls()) }}, nil
	}
	return answering{}, fmt.Errorf("serve the company: give -as aws or -as cloudflare, not %q", as)
}

// serve answers for the company as a provider would, until it is interrupted.
func serve(as string, seed uint64, at place, out io.Writer) error {
	a, err := answers(as, seed)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", at.address)
	if err != nil {
		return fmt.Errorf("serve the company: %w", err)
	}
	url := "http://" + l.Addr().String()
	if at.ready != "" {
		if err := os.WriteFile(at.ready, []byte(url+"\n"), 0o644); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	fmt.Fprintf(out, "answering as %s at %s (%s)\n", as, url, a.hint)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() }) //nolint:errcheck // the process ends with it
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	fmt.Fprintf(out, "answered %d calls\n", a.calls())
	return nil
}
