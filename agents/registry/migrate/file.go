// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// File is a Journal in a file of one line of JSON, which is replaced as a whole: kill -9 and a loss of power leave the last record or the one
// before it. One File is used for one path by a program.
type File struct {
	path string
	mu   sync.Mutex // one reader or writer of the path
}

// NewFile returns the journal in a file, which need not be there yet. Its directory is.
func NewFile(path string) *File { return &File{path: path} }

// Load reads the last record. A file that is no record is an error that names it, and is left alone.
func (f *File) Load(context.Context) (Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loadLocked()
}

func (f *File) loadLocked() (Record, error) {
	var r Record
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("migrate: read journal: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || r.Seq == 0 {
		return Record{}, fmt.Errorf("migrate: read journal %q: it is damaged: %w", f.path, errors.Join(err, errNoRecord))
	}
	return r, nil
}

var errNoRecord = errors.New("migrate: there is no record in it")

// Save writes a new file beside the old one and puts it in its place when it is on the disk.
func (f *File) Save(_ context.Context, r Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	last, err := f.loadLocked()
	if err != nil {
		return err
	}
	if r.Seq != last.Seq+1 {
		return ErrConflict
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("migrate: write journal %q: %w", f.path, err)
	}
	if err := f.replaceLocked(append(text, '\n')); err != nil {
		return fmt.Errorf("migrate: write journal: %w", err)
	}
	return nil
}

func (f *File) replaceLocked(text []byte) error {
	next, err := os.OpenFile(f.path+".next", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(text)
	if err == nil {
		err = next.Sync()
	}
	if err := errors.Join(err, next.Close()); err != nil {
		return err
	}
	if err := os.Rename(next.Name(), f.path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close()) // the name is on the disk as well
}
