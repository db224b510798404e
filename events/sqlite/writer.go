// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"

	"mabeam.dev/events"
)

// rowsPerInsert is how many rows one statement writes: most of the cost of an insert is entering and leaving the engine.
const rowsPerInsert = 16

// inserts are the statements for one row and for many, without and with agent contexts: each value costs, and most events have none.
var inserts = [2][2]string{{insertRows(1, 13), insertRows(1, 15)}, {insertRows(rowsPerInsert, 13), insertRows(rowsPerInsert, 15)}}

// OR FAIL spares the engine a journal of each statement: after any error the whole transaction is rolled back anyway.
func insertRows(n, columns int) string {
	names := "pos, stream, ver, id, type, agent, schema_ver, at, correlation_id, causation_id, metadata, data, crc"
	if columns > 13 {
		names += ", context, context_crc"
	}
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return "INSERT OR FAIL INTO events (" + names + ") VALUES " + row + strings.Repeat(", "+row, n-1)
}

// written is how the writer's own file is laid out: it is always brought to this release's layout.
var written = tablesOf(layoutVersion)

// writer owns the only writing connection and all that is known about the end of the log. It is used by the holder of the store's turn alone.
type writer struct {
	c        *conn
	path     string
	file     os.FileInfo // of path, when the writer was opened
	witness  *witness
	session  int64 // the store's number of this opening; see enter
	entered  bool  // the number is in the file
	full     bool  // the connection waits for fsync when it commits
	head     link
	last     time.Time // stamp of the last event
	streams  *dict
	types    *dict
	agents   *dict
	versions map[events.Stream]events.Version // bounded cache
	args     []driver.Value
	scratch  []byte
}

// openWriter reads the end of the log; the head link comes from the check at open.
func openWriter(c *conn, path string, head link) (*writer, error) {
	w := &writer{c: c, path: path, head: head, versions: make(map[events.Stream]events.Version), full: true}
	at, err := c.integer("SELECT at FROM events ORDER BY pos DESC LIMIT 1")
	w.last = time.UnixMicro(at).UTC()
	for _, d := range []struct {
		into  **dict
		table string
	}{{&w.streams, "streams"}, {&w.types, "types"}, {&w.agents, "agents"}} {
		if err == nil {
			*d.into, err = openDict(c, d.table)
		}
	}
	if err == nil {
		w.file, err = os.Stat(path)
	}
	return w, err
}

// there tells whether the path still names the file that is written to. The engine goes on with a file that was removed, and nothing of it
// is there at the next start; what has been committed to it must not be acknowledged.
func (w *writer) there() error {
	now, err := os.Stat(w.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(w.file, now):
		return errGone
	}
	return nil // it may be in a folder that cannot be looked into any more, which harms nothing
}

// group decides and commits a group of appends. The first decision is made without asking for the ids, since almost every id is new: only if something was
// refused, or the file finds an id taken, are the stored events of the group's ids read and the decision made again.
func (w *writer) group(group []events.Append, now time.Time) (events.Verdict, error) {
	if now.Before(w.last) {
		now = w.last
	}
	known := events.Known{Head: w.head.pos}
	var err error
	if known.Versions, err = w.known(group); err != nil {
		return events.Verdict{}, err
	}
	verdict := events.Judge(group, now, known)
	if !refused(verdict) {
		err = w.commit(verdict.Accepted, nil)
		if classify(err) != faultTaken {
			return verdict, err
		}
	}
	if known.IDs, err = w.stored(group); err != nil {
		return events.Verdict{}, err
	}
	verdict = events.Judge(group, now, known)
	return verdict, w.commit(verdict.Accepted, nil)
}

// refused tells whether an outcome might be another one if the stored ids were known.
func refused(v events.Verdict) bool {
	for i := range v.Outcomes {
		if err := v.Outcomes[i].Err; err != nil && !errors.Is(err, events.ErrInvalid) {
			return true
		}
	}
	return false
}

// known gives the last version of each stream of the group.
func (w *writer) known(group []events.Append) (map[events.Stream]events.Version, error) {
	out := make(map[events.Stream]events.Version)
	for i := range group {
		s := group[i].Stream
		if _, ok := out[s]; ok {
			continue
		}
		v, err := w.version(s)
		if err != nil {
			return nil, err
		}
		out[s] = v
	}
	return out, nil
}

func (w *writer) version(s events.Stream) (events.Version, error) {
	if v, ok := w.versions[s]; ok {
		return v, nil
	}
	n, err := w.c.integer("SELECT ver FROM streams WHERE name = ?", string(s))
	return events.Version(n), err
}

// stored gives the events in the file whose ids the group uses.
func (w *writer) stored(group []events.Append) (map[events.ID]events.Event, error) {
	out := make(map[events.ID]events.Event)
	d := decoder{path: w.path, names: w.c}
	for i := range group {
		for k := range group[i].Events {
			id := group[i].Events[k].ID
			err := w.c.query(written.events+"WHERE e.id = ?", []driver.Value{id[:]}, func(row []driver.Value) error {
				e, err := d.decode(row)
				out[id] = e
				return err
			})
			if err == nil {
				err = w.original(id, out)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// commit writes the events in one transaction, and does what else belongs into it. After an error the file and all caches are as before.
func (w *writer) commit(accepted []events.Event, also func() error) error {
	if len(accepted) == 0 {
		return nil
	}
	head := w.head
	err := w.begin()
	if err == nil {
		head, err = w.insert(accepted)
	}
	versions := make(map[events.Stream]events.Version)
	sizes := make(map[events.Stream]int64)
	for i := range accepted {
		versions[accepted[i].Stream] = accepted[i].Version
		sizes[accepted[i].Stream] += int64(accepted[i].Size())
	}
	if err == nil {
		err = w.lengthen(versions, sizes)
	}
	if err == nil && also != nil {
		err = also()
	}
	if err == nil {
		err = w.c.exec("COMMIT")
	}
	w.settle(err == nil)
	if err != nil {
		return err
	}
	w.head = head
	w.last = accepted[len(accepted)-1].At
	if len(w.versions) >= dictLimit {
		clear(w.versions)
	}
	maps.Copy(w.versions, versions)
	return w.there()
}

// lengthen enters the new last versions and sizes of the streams; the order does not matter.
func (w *writer) lengthen(versions map[events.Stream]events.Version, sizes map[events.Stream]int64) error {
	for s, v := range versions {
		id, err := w.streams.intern(w.c, string(s))
		if err == nil {
			err = w.c.exec("UPDATE streams SET ver = ?, bytes = bytes + ? WHERE id = ?", int64(v), sizes[s], id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) settle(committed bool) {
	if !committed {
		// Fails if the engine has rolled back by itself, which is as good.
		_ = w.c.exec("ROLLBACK")
	}
	w.streams.settle(committed)
	w.types.settle(committed)
	w.agents.settle(committed)
}

// insert writes the rows and the anchors among them, and gives the link after the last one.
func (w *writer) insert(accepted []events.Event) (link, error) {
	head := w.head
	for len(accepted) > 0 {
		n, many, told := 1, 0, 0
		if len(accepted) >= rowsPerInsert {
			n, many = rowsPerInsert, 1
		}
		for i := range accepted[:n] {
			if !accepted[i].Context.IsZero() {
				told = 1
			}
		}
		statement := inserts[many][told]
		w.args = w.args[:0]
		for i := range accepted[:n] {
			if err := w.row(&accepted[i], told == 1); err != nil {
				return head, err
			}
		}
		if err := w.c.exec(statement, w.args...); err != nil {
			return head, err
		}
		for i := range accepted[:n] {
			head = head.next(accepted[i].Position, accepted[i].ID)
			if head.anchored() {
				if err := w.c.exec("INSERT INTO anchors (pos, hash) VALUES (?, ?)", int64(head.pos), head.hash[:]); err != nil {
					return head, err
				}
			}
		}
		accepted = accepted[n:]
	}
	return head, nil
}

// row adds one event's columns to the arguments of the statement.
func (w *writer) row(e *events.Event, told bool) error {
	stream, err := w.streams.intern(w.c, string(e.Stream))
	if err != nil {
		return err
	}
	kind, err := w.types.intern(w.c, e.Type)
	if err != nil {
		return err
	}
	var agent driver.Value
	if e.Agent != "" {
		if agent, err = w.agents.intern(w.c, e.Agent); err != nil {
			return err
		}
	}
	var metadata driver.Value
	raw := events.EncodeMetadata(e.Metadata)
	if raw != nil {
		metadata = string(raw)
	}
	var crc uint32
	crc, w.scratch = sum(e, raw, w.scratch)
	w.args = append(w.args, int64(e.Position), stream, int64(e.Version), e.ID[:], kind, agent, int64(e.Schema), e.At.UnixMicro(),
		nullable(&e.Correlation), nullable(&e.Causation), metadata, blob(e.Data), int64(crc))
	if !told {
		return nil
	}
	if context := events.EncodeContext(e.Context); context != nil {
		w.args = append(w.args, string(context), int64(sumContext(e, context)))
	} else {
		w.args = append(w.args, nil, nil)
	}
	return nil
}

// lossAccepted records that an operator went on without lost events: a new epoch and an event that says so.
func (w *writer) lossAccepted(id events.ID, now time.Time, epoch uint64, lost *LostTailError) error {
	data := fmt.Sprintf(`{"have":%d,"want":%d,"epoch":%d,"reason":%q}`, lost.Have, lost.Want, epoch, lost.Reason)
	v, err := w.group([]events.Append{{Stream: LossStream, Events: []events.New{{ID: id, Type: LossType, Data: []byte(data)}}}}, now)
	if err != nil {
		return err
	}
	return v.Outcomes[0].Err
}
