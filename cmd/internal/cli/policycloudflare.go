package cli

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/estray/estray/providers/cloudflare/access"
)

// policyCloudflare is policy cloudflare.
func policyCloudflare(a *app) *cobra.Command {
	var o access.Options
	var format string
	var body, terraform bool
	cmd := &cobra.Command{
		Use: "cloudflare", Short: "print what estray may do at Cloudflare, and no more", Args: noArgs,
		Long: `Prints the permission groups of the token that reads an account: what each is for,
and what is not known without it. Nothing is called.

The groups named are the roles for Workers and Pages, which show settings and no
code. Where they are not offered, --older names those from before them; they let
code be read, too.

With --request it prints what POST /accounts/ACCOUNT_ID/tokens takes, but that
groups are named: GET /accounts/ACCOUNT_ID/tokens/permission_groups tells their
ids. With --terraform it prints the token for Terraform or OpenTofu, which
look the ids up.`,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case body && terraform:
				return usage(errors.New("policy cloudflare: --request and --terraform print different things"), "give one of them")
			case o.Account != "" && !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(o.Account):
				return usagef("read --account %q: write the id of an account, 32 hexadecimal digits in small letters", o.Account)
			case terraform:
				return printf(a.std.Out, "%s", access.Terraform(o))
			case body:
				return a.tokenBody(o)
			}
			if err := oneOf("--format", format, listFormats()); err != nil {
				return err
			}
			return a.groupTable(format, o)
		},
	}
	formatFlag(cmd, &format)
	fl := cmd.Flags()
	fl.BoolVar(&body, "request", false, "print the request that makes the token, with names in place of ids")
	fl.BoolVar(&terraform, "terraform", false, "print the token for Terraform or OpenTofu")
	fl.StringVar(&o.Account, "account", "", "`id` of the account that the token is for")
	fl.BoolVar(&o.Older, "older", false, "name the permission groups from before the roles of Workers and Pages")
	fl.BoolVar(&o.Logpush, "logpush", false, "grant Logs Write, too, without which nobody may read the jobs of Logpush; it lets them be changed")
	return cmd
}

// groupTable lists the permission groups, and says on the side what else is to be
// known.
func (a *app) groupTable(format string, o access.Options) error {
	columns := []string{"need", "scope", "permission group", "or", "without it"}
	err := writeList(a.std.Out, format, columns, func(r access.Row) []string {
		return []string{r.Need, r.Scope, r.Group, r.Or, r.Without}
	}, o.Rows())
	if err != nil {
		return err
	}
	return a.besides(access.Note(o)...)
}

// tokenBody prints the token for the API.
func (a *app) tokenBody(o access.Options) error {
	text, err := access.Token(o).JSON()
	if err != nil {
		return err
	}
	if err := printf(a.std.Out, "%s", text); err != nil {
		return err
	}
	account := o.Account
	if account == "" {
		account = access.AccountToBeNamed
	}
	return a.besides(append([]string{
		"The API takes ids in place of the names of permission groups:",
		"GET /accounts/" + account + "/tokens/permission_groups tells them.",
	}, access.Note(o)...)...)
}

// besides says what is no part of the output.
func (a *app) besides(lines ...string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintln(a.std.Err, l); err != nil {
			return err
		}
	}
	return nil
}
