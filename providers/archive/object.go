package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
)

// errNotObject means that a file is neither compressed nor a JSON object.
var errNotObject = errors.New("is neither gzip nor a JSON object")

// inflate returns what a file holds, whether it is compressed or not: the first
// bytes tell, whatever the name says. Compressed data may have several members.
func inflate(f io.Reader) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(f, 64<<10)
	head, err := r.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("begins like gzip and is none: %w", err)
	}
	return bufio.NewReaderSize(z, 64<<10), nil
}

// startsObject reports whether the first byte that is no white space, after an
// optional byte order mark, opens a JSON object. What cannot be read yet may.
func startsObject(r *bufio.Reader) bool {
	head, _ := r.Peek(512) // a short or broken object: whoever reads on meets the error
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) == 0 || head[0] == '{'
}

// readObject hands each record and each mistake of an object to visit, whose
// error it returns unchanged. What is wrong with the object as a whole is
// noted in bad.
func readObject(ctx context.Context, root Store, key string, bad *mistakes, visit func(piece) error) error {
	f, err := root.Open(ctx, key)
	if err != nil {
		bad.unread(key, "", err)
		return nil
	}
	defer f.Close() //nolint:errcheck // nothing was written
	r, err := inflate(f)
	switch {
	case brokeOff(err):
		bad.unread(key, "", err)
		return nil
	case err != nil:
		bad.add(key, "", err.Error())
		return nil
	}
	switch _, err := r.Peek(1); {
	case err == io.EOF:
		bad.add(key, "", "is empty")
		return nil
	case brokeOff(err):
		bad.unread(key, "", err)
		return nil
	}
	if !startsObject(r) {
		bad.add(key, "", errNotObject.Error())
		return nil
	}
	c := newCutter(r)
	for {
		p, ok := c.next()
		if !ok {
			return nil
		}
		if err := visit(p); err != nil {
			return err
		}
	}
}
