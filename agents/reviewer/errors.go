// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"errors"
	"fmt"
)

// ErrNoFiles is returned when a directory holds no Go files.
var ErrNoFiles = errors.New("no Go files")

// ReadError is a directory or file that could not be read; it wraps the cause.
type ReadError struct {
	Path  string // of the file or folder
	Cause error  // the error of the file system or of the parser
}

// Error names the path and the cause.
func (e *ReadError) Error() string { return fmt.Sprintf("reviewer: read %q: %v", e.Path, e.Cause) }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Cause }
