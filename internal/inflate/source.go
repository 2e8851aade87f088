package inflate

import "io"

// source gives what is held first, then what is left in r. It remembers how r
// ended, so that an object that ends too early is told from a store that broke
// off: both may say io.ErrUnexpectedEOF.
type source struct {
	held []byte
	r    io.Reader
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if len(s.held) > 0 {
		n := copy(p, s.held)
		s.held = s.held[n:]
		return n, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.err = err
	return n, err
}

// ended reports whether r gave all that it has.
func (s *source) ended() bool { return s.err == io.EOF }
