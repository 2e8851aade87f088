package builtin

import (
	"strings"
	"time"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws"
)

// cloudtrail is the format of objects that CloudTrail delivers to a bucket,
// with the sightings of assets named after the source and the use of the
// identities that are counted.
func cloudtrail(source string, counted inventory.Counted) archive.Format {
	decoder := aws.NewDecoder(source)
	return archive.Format{
		Kind:     "cloudtrail",
		Provider: inventory.AWS,
		Revision: 4,
		Layout:   "AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME.json.gz",
		// CloudTrail delivers after about five minutes on average and promises
		// no bound; its documentation speaks of 15 minutes.
		Late:      15 * time.Minute,
		Recognise: recognise,
		Member:    "Records",
		Filter: archive.Filter{
			Members: []string{"eventSource", "eventName"},
			Matters: func(values [][]byte) bool { return decoder.Matters(values[0], values[1]) },
		},
		Uses:     uses(counted),
		Silences: aws.Silences,
		Decode: func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			d, err := decoder.Decode(record, from)
			if err != nil || !d.Keep {
				return archive.Decoded{}, err
			}
			return archive.Decoded{Event: &d.Event, Assets: d.Assets}, nil
		},
	}
}

// uses makes what reads the use of the identities that are counted; nil: of none.
func uses(counted inventory.Counted) func() func(jsonscan.Text, *archive.Use) (bool, error) {
	reader := aws.Uses(counted)
	if reader == nil {
		return nil
	}
	return func() func(jsonscan.Text, *archive.Use) (bool, error) {
		read := reader()
		return func(record jsonscan.Text, use *archive.Use) (bool, error) { return read(record, (*aws.Use)(use)) }
	}
}

// metadata ends the name of a file that holds what a bucket keeps beside an
// object: the signature of a digest.
const metadata = ".metadata.json"

// recognise judges a key. Of what is no log, digests alone name their scope: they
// are what its logs can be proved by.
func recognise(path string) archive.Object {
	object, beside := strings.CutSuffix(path, metadata)
	key, ok := aws.ObjectKey(object)
	switch {
	case !ok:
		return archive.Object{}
	case beside:
		return archive.Object{Class: archive.Sibling, What: "metadata"}
	}
	scope := inventory.Scope{Provider: inventory.AWS, Account: key.Account, Region: key.Region}
	switch key.Kind {
	case aws.KindLog:
		return archive.Object{Class: archive.Log, Scope: scope, Delivered: key.Delivered}
	case aws.KindDigest:
		return archive.Object{Class: archive.Sibling, What: "digest", Scope: scope, Delivered: key.Delivered}
	}
	return archive.Object{Class: archive.Sibling, What: strings.ToLower(strings.TrimPrefix(key.Kind, aws.KindLog+"-"))}
}
