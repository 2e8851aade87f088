package trail

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// slice is a part of the window, both ends included: whole seconds, as events
// have them.
type slice struct{ from, to time.Time }

// eventID stands for the vendor's id of an event. Two slices share an instant,
// and a reading that begins again shares all.
type eventID [16]byte

func idOf(id string) (out eventID) {
	h := fnv.New128a()
	h.Write([]byte(id))
	h.Sum(out[:0])
	return out
}

// ask asks for one page.
func (l *lookup) ask(ctx context.Context, service string, cut slice, token *string) (*cloudtrail.LookupEventsOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.pages >= l.cfg.Budget {
		return nil, &stopped{inventory.Partial, inventory.Reason{Operation: operation, Message: fmt.Sprintf(
			"%d pages were read, which is the most for one scan; the next one goes on. Where this comes again, read the bucket of the trail", l.pages)}}
	}
	l.pages++
	page, err := l.client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventSource, AttributeValue: &service}},
		StartTime:        &cut.from, EndTime: &cut.to, MaxResults: sdk.Int32(pageSize), NextToken: token,
	})
	if err == nil {
		if l.behind(page.ResultMetadata) {
			return nil, errBehind
		}
		return page, nil
	}
	if over := ctx.Err(); over != nil {
		return nil, over
	}
	return nil, stop(err)
}

func stop(err error) *stopped {
	state, why := session.Explain(err)
	if why.Operation == "" {
		why.Operation = operation
	}
	return &stopped{state, why}
}

// slice reads the events of a service in a slice, and returns the time of the
// oldest that it saw. A token that is refused in the middle makes it begin
// again, once.
func (l *lookup) slice(ctx context.Context, service string, cut slice) (oldest time.Time, err error) {
	for range 2 {
		oldest, err = l.pagesOf(ctx, service, cut)
		if end := (*stopped)(nil); !errors.As(err, &end) || end.why.Code != "InvalidNextTokenException" {
			break
		}
	}
	return oldest, err
}

func (l *lookup) pagesOf(ctx context.Context, service string, cut slice) (oldest time.Time, err error) {
	most := max(l.cfg.Budget/8, 10)
	oldest, read := cut.to, 0
	err = session.Pages(ctx, func(token *string) (*string, error) {
		if read == most && cut.to.Sub(cut.from) > shortestSlice {
			return nil, errTooLong
		}
		page, err := l.ask(ctx, service, cut, token)
		if err != nil {
			return nil, err
		}
		read++
		for _, e := range page.Events {
			if e.EventTime != nil {
				oldest = earlier(oldest, *e.EventTime)
			}
		}
		return page.NextToken, l.take(ctx, page.Events)
	})
	if errors.Is(err, session.ErrRepeated) {
		err = stop(err)
	}
	return oldest, err
}

// take gives on what a page tells. The error is emit's or the context's.
func (l *lookup) take(ctx context.Context, events []types.Event) error {
	for _, e := range events {
		if err := ctx.Err(); err != nil {
			return err
		}
		if id := sdk.ToString(e.EventId); id != "" {
			if l.known[idOf(id)] {
				continue
			}
			l.known[idOf(id)] = true
		}
		if err := l.event(e); err != nil {
			return err
		}
	}
	return nil
}

func (l *lookup) event(e types.Event) error {
	d, err := l.decoder.Decode([]byte(sdk.ToString(e.CloudTrailEvent)), inventory.Provenance{API: operation})
	if err != nil {
		if l.bad++; l.first == nil {
			l.first = err
		}
		if strings.HasPrefix(sdk.ToString(e.EventSource), "lambda.") {
			l.out.Unplaced = true
		}
		return nil
	}
	if !d.Keep {
		return nil
	}
	l.seen++
	l.touch(d.Event)
	for _, a := range d.Assets {
		if err := l.emit(a); err != nil {
			return err
		}
	}
	return l.emit(d.Event)
}

// touch notes what an event changed. What only looks, such as our own calls,
// changes nothing.
func (l *lookup) touch(e inventory.Event) {
	if !e.Mutates() {
		return
	}
	for _, id := range e.Assets {
		l.out.Touched[id] = later(l.out.Touched[id], e.Time)
	}
	if e.Service == "lambda.amazonaws.com" && len(e.Assets) == 0 && e.Subject == "" {
		l.out.Unplaced = true
	}
}
