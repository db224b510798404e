// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrNoFiles is returned when a directory holds no Go files.
var ErrNoFiles = fault.New(1512, "no Go files")

// ReadError is a directory or file that could not be read; it wraps the cause.
type ReadError struct {
	Path  string // of the file or folder
	Cause error  // the error of the file system or of the parser
}

// Error names the path and the cause.
func (e *ReadError) Error() string { return fmt.Sprintf("reviewer: read %q: %v", e.Path, e.Cause) }

// FaultCode is E2501.
func (*ReadError) FaultCode() fault.Code { return 2501 }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Cause }
