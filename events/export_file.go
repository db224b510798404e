// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
)

// ExportFile writes an export to a file that is there as a whole or not at all, whatever happens meanwhile: it is written beside the path under another name, flushed, and then given its
// own name. A former file of that name is replaced.
func ExportFile(path string, from iter.Seq2[Event, error]) (out Exported, err error) {
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return out, fmt.Errorf("events: export: %w", err)
	}
	out, err = Export(f, from)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return out, errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return out, fmt.Errorf("events: export: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return out, fmt.Errorf("events: export: %w", err)
	}
	return out, errors.Join(d.Sync(), d.Close())
}
