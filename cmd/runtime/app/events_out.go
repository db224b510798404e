// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// destination is where an export goes: to a file that takes its name at once, or into a stream.
type destination struct {
	path   string    // of the file, without links; "" if it is a stream
	stream io.Writer // what the bytes are copied to
	opened *os.File  // the stream, if it was opened for it
}

// destination looks at what has the name already. A device or a pipe is written into and a link is followed: to put a file in their place, as is done with
// an older export, would take them away from everybody else.
func (c *command) destination(out string) (destination, error) {
	if out == "" {
		return destination{stream: c.Stdout}, nil
	}
	path, err := filepath.EvalSymlinks(out)
	if errors.Is(err, os.ErrNotExist) {
		return destination{path: out}, nil
	}
	if err != nil {
		return destination{}, usage("--out: %w", err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return destination{}, usage("--out: %w", err)
	case info.IsDir():
		return destination{}, usage("--out %q: is a folder, want a file", out)
	case info.Mode().IsRegular():
		return destination{path: path}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return destination{}, usage("--out: %w", err)
	}
	return destination{stream: f, opened: f}, nil
}

// close lets go of a stream that was opened. What it says is known by then: the writes have succeeded or not.
func (d destination) close() {
	if d.opened != nil {
		_ = d.opened.Close()
	}
}
