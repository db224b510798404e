// SPDX-License-Identifier: Apache-2.0

package events

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
)

// exportFormat and exportVersion name the form of an export in its first line.
const (
	exportFormat  = "mabeam.events"
	exportVersion = 1
)

// exportHead is the first line of an export.
type exportHead struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// exportEnd is the last line: without it, or if it does not fit, the export is not whole.
type exportEnd struct {
	End    bool     `json:"end"`
	Events int      `json:"events"`
	Last   Position `json:"last"`
	CRC    uint32   `json:"crc"` // CRC-32C of all lines before
}

// exportLine is one event. Data that is JSON in its shortest form stands there as it is, other data as base64.
type exportLine struct {
	Position    Position          `json:"pos"`
	Stream      Stream            `json:"stream"`
	Version     Version           `json:"ver"`
	ID          string            `json:"id"`
	Type        string            `json:"type"`
	Schema      uint32            `json:"schema"`
	At          time.Time         `json:"at"`
	Agent       string            `json:"agent,omitempty"`
	Context     *AgentContext     `json:"context,omitempty"`
	Correlation string            `json:"correlation,omitempty"`
	Causation   string            `json:"causation,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Data        json.RawMessage   `json:"data,omitempty"`
	Bytes       []byte            `json:"bytes,omitempty"`
}

// Exported tells what an export or an import held.
type Exported struct {
	Events int
	Last   Position // of the last event
}

// Export writes events as JSON lines: a line that names the form, one for each event, and one that tells how many there were, with a checksum. An iteration
// from the beginning of a store ([Store].ReadAll from 0) gives a copy that [Import] can restore; the events of a query are for tools. If
// retention removes what is still to come, the iteration and with it the export ends with [ErrCompacted]: try again.
func Export(w io.Writer, from iter.Seq2[Event, error]) (out Exported, err error) {
	sum := crc32.New(castagnoli)
	buf := bufio.NewWriterSize(io.Writer(w), 1<<16)
	lines := json.NewEncoder(io.MultiWriter(buf, sum))
	lines.SetEscapeHTML(false)
	if err := lines.Encode(exportHead{Format: exportFormat, Version: exportVersion}); err != nil {
		return out, fmt.Errorf("events: export: %w", err)
	}
	for e, err := range from {
		if err != nil {
			return out, fmt.Errorf("events: export: after position %d: %w", out.Last, err)
		}
		if err := lines.Encode(lineOf(e)); err != nil {
			return out, fmt.Errorf("events: export: position %d: %w", e.Position, err)
		}
		out.Events++
		out.Last = e.Position
	}
	err = lines.Encode(exportEnd{End: true, Events: out.Events, Last: out.Last, CRC: sum.Sum32()})
	if err == nil {
		err = buf.Flush()
	}
	if err != nil {
		return out, fmt.Errorf("events: export: %w", err)
	}
	return out, nil
}

func lineOf(e Event) exportLine {
	l := exportLine{
		Position: e.Position, Stream: e.Stream, Version: e.Version, ID: e.ID.String(), Type: e.Type, Schema: e.schema(), At: e.At,
		Agent: e.Agent, Metadata: e.Metadata,
	}
	if !e.Context.IsZero() {
		l.Context = &e.Context
	}
	if !e.Correlation.IsZero() {
		l.Correlation = e.Correlation.String()
	}
	if !e.Causation.IsZero() {
		l.Causation = e.Causation.String()
	}
	var short bytes.Buffer
	if json.Compact(&short, e.Data) == nil && bytes.Equal(short.Bytes(), e.Data) && string(e.Data) != "null" {
		l.Data = e.Data
	} else {
		l.Bytes = e.Data
	}
	return l
}

func (l exportLine) event() (Event, error) {
	e := Event{Stream: l.Stream, Version: l.Version, Position: l.Position, At: l.At.UTC()}
	e.Type, e.Schema, e.Agent, e.Metadata, e.Data = l.Type, l.Schema, l.Agent, l.Metadata, l.Bytes
	if len(l.Data) > 0 {
		e.Data = l.Data
	}
	if l.Context != nil {
		e.Context = *l.Context
	}
	var errs []error
	for _, f := range [...]struct {
		text string
		into *ID
	}{{l.ID, &e.ID}, {l.Correlation, &e.Correlation}, {l.Causation, &e.Causation}} {
		if f.text == "" {
			continue
		}
		var err error
		if *f.into, err = ParseID(f.text); err != nil {
			errs = append(errs, err)
		}
	}
	return e, errors.Join(errs...)
}

// Line gives an event as one line of an export, without the line's end: the form for tools, and for people who have only text.
func Line(e Event) ([]byte, error) {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(lineOf(e)); err != nil {
		return nil, fmt.Errorf("events: export: position %d: %w", e.Position, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// ParseLine reads what [Line] gave. Fields of a later release are passed over.
func ParseLine(b []byte) (Event, error) {
	var l exportLine
	if err := json.Unmarshal(b, &l); err != nil {
		return Event{}, fmt.Errorf("events: parse event: %w", err)
	}
	return l.event()
}

// ParseID reads the text form of an ID, with or without hyphens.
func ParseID(s string) (id ID, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("events: parse id %q: not 32 hexadecimal digits", s)
	}
	return ID(b), nil
}

// Restorer takes events with the places and stamps they had in another store. Both back ends are one.
type Restorer interface {
	// Restore enters events behind the head, in the order of their positions, all or none, with positions, versions and stamps as they are. Events at or before the
	// head must be there already with the same content, and are passed over, so that an import that broke off can be done again. The first version
	// that is given of a stream is the first that is kept. It fails with *ConflictError or *VersionError where the store holds something else.
	Restore(ctx context.Context, batch []Event) (restored int, err error)
}

// ImportError tells where an export cannot be used. What stands before the line may have been restored.
type ImportError struct {
	Line int // from 1
	// Reason says what is wrong with the form, empty where Err is set.
	Reason string
	Err    error // what went wrong, nil if the form is wrong
}

// Error names line and reason.
func (e *ImportError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("events: import: line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("events: import: line %d: %s", e.Line, e.Reason)
}

// FaultCode is E1408.
func (*ImportError) FaultCode() fault.Code { return 1408 }

// Unwrap gives what went wrong.
func (e *ImportError) Unwrap() error { return e.Err }

// importBatch is how many events are restored together.
const importBatch = 1000

// Import restores an export. The checksum stands at its end, so a damaged or cut file is noticed after what stands before the damage has been restored, and reported with
// [*ImportError]; importing the whole file again goes on from there.
func Import(ctx context.Context, r io.Reader, into Restorer) (out Exported, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	sum := crc32.New(castagnoli)
	var batch []Event
	flush := func(line int) error {
		_, err := into.Restore(ctx, batch)
		batch = batch[:0]
		if err != nil {
			return &ImportError{Line: line, Err: err}
		}
		return nil
	}
	for line := 1; ; line++ {
		text, err := in.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF):
			return out, &ImportError{Line: line, Reason: "the export ends before its last line"}
		case err != nil:
			return out, &ImportError{Line: line, Err: err}
		case line == 1:
			var head exportHead
			if json.Unmarshal(text, &head) != nil || head.Format != exportFormat {
				return out, &ImportError{Line: line, Reason: "not an export of events"}
			}
			if head.Version > exportVersion {
				return out, &ImportError{Line: line, Reason: fmt.Sprintf("form %d of a later release, this one knows %d", head.Version, exportVersion)}
			}
		case bytes.HasPrefix(text, []byte(`{"end":`)):
			var end exportEnd
			if err := json.Unmarshal(text, &end); err != nil {
				return out, &ImportError{Line: line, Err: err}
			}
			if end.Events != out.Events || end.Last != out.Last || end.CRC != sum.Sum32() {
				return out, &ImportError{Line: line, Reason: "the lines are not those that were written: the checksum does not match"}
			}
			return out, flush(line)
		default:
			e, err := ParseLine(text)
			if err != nil {
				return out, &ImportError{Line: line, Err: err}
			}
			batch = append(batch, e)
			out.Events++
			out.Last = e.Position
			if len(batch) == importBatch {
				if err := flush(line); err != nil {
					return out, err
				}
			}
		}
		sum.Write(text)
	}
}

// CheckExport reads an export to its end and tells whether it is whole, with the errors of [Import]. Nothing is restored.
func CheckExport(ctx context.Context, r io.Reader) (Exported, error) {
	return Import(ctx, r, nowhere{})
}

// nowhere takes events without keeping them.
type nowhere struct{}

func (nowhere) Restore(context.Context, []Event) (int, error) { return 0, nil }
