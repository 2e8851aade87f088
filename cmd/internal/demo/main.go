// Command demo writes the sample exports of a fictional company, which package
// company makes, to a folder; or it answers for the same company as AWS or Cloudflare would.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/estray/estray/cmd/internal/demo/company"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run writes the exports below the folder given by -out, or serves them.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := flags.String("out", "", "folder to write to")
	seed := flags.Uint64("seed", 1, "seed of all that is drawn")
	address := flags.String("serve", "", "answer as a provider at this address instead, such as 127.0.0.1:0")
	as := flags.String("as", "aws", "the provider to answer as: aws or cloudflare")
	ready := flags.String("ready", "", "file to write the address to, once it is served")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *address != "" {
		return serve(*as, *seed, place{*address, *ready}, out)
	}
	if *dir == "" {
		return errors.New("give a folder: -out DIR, or an address: -serve HOST:PORT")
	}
	e, err := company.New(*seed)
	if err != nil {
		return err
	}
	if err := e.Write(*dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "wrote %d files of sample exports: %d functions, %d CloudTrail records, %d Workers, %d Pages projects\n",
		len(e.Files), e.Functions, e.Records, e.Workers, e.Sites)
	return err
}
