// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"mabeam.dev/events"
)

// placed adds to damage the page that it lies in, as far as that can be told: for people with a tool, and for comparing with what the disk reports.
func placed(err error) error {
	var e *events.CorruptError
	if !errors.As(err, &e) || e.Page != 0 || e.Path == "" {
		return err
	}
	switch {
	case e.Position != 0:
		e.Page = leafOf(e.Path, int64(e.Position))
	default:
		if e.Page = pageIn(e.Reason); e.Page == 0 {
			e.Page = firstBad(e.Path)
		}
	}
	return err
}

var pageWord = regexp.MustCompile(`\b[Pp]age (\d+)`)

// pageIn finds the page in the engine's words; 0 if it names none.
func pageIn(words string) uint32 {
	m := pageWord.FindStringSubmatch(words)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseUint(m[1], 10, 32) // digits; a number that is too large is no page
	return uint32(n)
}

// heading is what the engine writes above the damages of a file, on a line of its own.
const heading = "*** in database main ***\n"

// finding is the answer of a check as one line of a message.
func finding(answer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(answer, heading), "\n", "; ")
}

// firstBad lets the engine look for the page that it stumbled over. What it cannot open at all is damaged in the first page, where it looks for its header.
func firstBad(path string) uint32 {
	c, err := dial(dsn(path, "ro", nil), nil)
	if err == nil {
		defer func() { _ = c.close() }() // it was only a question
		var answer string
		if answer, err = c.text("PRAGMA quick_check(1)"); err == nil {
			return pageIn(answer)
		}
	}
	if classify(err) == faultDamaged {
		return 1
	}
	return 0
}

// leafOf finds the page in which the row of an event begins, or the damaged one on the way there; 0 if that cannot be told. The pages come from the engine, which knows where the latest form
// of each is; reading the file beside it would drop its locks.
func leafOf(path string, pos int64) uint32 {
	c, err := dial(dsn(path, "ro", nil), nil)
	if err != nil {
		return 0
	}
	defer func() { _ = c.close() }() // it was only a question
	root, err := c.integer("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'events'")
	if err != nil || root < 2 { // the first page is the schema's
		return 0
	}
	page := uint32(root)
	for range 32 { // deeper than any tree, so damage cannot lead in a circle
		v, err := c.one("SELECT data FROM sqlite_dbpage WHERE pgno = ?", int64(page))
		b, ok := v.([]byte)
		if err != nil || !ok || len(b) < 512 || b[0] != interior {
			return page // a leaf, or something that should not be here
		}
		next, ok := childFor(b, pos)
		if !ok {
			return page
		}
		page = next
	}
	return 0
}

// interior is the first byte of a page of a table that leads to others.
const interior = 5

// childFor finds the child of an interior page that holds a row; it reports false for one that makes no sense.
func childFor(b []byte, row int64) (uint32, bool) {
	cells := int(binary.BigEndian.Uint16(b[3:]))
	child := binary.BigEndian.Uint32(b[8:])
	if 12+2*cells > len(b) {
		return 0, false
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(b[12+2*i:]))
		if at+5 > len(b) {
			return 0, false
		}
		if key := varint(b[at+4:]); row <= key {
			child = binary.BigEndian.Uint32(b[at:])
			break
		}
	}
	return child, child > 1
}

// varint reads a number in the engine's form, as far as there are bytes.
func varint(b []byte) (n int64) {
	for i, c := range b[:min(len(b), 9)] {
		if i == 8 {
			return n<<8 | int64(c)
		}
		n = n<<7 | int64(c&0x7f)
		if c < 0x80 {
			break
		}
	}
	return n
}
