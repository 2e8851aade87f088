package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/audit_logs"
	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
)

// newer is the reading of v2.
func newer(cfg Config) *reading {
	r := begin(cfg, cfg.Source, "GET /accounts/:a/logs/audit")
	r.before, r.fetch, r.places = cfg.Prior, r.byCursor, true
	r.decode = cloudflare.NewDecoder(cfg.Source, cfg.Account).V2
	r.word = func(h *History) *inventory.Coverage { return &h.Coverage }
	r.continuity = inventory.Proved
	r.blind = "the log records neither reads nor refused calls"
	r.oldest = func(now time.Time) (time.Time, string) {
		if kept := now.AddDate(0, -retention, 0); kept.After(generallyAvailable()) {
			return kept, reachesBack(kept)
		}
		return generallyAvailable(), "the newer audit log keeps what happened since 2026-03-10; of what was before, the older one tells"
	}
	return r
}

// older is the reading of v1. It does not hold all products, so that nothing more
// is claimed than that nothing contradicts it.
func older(cfg Config) *reading {
	r := begin(cfg, cfg.SourceV1, "GET /accounts/:a/audit_logs")
	r.before, r.fetch = cfg.PriorV1, r.byPage
	r.decode = cloudflare.NewDecoder(cfg.SourceV1, cfg.Account).V1
	r.word = func(h *History) *inventory.Coverage { return &h.CoverageV1 }
	r.continuity = inventory.Assumed
	r.blind = "the older log records neither reads nor refused calls, and not the changes of every product"
	r.oldest = func(now time.Time) (time.Time, string) {
		kept := now.AddDate(0, -retention, 0)
		return kept, reachesBack(kept)
	}
	return r
}

func reachesBack(to time.Time) string {
	return fmt.Sprintf("the log reaches back %d months, to %s", retention, instant(to))
}

func begin(cfg Config, source, operation string) *reading {
	return &reading{cfg: cfg, op: session.Op{Name: operation, Account: cfg.Account},
		cell: inventory.Cell{Source: source, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: cfg.Account}, Capability: inventory.CapEvents}}
}

// byCursor asks for a part of v2, page by page.
func (r *reading) byCursor(ctx context.Context, p part) error {
	seen := map[string]bool{}
	for cursor := ""; ; {
		if r.pages >= r.cfg.Budget {
			return r.spent()
		}
		r.pages++
		answer, err := r.client.Do(ctx, r.op, r.newerCall(p, cursor))
		if behind := r.behind(); behind != nil {
			return behind
		}
		if err != nil {
			return stop(ctx, r.op.Name, err)
		}
		records, err := session.Items(r.op, answer.Result, "")
		if err != nil {
			return stop(ctx, r.op.Name, err)
		}
		for _, record := range records {
			if err := r.take(ctx, record); err != nil {
				return err
			}
		}
		cursor = answer.Info.Cursor
		switch {
		case !answer.Info.Told:
			return r.malformed("the answer does not tell whether there is another page")
		case cursor == "":
			return nil
		case seen[cursor]:
			return r.malformed("the log gave the same cursor twice")
		}
		seen[cursor] = true
	}
}

func (r *reading) newerCall(p part, cursor string) session.Call {
	return func(ctx context.Context, opts ...option.RequestOption) error {
		params := accounts.LogAuditListParams{}
		params.AccountID.Value, params.AccountID.Present = r.cfg.Account, true
		opts = append(r.asking(p, opts), option.WithQuery("limit", strconv.Itoa(pageSize)))
		if cursor != "" {
			opts = append(opts, option.WithQuery("cursor", cursor))
		}
		_, err := accounts.NewLogAuditService().List(ctx, params, opts...)
		return err
	}
}

// byPage asks for a part of v1.
func (r *reading) byPage(ctx context.Context, p part) error {
	call := func(ctx context.Context, opts ...option.RequestOption) error {
		params := audit_logs.AuditLogListParams{}
		params.AccountID.Value, params.AccountID.Present = r.cfg.Account, true
		_, err := audit_logs.NewAuditLogService().List(ctx, params, r.asking(p, opts)...)
		return err
	}
	var ours error // what take said
	err := r.client.Pages(ctx, r.op, pageSize, "", call, func(record json.RawMessage) error {
		if r.taken++; r.taken > r.cfg.Budget*pageSize {
			ours = r.spent()
		} else {
			ours = r.take(ctx, record)
		}
		return ours
	})
	if ours == nil { // not one record came
		ours = r.behind()
	}
	if ours == nil && err != nil {
		ours = stop(ctx, r.op.Name, err)
	}
	return ours
}

func (r *reading) spent() error {
	return &stopped{inventory.Partial, inventory.Reason{Operation: r.op.Name, Message: fmt.Sprintf(
		"%d pages were read, which is the most for one scan; the next one goes on. Where this comes again, have the log exported and read the archive", r.cfg.Budget)}}
}

func (r *reading) malformed(what string) error {
	return &stopped{inventory.Malformed, inventory.Reason{Operation: r.op.Name, Message: what}}
}
