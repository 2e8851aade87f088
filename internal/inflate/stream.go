//go:build !libdeflate

package inflate

// Library names what inflates in this build.
const Library = "klauspost/compress"

// engine is what inflates in one go: in the default build nothing does.
type engine struct{}

func (engine) inflate(*Reader, int64) ([]byte, bool) { return nil, false }
