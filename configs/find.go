package configs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	fileName = "estray.yaml"
	// userFolder lies in the folder of the user's own configuration.
	userFolder = "estray"
	// largest is far above any configuration, and bounds what is parsed.
	largest = 1 << 20
)

// found is the configuration file, or the lack of one: path is then "".
type found struct {
	path string
	// shown is the name in messages.
	shown  string
	looked []string
	raw    []byte
}

// find reads the file that the user named, else the first that exists. Only a
// file that nobody named may be missing.
func find(in Inputs) (found, error) {
	if in.File != "" {
		f := found{path: join(in.Dir, in.File), shown: in.File, looked: []string{in.File}}
		err := f.read()
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; name a file that exists, or write one with \"estray config init\"", err)
		}
		return f, err
	}
	places := []found{{path: join(in.Dir, fileName), shown: fileName}}
	if in.UserDir != "" {
		path := filepath.Join(in.UserDir, userFolder, fileName)
		places = append(places, found{path: path, shown: path})
	}
	var looked []string
	for _, f := range places {
		looked = append(looked, f.path)
		f.looked = looked
		err := f.read()
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return found{looked: looked}, nil
}

func (f *found) read() error {
	file, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", cause(err))
	}
	raw, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("read configuration: %w", cause(err))
	}
	if len(raw) > largest {
		return fmt.Errorf("read configuration: larger than %d bytes; name the configuration and not a file of data", largest)
	}
	f.raw = raw
	return nil
}

// cause takes the path off, since the message names the file already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
