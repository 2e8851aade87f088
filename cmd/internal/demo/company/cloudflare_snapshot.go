package company

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare/live"
	"github.com/estray/estray/providers/cloudflare/session"
)

// edgeSnapshot is what estray reads of the company at Cloudflare, but for the audit
// logs, which are exports of their own. It is read by estray's own adapter, from
// the company answering on this machine.
func edgeSnapshot() ([]byte, error) {
	world, faults := Edge()
	fake := cloudflarefake.New(world)
	fake.SetFaults(faults...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("answer as Cloudflare: %w", err)
	}
	server := &http.Server{Handler: fake, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	out, err := takeSnapshot("http://" + l.Addr().String() + "/client/v4/")
	err = errors.Join(err, server.Close())
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return out, err
}

// takeSnapshot reads what answers at an address, and writes it as a snapshot.
func takeSnapshot(url string) ([]byte, error) {
	ctx := context.Background()
	sources, err := live.New(live.Config{Now: taken(), Calls: session.Options{Token: "demo", Endpoint: url}}).Plan(ctx)
	if err != nil {
		return nil, fmt.Errorf("plan the company at Cloudflare: %w", err)
	}
	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: taken(), Tool: "estray demo"})
	if err != nil {
		return nil, err
	}
	none := func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }
	for _, s := range sources {
		if err := s.Read(ctx, none, writing(w)); err != nil {
			return nil, fmt.Errorf("read the company at Cloudflare: %w", err)
		}
	}
	err = w.Flush()
	return b.Bytes(), err
}

// writing writes facts as lines. What names no time of reading was read when the
// snapshot was taken.
func writing(w *snapshot.Writer) providers.Emit {
	return func(f inventory.Fact) error {
		switch f := f.(type) {
		case inventory.Coverage:
			if f.Read.IsZero() {
				f.Read = taken()
			}
			return w.WriteCoverage(f)
		case inventory.Asset:
			return w.WriteAsset(f, snapshot.Verdict{})
		case inventory.Permit:
			return w.WritePermit(f)
		}
		return fmt.Errorf("write snapshot: a fact of the kind %T has no place in it", f)
	}
}
