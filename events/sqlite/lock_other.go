// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// lock refuses: without a lock that dies with its process, two processes could write one store.
func lock(path string, _ Owner) (*os.File, error) {
	return nil, fmt.Errorf("lock %q: %w", path, errors.ErrUnsupported)
}
