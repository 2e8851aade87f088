package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
)

func inventoryCommand(a *app) *cobra.Command {
	return group("inventory", "what is there: assets and their history",
		inventoryList(a), inventoryShow(a), inventoryHistory(a), inventoryPrincipals(a))
}

// atFlag adds --at: the instant of which a command speaks.
func atFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "at", "", "show what was known of this `time` (RFC 3339 or a date; default now)")
}

// inventoryList is inventory list.
func inventoryList(a *app) *cobra.Command {
	var format, at, standing, provider string
	var gone bool
	cmd := &cobra.Command{
		Use: "list", Short: "list assets with their standing", Args: noArgs,
		Long: `Lists assets with their standing. --format jsonl is the snapshot format
estray.snapshot/v1: it holds the assets and the coverage that says how complete
they are, and an archive of kind "snapshot" reads it again.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(given("--standing", standing, standingWords()), given("--provider", provider, providerWords())); err != nil {
				return err
			}
			if format == "jsonl" && standing+provider != "" {
				// Its coverage vouches for all assets; a part would look like all.
				return usage(errors.New("list assets: a snapshot holds all assets, so --standing and --provider cannot narrow it"), "use --format json for a part")
			}
			return a.judged(cmd, at, func(_ context.Context, j *judged) error {
				if format == "jsonl" {
					return writeSnapshot(a.std.Out, j)
				}
				var rows []report.Asset
				for _, r := range j.document(report.Run{}).Assets {
					if keepAsset(r, standing, provider, gone) {
						rows = append(rows, r)
					}
				}
				if format == "table" {
					slices.SortStableFunc(rows, byName)
				}
				return writeList(a.std.Out, format, assetColumns(), assetCells, rows)
			})
		},
	}
	formatFlag(cmd, &format)
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&standing, "standing", "", "only assets of this `standing`: "+strings.Join(standingWords(), ", "))
	cmd.Flags().StringVar(&provider, "provider", "", "only assets of this `provider`: "+strings.Join(providerWords(), ", "))
	cmd.Flags().BoolVar(&gone, "gone", false, "list assets that are gone too")
	mustComplete(cmd, "standing", standingWords()...)
	mustComplete(cmd, "provider", providerWords()...)
	return cmd
}

// keepAsset decides what a list shows: of assets that are gone only what was
// asked for.
func keepAsset(r report.Asset, standing, provider string, gone bool) bool {
	return (standing == "" || r.Standing == standing) && (provider == "" || r.Provider == provider) &&
		(gone || r.Presence != inventory.Gone.String())
}

// byName orders what people read: by scope, and there by kind and name, since the id
// may say nothing to them. What programs read is in the order of ids.
func byName(a, b report.Asset) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// assetColumns heads the cells of assetCells.
func assetColumns() []string {
	return []string{"standing", "name", "owner", "account", "region", "reach", "last deploy", "presence"}
}

func assetCells(r report.Asset) []string {
	deploy := ""
	if r.LastDeploy != nil {
		deploy = day(r.LastDeploy.Time) + " " + r.LastDeploy.Principal
	}
	return []string{r.Standing, orElse(r.Name, r.ID), r.Owner, r.Account, r.Region, r.Reach, deploy, r.Presence}
}

// writeSnapshot writes all that the view holds: its coverage vouches for all of
// it, so that a part must not be written.
func writeSnapshot(w io.Writer, j *judged) error {
	out, err := snapshot.NewWriter(w, snapshot.Header{Taken: j.View.At, Tool: "estray", Version: version()})
	if err != nil {
		return err
	}
	for _, c := range j.View.Coverage {
		if err := out.WriteCoverage(c); err != nil {
			return err
		}
	}
	// Before the assets: of a copy that is cut short, these are counted.
	for _, p := range j.View.Permits {
		if err := out.WritePermit(p); err != nil {
			return err
		}
	}
	for _, x := range j.View.Assets {
		if err := out.WriteAsset(x, snapshotVerdict(report.NewAsset(x, j.Verdicts[x.ID]))); err != nil {
			return err
		}
	}
	return out.Flush()
}

// snapshotVerdict is what a snapshot tells of an asset beside its facts.
func snapshotVerdict(r report.Asset) snapshot.Verdict {
	return snapshot.Verdict{
		Standing: r.Standing, Presence: r.Presence, Owner: r.Owner, Claim: r.Claim, Reasons: r.Reasons, UnknownFacets: r.UnknownFacets,
	}
}

// inventoryShow is inventory show.
func inventoryShow(a *app) *cobra.Command {
	var at, format string
	cmd := &cobra.Command{
		Use: "show ASSET", Short: "show one asset: facets, standing, usage, evidence", Args: wantArgs("ASSET"),
		Long: `Shows one asset: facets, standing, usage, evidence. Usage is what the asset
did, and what others did with its identity, as the logs tell that counted it; see
usage in the configuration. That a call is not among it means something in those
logs alone.`,
		ValidArgsFunction: a.completeAssets,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.judged(cmd, at, func(ctx context.Context, j *judged) error {
				id, err := j.assetID(args[0])
				if err != nil {
					return err
				}
				return showAsset(ctx, a, j, id, format)
			})
		},
	}
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&format, "format", "text", "`form` of the page: text or json")
	mustComplete(cmd, "format", "text", "json")
	return cmd
}

// showAsset finds the row of the report, so that the command and the report can
// never tell two things of one asset.
func showAsset(ctx context.Context, a *app, j *judged, id inventory.AssetID, format string) error {
	asset, _ := j.View.Asset(id)
	did, err := usageOf(ctx, j.View, asset)
	if err != nil {
		return err
	}
	d := j.document(report.Run{})
	var row report.Asset
	for _, r := range d.Assets {
		if r.ID == string(asset.ID) {
			row = r
		}
	}
	switch format {
	case "json":
		b, err := json.MarshalIndent(struct {
			report.Asset
			Facets inventory.Asset `json:"facets"`
			Usage  used            `json:"usage"`
		}{row, asset, did}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode asset %s: %w", id, err)
		}
		return printf(a.std.Out, "%s\n", b)
	case "text":
		return printAsset(a, row, asset, did, d)
	}
	return usagef("show asset: there is no form %q, use text or json", format)
}

// inventoryHistory is inventory history.
func inventoryHistory(a *app) *cobra.Command {
	var format, at string
	cmd := &cobra.Command{
		Use: "history ASSET", Short: "show how an asset changed, and who changed it", Args: wantArgs("ASSET"),
		ValidArgsFunction: a.completeAssets,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.judged(cmd, at, func(ctx context.Context, j *judged) error {
				id, err := j.assetID(args[0])
				if err != nil {
					return err
				}
				rows, err := history(ctx, j.View, id)
				if err != nil {
					return err
				}
				return writeList(a.std.Out, format, []string{"time", "until", "what", "value", "by"}, moment.cells, rows)
			})
		},
	}
	formatFlag(cmd, &format)
	atFlag(cmd, &at)
	return cmd
}

// moment is one line of an asset's history: a facet's interval or an event.
type moment struct {
	Time  time.Time `json:"time"`
	Until time.Time `json:"until,omitzero"`
	What  string    `json:"what"`
	Value string    `json:"value,omitempty"`
	By    string    `json:"by,omitempty"`
}

func (m moment) cells() []string {
	return []string{stamp(m.Time), stamp(m.Until), m.What, shorten(m.Value, 60), m.By}
}

// stamp is a time to the second, in UTC; empty for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// shorten cuts a text to n characters, counted as people count them.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
