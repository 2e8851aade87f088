package builtin

import (
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws"
)

// cloudtrail is the format of objects that CloudTrail delivers to a bucket,
// with the sightings of assets named after the source.
func cloudtrail(source string) archive.Format {
	decoder := aws.NewDecoder(source)
	return archive.Format{
		Kind:     "cloudtrail",
		Provider: inventory.AWS,
		Revision: 3,
		Member:   "Records",
		Layout:   "AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME.json.gz",
		// CloudTrail delivers after about five minutes on average and promises
		// no bound; its documentation speaks of 15 minutes.
		Late:      15 * time.Minute,
		Recognise: recognise,
		Silences:  aws.Silences,
		Decode: func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			d, err := decoder.Decode(record, from)
			if err != nil || !d.Keep {
				return archive.Decoded{}, err
			}
			return archive.Decoded{Event: &d.Event, Assets: d.Assets}, nil
		},
	}
}

func recognise(path string) archive.Object {
	key, ok := aws.ObjectKey(path)
	if !ok {
		return archive.Object{}
	}
	if key.Kind != aws.KindLog {
		return archive.Object{Class: archive.Sibling, What: strings.ToLower(strings.TrimPrefix(key.Kind, aws.KindLog+"-"))}
	}
	scope := inventory.Scope{Provider: inventory.AWS, Account: key.Account, Region: key.Region}
	return archive.Object{Class: archive.Log, Scope: scope, Delivered: key.Delivered}
}
