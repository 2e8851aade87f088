package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/inventory"
)

func eventsCommand(a *app) *cobra.Command {
	return group("events", "what was done: audit events about assets and logging", eventsList(a))
}

// eventsList is events list. It is the one list that never stands in memory as
// a whole: a year of logs has more events than a machine has room for.
func eventsList(a *app) *cobra.Command {
	var format, asset, principal, action, since, until string
	cmd := &cobra.Command{
		Use: "list", Short: "list events, oldest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := given("--action", action, actionWords()); err != nil {
				return err
			}
			return a.viewed(cmd, "", func(ctx context.Context, v *inventory.View) error {
				f := inventory.Filter{Principal: principal, Action: inventory.Action(action)}
				var err error
				if asset != "" {
					if f.Asset, err = eventAsset(v, asset); err != nil {
						return err
					}
				}
				if f.Since, err = parseInstant("--since", since, v.At); err != nil {
					return err
				}
				if f.Until, err = parseInstant("--until", until, v.At); err != nil {
					return err
				}
				return streamEvents(ctx, a, v, f, format)
			})
		},
	}
	formatFlag(cmd, &format)
	cmd.Flags().StringVar(&asset, "asset", "", "only events on this `asset`")
	cmd.Flags().StringVar(&principal, "principal", "", "only events by this `principal` (the id as listed)")
	cmd.Flags().StringVar(&action, "action", "", "only events of this `action`, such as update-code")
	cmd.Flags().StringVar(&since, "since", "", "only events at or after this `time`, or this long ago (90d, 12h)")
	cmd.Flags().StringVar(&until, "until", "", "only events before this `time`, or this long ago")
	mustComplete(cmd, "action", actionWords()...)
	return cmd
}

// eventAsset finds the asset that is meant; one that only events name, and
// that was refused, is in no view and must be given whole.
func eventAsset(v *inventory.View, id string) (inventory.AssetID, error) {
	known, err := pick(id, assetIDs(v))
	if err == nil {
		return inventory.AssetID(known), nil
	}
	// A short form could be a slip, and an empty list would then look like
	// quiet; a whole id says exactly what is meant.
	if strings.HasPrefix(id, "arn:") || strings.HasPrefix(id, string(inventory.Cloudflare)+":") {
		return inventory.AssetID(id), nil
	}
	return "", usage(fmt.Errorf("list events of asset %q: %w", id, err), "estray inventory list shows the assets")
}

// streamEvents writes each event as the store hands it out.
func streamEvents(ctx context.Context, a *app, v *inventory.View, f inventory.Filter, format string) error {
	l, err := newList(a.std.Out, format, []string{"time", "action", "outcome", "name", "principal", "account", "region", "target"}, eventCells)
	if err != nil {
		return err
	}
	if err := v.Walk(ctx, f, func(e inventory.Event) error { return l.add(newEventRow(e)) }); err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	return l.close()
}

// eventRow is one event in JSON (the contract of events list).
type eventRow struct {
	ID         string             `json:"id"`
	Time       time.Time          `json:"time"`
	Provider   inventory.Provider `json:"provider"`
	Account    string             `json:"account,omitempty"`
	Region     string             `json:"region,omitempty"`
	Service    string             `json:"service"`
	Action     inventory.Action   `json:"action"`
	Name       string             `json:"name"`
	LoggedName string             `json:"logged_name"`
	Outcome    inventory.Outcome  `json:"outcome"`
	Code       string             `json:"code"`
	// Attempt: nothing changed.
	Attempt       bool                 `json:"attempt"`
	Principal     eventPrincipal       `json:"principal"`
	SourceAddress string               `json:"source_address,omitempty"`
	Assets        []inventory.AssetID  `json:"assets"`
	Subject       string               `json:"subject,omitempty"`
	Provenance    inventory.Provenance `json:"provenance"`
}

// eventPrincipal is the principal of an eventRow. Chain is never null.
type eventPrincipal struct {
	ID    string   `json:"id"`
	Type  string   `json:"type"`
	Chain []string `json:"chain"`
}

func newEventRow(e inventory.Event) eventRow {
	return eventRow{
		ID: e.ID, Time: e.Time, Provider: e.Scope.Provider, Account: e.Scope.Account, Region: e.Scope.Region,
		Service: e.Service, Action: e.Action, Name: e.Name, LoggedName: e.LoggedName, Outcome: e.Outcome, Code: e.Code,
		Attempt:       e.Outcome != inventory.Succeeded,
		Principal:     eventPrincipal{ID: e.Principal.ID, Type: e.Principal.Type, Chain: append([]string{}, e.Principal.Chain...)},
		SourceAddress: e.SourceAddress, Assets: append([]inventory.AssetID{}, e.Assets...), Subject: e.Subject, Provenance: e.Provenance,
	}
}

// eventCells is one row for people. An attempt is told as one in the column
// where a success would stand, so that nobody reads it as a change.
func eventCells(e eventRow) []string {
	target := e.Subject
	// One is enough for a line; JSON has all of them.
	if len(e.Assets) > 0 {
		target = string(e.Assets[0])
	}
	how := string(e.Outcome)
	if e.Attempt {
		how = "attempt (" + strings.TrimSpace(how+" "+e.Code) + ")"
	}
	return []string{stamp(e.Time), string(e.Action), how, e.Name, e.Principal.ID, e.Account, e.Region, target}
}
