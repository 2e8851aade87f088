package digest

import (
	"context"
	"crypto/rsa"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/estray/estray/providers/aws/session"
)

// Asked are the keys that AWS gives (cloudtrail:ListPublicKeys), in the region
// of the digest. A region is asked once for each time in question.
type Asked struct {
	open func(context.Context) (*session.Account, error)

	mu      sync.Mutex
	account *session.Account
	keys    map[[2]string]*rsa.PublicKey // by region and fingerprint
	asked   map[Wanted]error             // without fingerprint
}

var _ Keys = (*Asked)(nil)

// NewAsked asks with the credentials of an account, which is opened when the
// first key is due, and again if that failed.
func NewAsked(open func(context.Context) (*session.Account, error)) *Asked {
	return &Asked{open: open, keys: map[[2]string]*rsa.PublicKey{}, asked: map[Wanted]error{}}
}

// Own opens the account of the credentials of the environment.
func Own(ctx context.Context) (*session.Account, error) {
	home, err := session.Open(ctx, session.Options{})
	if err != nil {
		return nil, err
	}
	return home.Own(), nil
}

// Find gives the key with the fingerprint.
func (a *Asked) Find(ctx context.Context, want Wanted) (*rsa.PublicKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := [2]string{want.Region, strings.ToLower(want.Fingerprint)}
	if key := a.keys[at]; key != nil {
		return key, nil
	}
	question := want
	question.Fingerprint = ""
	err, known := a.asked[question]
	if !known {
		err = a.ask(ctx, question)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a.asked[question] = err
	}
	if err != nil {
		return nil, err
	}
	if key := a.keys[at]; key != nil {
		return key, nil
	}
	return nil, ErrUnknownKey
}

// ask lists the keys of a region and a time.
func (a *Asked) ask(ctx context.Context, q Wanted) error {
	if a.account == nil {
		account, err := a.open(ctx)
		if err != nil {
			return explain(q.Region, err)
		}
		a.account = account
	}
	client := cloudtrail.NewFromConfig(a.account.Region(q.Region).Config())
	err := session.Pages(ctx, func(token *string) (*string, error) {
		page, err := client.ListPublicKeys(ctx, &cloudtrail.ListPublicKeysInput{StartTime: &q.From, EndTime: &q.To, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, k := range page.PublicKeyList {
			// One that cannot be read is one that is not known.
			if key, err := parseKey(k.Value, aws.ToString(k.Fingerprint)); err == nil {
				a.keys[[2]string{q.Region, strings.ToLower(aws.ToString(k.Fingerprint))}] = key
			}
		}
		return page.NextToken, nil
	})
	if err != nil {
		return explain(q.Region, err)
	}
	return nil
}

// explain leaves the client's error out, whose text names addresses.
func explain(region string, err error) error {
	_, why := session.Explain(err)
	if why.Operation == "" {
		why.Operation = "ListPublicKeys"
	}
	return fmt.Errorf("ask for the public keys of %s: %s; it takes cloudtrail:ListPublicKeys, or a file of public keys", region, why)
}
