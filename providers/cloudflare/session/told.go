package session

import (
	"net/http"
	"sync"
	"time"
)

// told is what the last answer told beside what was asked for.
type told struct {
	mu       sync.Mutex
	at       time.Time
	left, of int
}

func (t *told) hear(h http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		t.at = at.UTC()
	}
	few := -1.0
	for _, b := range budgets(h) {
		if few < 0 || b.left < few {
			few = b.left
			t.left, t.of = int(b.left), int(b.of)
		}
	}
}

// Told is the vendor's time, as the last answer told it; zero: none did.
func (c *Client) Told() time.Time {
	c.told.mu.Lock()
	defer c.told.mu.Unlock()
	return c.told.at
}

// Left is how many requests were left of a quota, and of how many, as the last
// answer that tells of quotas told of the scarcest; 0 of 0: none did.
func (c *Client) Left() (left, of int) {
	c.told.mu.Lock()
	defer c.told.mu.Unlock()
	return c.told.left, c.told.of
}
