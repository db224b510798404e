// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"io"
	"os"
)

// Files is what Load needs of the file system: reading secrets and asking whether a task file can be read.
type Files interface {
	// ReadFile returns at most max bytes of the named file.
	ReadFile(name string, max int64) ([]byte, error)
	// Readable fails with the reason if the named file cannot be opened for reading, or is no regular file: reading
	// goes on in the middle after a restart, which a pipe cannot do. It must not block, so it does not open pipes.
	Readable(name string) error
}

// OS returns the real file system, relative names counted from the working folder of the process.
func OS() Files { return osFiles{} }

type osFiles struct{}

func (osFiles) ReadFile(name string, max int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, max))
}

func (osFiles) Readable(name string) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file; a stream is read as - from standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return f.Close()
}
