package sqlstore

import (
	"context"
	"fmt"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// facts is a batch, encoded before the transaction opens.
type facts struct {
	assets   []assetPoints
	events   []eventRow
	usages   usages
	permits  []permitRow
	coverage []coverageRow
}

// encode sorts the facts of a batch by kind and writes them as they are
// stored. It touches no database, so that what cannot be stored is known
// before anything is.
func encode(b store.Batch) (facts, error) {
	var out facts
	for i, fact := range b.Facts {
		if err := out.add(b.Run, fact); err != nil {
			return facts{}, fmt.Errorf("encode fact %d of batch: %w", i, err)
		}
	}
	return out, nil
}

func (f *facts) add(run string, fact inventory.Fact) error {
	var err error
	switch x := fact.(type) {
	case inventory.Asset:
		var row assetPoints
		row, err = takeApart(x)
		f.assets = append(f.assets, row)
	case inventory.Event:
		var row eventRow
		row, err = newEventRow(x)
		f.events = append(f.events, row)
	case inventory.Usage:
		err = f.usages.add(x)
	case inventory.Permit:
		var row permitRow
		row, err = newPermitRow(x)
		f.permits = append(f.permits, row)
	case inventory.Coverage:
		var row coverageRow
		row, err = newCoverageRow(run, x)
		f.coverage = append(f.coverage, row)
	default:
		err = fmt.Errorf("unknown kind of fact: %T", fact)
	}
	return err
}

// Append commits a batch: all of it or nothing. It promises what
// [store.Writer] does. Batches of several processes wait for each other.
func (s *Store) Append(ctx context.Context, b store.Batch) error {
	f, err := encode(b)
	if err != nil {
		return err
	}
	return s.write(ctx, "append to", func(t tx) error {
		// In any order: nobody sees a part of a transaction.
		for _, step := range []func(context.Context, tx) error{f.writeAssets, f.writeEvents, f.writeUsages, f.writePermits, f.writeCoverage} {
			if err := step(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}
