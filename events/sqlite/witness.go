// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mabeam.dev/events"
)

// slot is what the witness knows: which store, and up to where its events were acknowledged.
type slot struct {
	store [16]byte
	epoch uint64
	seq   uint64 // rises with every write; the slot with the higher one is valid
	link  link
}

const (
	slotMagic  = "MBW1"
	slotSize   = 4 + 16 + 8 + 8 + 8 + 32 + 4
	slotStride = 4096 // each slot in a page of its own: a torn write hurts one of them
)

// encode gives the slot's bytes, a CRC-32C last.
func (s slot) encode() []byte {
	b := make([]byte, 0, slotSize)
	b = append(b, slotMagic...)
	b = append(b, s.store[:]...)
	b = binary.BigEndian.AppendUint64(b, s.epoch)
	b = binary.BigEndian.AppendUint64(b, s.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(s.link.pos))
	b = append(b, s.link.hash[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeSlot reads what encode gave, and reports false for anything else.
func decodeSlot(b []byte) (slot, bool) {
	if len(b) < slotSize || string(b[:4]) != slotMagic ||
		crc32.Checksum(b[:slotSize-4], castagnoli) != binary.BigEndian.Uint32(b[slotSize-4:slotSize]) {
		return slot{}, false
	}
	var s slot
	copy(s.store[:], b[4:20])
	s.epoch = binary.BigEndian.Uint64(b[20:])
	s.seq = binary.BigEndian.Uint64(b[28:])
	s.link.pos = events.Position(binary.BigEndian.Uint64(b[36:]))
	copy(s.link.hash[:], b[44:])
	return s, true
}

// witness is the small file beside the store that remembers the last acknowledged position, because SQLite answers a lost write-ahead log
// with fewer rows and no error. Owned by the writer's turn.
type witness struct {
	file   *os.File
	last   slot
	synced time.Time
}

// syncEvery is how often the witness is flushed under load. Between flushes a power cut may set it back, which weakens the check and harms nothing else.
const syncEvery = time.Second

// errNoWitness tells that the witness file is missing or both of its slots are damaged.
var errNoWitness = errors.New("head witness missing or damaged")

// readWitness gives the newest valid slot.
func readWitness(path string) (slot, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return slot{}, errNoWitness
	} else if err != nil {
		return slot{}, err
	}
	defer f.Close()
	var best slot
	found := false
	for i := range 2 {
		b := make([]byte, slotSize)
		if _, err := f.ReadAt(b, int64(i)*slotStride); err != nil {
			if errors.Is(err, io.EOF) {
				continue
			}
			return slot{}, err
		}
		if s, ok := decodeSlot(b); ok && (!found || s.seq > best.seq) {
			best, found = s, true
		}
	}
	if !found {
		return slot{}, errNoWitness
	}
	return best, nil
}

// openWitness opens the file for writing, and puts s into both slots, so that later writes need no space and an old slot cannot speak for a new epoch.
func openWitness(path string, s slot) (*witness, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &witness{file: f, last: s}
	for range 2 {
		if err = w.write(w.last.link); err != nil {
			break
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

// syncDir makes the names in a directory safe from power loss: a witness whose name is lost would look like a removed one.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// write remembers a link. It is called after a commit and before its acknowledgement; the bytes are safe from the death of the process, and from
// power loss after the next flush.
func (w *witness) write(l link) error {
	s := w.last
	s.seq++
	s.link = l
	if _, err := w.file.WriteAt(s.encode(), int64(s.seq%2)*slotStride); err != nil {
		return fmt.Errorf("write head witness: %w", err)
	}
	w.last = s
	return nil
}

// flush makes the witness safe from power loss if the last flush is a second ago.
func (w *witness) flush(now time.Time) error {
	if since := now.Sub(w.synced); since >= 0 && since < syncEvery {
		return nil
	}
	return w.sync(now)
}

// sync makes the witness safe from power loss.
func (w *witness) sync(now time.Time) error {
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("flush head witness: %w", err)
	}
	w.synced = now
	return nil
}

func (w *witness) close() error {
	return errors.Join(w.file.Sync(), w.file.Close())
}
