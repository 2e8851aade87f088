package builtin_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/providers/builtin"
	"github.com/estray/estray/providers/collect"
)

// memory keeps what it is given, in order.
type memory struct {
	mu    sync.Mutex
	facts []inventory.Fact
}

func (m *memory) Append(_ context.Context, b store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.facts = append(m.facts, b.Facts...)
	return nil
}

func (m *memory) Covered(_ context.Context, cell inventory.Cell) (inventory.Coverage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range slices.Backward(m.facts) {
		if c, ok := f.(inventory.Coverage); ok && c.Cell == cell && (c.State.Whole() || c.State == inventory.Partial || c.State == inventory.Malformed && c.Mark != "") {
			return c, nil
		}
	}
	return inventory.Coverage{Cell: cell}, nil
}

func (m *memory) Words(context.Context, time.Time) ([]inventory.Coverage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []inventory.Coverage
	for _, f := range m.facts {
		if c, ok := f.(inventory.Coverage); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m *memory) View(_ context.Context, at time.Time) (*inventory.View, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var assets []inventory.Asset
	var coverage []inventory.Coverage
	for _, f := range m.facts {
		switch f := f.(type) {
		case inventory.Asset:
			assets = append(assets, f)
		case inventory.Coverage:
			coverage = append(coverage, f)
		}
	}
	return inventory.NewView(at, assets, coverage), nil
}

func (m *memory) events() []inventory.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []inventory.Event
	for _, f := range m.facts {
		if e, ok := f.(inventory.Event); ok {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, inventory.CompareEvents)
	return out
}

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

// scan runs the archives into m and returns the view at the end.
func scan(t *testing.T, m *memory, cfg builtin.Config) *inventory.View {
	t.Helper()
	planners, err := builtin.Planners(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collect.Run(t.Context(), planners, m, m, collect.Options{Run: "r", Now: now}); err != nil {
		t.Fatal(err)
	}
	v, err := m.View(t.Context(), now())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func put(t testing.TB, root, key string, content []byte) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
