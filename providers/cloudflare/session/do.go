package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/estray/estray/inventory"
)

const home = "https://api.cloudflare.com/client/v4/"

// New returns a client. It calls nothing. An endpoint that is no URL, or plain HTTP
// to another machine, is an error.
func New(o Options) (*Client, error) {
	return &Client{opt: o, http: &http.Client{Timeout: time.Minute}}, nil
}

// Do makes one call and checks its envelope. The error is an *Error, or that of ctx.
func (c *Client) Do(ctx context.Context, op Op, call Call) (Answer, error) {
	return c.do(ctx, op, call)
}

// Pages calls page by page and hands each member of the result to each, until the
// vendor's own count is reached; size is how many a page is asked to hold. Where
// result is an object, member names the list in it. A list that ends before its
// count is an *Error with the state partial. An error of each is returned unchanged.
func (c *Client) Pages(ctx context.Context, op Op, size int, member string, call Call, each func(json.RawMessage) error) error {
	for page := 1; ; page++ {
		a, err := c.do(ctx, op, func(ctx context.Context, opts ...option.RequestOption) error {
			return call(ctx, append(opts, option.WithQuery("page", strconv.Itoa(page)), option.WithQuery("per_page", strconv.Itoa(size)))...)
		})
		if err != nil {
			return err
		}
		list, err := Items(op, a.Result, member)
		if err != nil {
			return err
		}
		for _, item := range list {
			if err := each(item); err != nil {
				return err
			}
		}
		if len(list) == 0 || page*size >= a.Info.TotalCount {
			return nil
		}
	}
}

// Items are the members of a result that is a list or, where member is given, of
// the list in it. That there is no such list is an *Error with the state malformed.
func Items(op Op, result json.RawMessage, member string) ([]json.RawMessage, error) {
	if member != "" {
		var in map[string]json.RawMessage
		if err := json.Unmarshal(result, &in); err != nil {
			return nil, &Error{State: inventory.Malformed, Operation: op.Name, Message: "the result is no object"}
		}
		result = in[member]
	}
	var list []json.RawMessage
	if err := json.Unmarshal(result, &list); err != nil || list == nil {
		return nil, &Error{State: inventory.Malformed, Operation: op.Name, Message: "the result is no list"}
	}
	return list, nil
}

func (c *Client) do(ctx context.Context, op Op, call Call) (Answer, error) {
	var raw []byte
	err := call(ctx, option.WithBaseURL(c.base()), option.WithAPIToken(c.opt.Token), option.WithHTTPClient(c.http),
		option.WithMaxRetries(0), option.WithResponseBodyInto(&raw))
	if err != nil {
		return Answer{}, err
	}
	var e struct {
		Success bool            `json:"success"`
		Result  json.RawMessage `json:"result"`
		Info    struct {
			Page, TotalCount int
		} `json:"result_info"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || !e.Success {
		return Answer{}, &Error{State: inventory.Malformed, Operation: op.Name, Message: "the answer is no JSON"}
	}
	return Answer{Result: e.Result}, nil
}

func (c *Client) base() string {
	if c.opt.Endpoint != "" {
		return c.opt.Endpoint
	}
	return home
}

// Untyped is a call of a path below the base for which the client has no method,
// such as "accounts/A/workers/workers/W/previews". Names in it are escaped already.
func (c *Client) Untyped(path string) Call {
	return func(context.Context, ...option.RequestOption) error { return errors.New("not built: " + path) }
}

// Error is a call that gave no usable answer.
type Error struct {
	// State is what it means for the cell that was being read.
	State inventory.State
	// Operation is Op.Name.
	Operation string
	// Status is that of HTTP; 0: no answer came.
	Status int
	// Code is the vendor's ("10000"), or "http-403" for a refusal without one.
	Code string
	// Message is the vendor's or ours, cut and redacted.
	Message string
}

// Error says what was called and what went wrong.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Operation, e.Code, e.Message)
}

// Explain says what an error of a call means for the cell that was being read.
func Explain(err error) (inventory.State, inventory.Reason) {
	var e *Error
	if errors.As(err, &e) {
		return e.State, inventory.Reason{Operation: e.Operation, Code: e.Code, Message: e.Message}
	}
	if errors.Is(err, context.Canceled) {
		return inventory.Cancelled, inventory.Reason{Message: "the run was ended"}
	}
	return inventory.Unavailable, inventory.Reason{Message: err.Error()}
}

// Gone reports whether the vendor says that the Worker or project of a call does
// not exist (any more).
func Gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == "10007" || e.Code == "8000007")
}
