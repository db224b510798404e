// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"mabeam.dev/agents/work/plan"
)

// Outcome is a line of a results file.
type Outcome struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Outcome  string          `json:"outcome"` // Outcome is done, dead or cancelled.
	Output   json.RawMessage `json:"output,omitempty"`
	Cause    string          `json:"cause,omitempty"`  // Cause of a dead task.
	Reason   string          `json:"reason,omitempty"` // Reason of a dead or cancelled task.
	Agent    string          `json:"agent,omitempty"`  // Agent of the last attempt.
	Seconds  float64         `json:"seconds"`          // Seconds the last attempt ran.
	Waited   float64         `json:"waited"`           // Waited is the seconds from the start of the series to the end that the last attempt did not run.
	Attempts []Attempt       `json:"attempts"`
	Position uint64          `json:"position"` // Position of the deciding event in the queue's journal, from one.
}

// Attempt is one attempt in an outcome line.
type Attempt struct {
	Series  int     `json:"series,omitempty"` // Series counts revivals, from zero.
	N       int     `json:"n"`
	Agent   string  `json:"agent"`
	End     string  `json:"end"`
	Reason  string  `json:"reason,omitempty"`
	Seconds float64 `json:"seconds"`
}

// AppendOutcome appends the line of an outcome, newline included. It fails only if the output is not JSON, which the queue does not let pass.
func AppendOutcome(buf []byte, position uint64, o plan.Outcome) ([]byte, error) {
	last := o.Last()
	line := Outcome{
		ID: o.ID, Kind: o.Kind, Outcome: o.State.String(), Output: o.Output, Cause: string(o.Cause), Reason: o.Reason, Agent: last.Agent.ID,
		Seconds: last.Took().Seconds(), Attempts: make([]Attempt, 0, len(o.Attempts)), Position: position,
	}
	line.Waited = max(0, o.Ended.Sub(o.Accepted)-last.Took()).Seconds()
	for _, a := range o.Attempts {
		line.Attempts = append(line.Attempts, Attempt{
			Series: a.Series, N: a.N, Agent: a.Agent.ID, End: string(a.End), Reason: a.Reason, Seconds: a.Took().Seconds(),
		})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil {
		return buf, fmt.Errorf("lines: write outcome %q: %w", o.ID, err)
	}
	return append(buf, out.Bytes()...), nil
}

// ParseOutcome reads an outcome line; keys of a newer release are ignored.
func ParseOutcome(line []byte) (Outcome, error) {
	var o Outcome
	if err := json.Unmarshal(line, &o); err != nil {
		return Outcome{}, fmt.Errorf("lines: read outcome: %w", err)
	}
	if o.ID == "" || o.Outcome == "" {
		return Outcome{}, fmt.Errorf("lines: read outcome: %w", errNotOutcome)
	}
	return o, nil
}

// Tail finds the last whole line of a results file of the given size: its position in the journal and the offset behind it. A file without a whole line gives
// zeros. The caller cuts the file at end, because what follows is half a line, and writes the outcomes of later positions.
func Tail(file io.ReaderAt, size int64) (position uint64, end int64, err error) {
	end, err = lastNewline(file, size)
	if err != nil || end == 0 {
		return 0, 0, err
	}
	start, err := lastNewline(file, end-1)
	if err != nil {
		return 0, 0, err
	}
	line := make([]byte, end-start)
	if _, err := io.ReadFull(io.NewSectionReader(file, start, end-start), line); err != nil {
		return 0, 0, fmt.Errorf("lines: read tail: %w", err)
	}
	o, err := ParseOutcome(line)
	if err != nil {
		return 0, 0, fmt.Errorf("at offset %d: %w", start, err)
	}
	return o.Position, end, nil
}

// lastNewline returns the offset behind the last newline before limit, or zero.
func lastNewline(file io.ReaderAt, limit int64) (int64, error) {
	block := make([]byte, 32<<10)
	for limit > 0 {
		n := min(limit, int64(len(block)))
		if _, err := io.ReadFull(io.NewSectionReader(file, limit-n, n), block[:n]); err != nil {
			return 0, fmt.Errorf("lines: read tail: %w", err)
		}
		if i := bytes.LastIndexByte(block[:n], '\n'); i >= 0 {
			return limit - n + int64(i) + 1, nil
		}
		limit -= n
	}
	return 0, nil
}
