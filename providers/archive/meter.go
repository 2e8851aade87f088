package archive

import "sync/atomic"

// Meter counts how far the reading of archives is. Several archives may share
// one; its methods may be called from several goroutines. The zero value, and
// nil, are ready.
type Meter struct{ due, done, dueBytes, doneBytes, inflated, events atomic.Int64 }

// Progress is what a Meter shows. Bytes are as stored, compressed; Inflated
// are what came out of them. Due grows while archives are listed.
type Progress struct {
	Objects, DueObjects int64
	Bytes, DueBytes     int64
	Inflated            int64
	Events              int64
}

// Progress tells how far it is.
func (m *Meter) Progress() Progress {
	if m == nil {
		return Progress{}
	}
	return Progress{
		Objects: m.done.Load(), DueObjects: m.due.Load(), Bytes: m.doneBytes.Load(), DueBytes: m.dueBytes.Load(),
		Inflated: m.inflated.Load(), Events: m.events.Load(),
	}
}

// plan adds objects that will be read.
func (m *Meter) plan(objects int, bytes int64) {
	if m != nil {
		m.due.Add(int64(objects))
		m.dueBytes.Add(bytes)
	}
}

// object tells that one object of so many bytes was read.
func (m *Meter) object(bytes int64) {
	if m != nil {
		m.done.Add(1)
		m.doneBytes.Add(bytes)
	}
}

// read adds bytes that came out of objects, and events found in them.
func (m *Meter) read(inflated int64, events int) {
	if m != nil {
		m.inflated.Add(inflated)
		m.events.Add(int64(events))
	}
}
