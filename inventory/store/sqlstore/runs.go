package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/estray/estray/inventory/store"
)

// pollEvery is how often a waiting scan asks for the store again.
const pollEvery = 100 * time.Millisecond

// Begin starts a run, once no other scan holds the store; it waits up to wait
// and then returns a *[store.HeldError]. The run's id gets a number where the
// store holds it already. Interrupted is the run before this one, if it never
// finished.
func (s *Store) Begin(ctx context.Context, r store.Run, wait time.Duration) (store.Run, *store.Run, error) {
	// The lock comes before the row: a scan that is refused leaves no run
	// behind, and so a run without an end is one that died.
	release, err := s.acquire(ctx, r, wait)
	if err != nil {
		return store.Run{}, nil, err
	}
	begun, interrupted, err := s.insertRun(ctx, r)
	if err != nil {
		return store.Run{}, nil, errors.Join(err, release())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run, s.release = begun.ID, release
	return begun, interrupted, nil
}

// acquire takes the lock, asking again until wait is over.
func (s *Store) acquire(ctx context.Context, r store.Run, wait time.Duration) (func() error, error) {
	holder := r.Holder + ", since " + r.Started.UTC().Format(time.RFC3339)
	over := time.NewTimer(wait)
	defer over.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		release, held, err := s.grab(ctx, holder)
		if err != nil {
			return nil, s.explain("lock", err)
		}
		if release != nil {
			return release, nil
		}
		if wait <= 0 {
			return nil, &store.HeldError{Holder: held}
		}
		select {
		case <-ctx.Done():
			return nil, s.explain("wait for", ctx.Err())
		case <-over.C:
			wait = 0 // one more try, at the end of the time
		case <-tick.C:
		}
	}
}

// insertRun writes the run under a free id.
func (s *Store) insertRun(ctx context.Context, r store.Run) (store.Run, *store.Run, error) {
	var interrupted *store.Run
	err := s.write(ctx, "begin run in", func(t tx) error {
		all, err := listRuns(ctx, t)
		if err != nil {
			return err
		}
		taken := map[string]bool{}
		for _, old := range all {
			taken[old.ID] = true
		}
		if n := len(all); n > 0 && all[n-1].Finished.IsZero() {
			interrupted = &all[n-1]
		}
		base := r.ID
		for i := 2; taken[r.ID]; i++ {
			r.ID = fmt.Sprintf("%s-%d", base, i)
		}
		times, err := runTimes(r)
		if err != nil {
			return err
		}
		return t.each(ctx, `INSERT INTO runs (id, now_at, started, finished, holder, version, exit_code) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			[]any{r.ID, times[0], times[1], times[2], r.Holder, r.Version, r.ExitCode}, nil)
	})
	return r, interrupted, err
}

func runTimes(r store.Run) ([3]string, error) {
	var out [3]string
	for i, t := range []time.Time{r.Now, r.Started, r.Finished} {
		text, err := timeText(t)
		if err != nil {
			return out, err
		}
		out[i] = text
	}
	return out, nil
}

// End finishes the run that this process began and lets the next one in, even
// if the end could not be written.
func (s *Store) End(ctx context.Context, r store.Run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release == nil || r.ID != s.run {
		return fmt.Errorf("end run %s of store %s: this process has not begun it", r.ID, s.name)
	}
	err := s.write(ctx, "end run in", func(t tx) error {
		times, err := runTimes(r)
		if err != nil {
			return err
		}
		return t.each(ctx, `UPDATE runs SET finished = ?, exit_code = ? WHERE id = ?`, []any{times[2], r.ExitCode, r.ID}, nil)
	})
	release := s.release
	s.release, s.run = nil, ""
	return errors.Join(err, s.explain("unlock", release()))
}

// Runs lists runs, oldest first.
func (s *Store) Runs(ctx context.Context) ([]store.Run, error) {
	var out []store.Run
	err := s.read(ctx, "list runs of", func(t tx) error {
		var err error
		out, err = listRuns(ctx, t)
		return err
	})
	return out, err
}

func listRuns(ctx context.Context, t tx) ([]store.Run, error) {
	var out []store.Run
	// By number and not by time: scans of several machines have several clocks.
	err := t.each(ctx, `SELECT id, now_at, started, finished, holder, version, exit_code FROM runs ORDER BY no`, nil,
		func(rows *sql.Rows) error {
			var r store.Run
			var now, started, finished string
			err := rows.Scan(&r.ID, &now, &started, &finished, &r.Holder, &r.Version, &r.ExitCode)
			if err != nil {
				return err
			}
			for to, text := range map[*time.Time]string{&r.Now: now, &r.Started: started, &r.Finished: finished} {
				if *to, err = readTime(text); err != nil {
					return err
				}
			}
			out = append(out, r)
			return nil
		})
	return out, err
}
