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
	ID       string          `json:"id"`               // ID of the task.
	Kind     string          `json:"kind"`             // Kind of the task.
	Outcome  string          `json:"outcome"`          // Outcome of the task: done, dead or cancelled.
	Output   json.RawMessage `json:"output,omitempty"` // Output is the agent's answer to a task that is done.
	Cause    string          `json:"cause,omitempty"`  // Cause of a dead task.
	Reason   string          `json:"reason,omitempty"` // Reason of a dead or cancelled task.
	Agent    string          `json:"agent,omitempty"`  // Agent of the last attempt.
	Seconds  float64         `json:"seconds"`          // Seconds the last attempt ran.
	Waited   float64         `json:"waited"`           // Waited counts the seconds from the start of the series to the end that the last attempt did not run.
	Attempts []Attempt       `json:"attempts"`         // Attempts are the history of the task, the oldest first.
	Position uint64          `json:"position"`         // Position of the deciding event in the queue's journal, from one.
}

// Attempt is one attempt in an outcome line.
type Attempt struct {
	Series  int     `json:"series,omitempty"` // Series counts revivals, from zero.
	N       int     `json:"n"`                // N counts the attempts of a series, from one.
	Agent   string  `json:"agent"`            // Agent that had the task.
	End     string  `json:"end"`              // End says how the attempt ended: done, error, killed, down, timeout, lost, deadline or cancelled.
	Reason  string  `json:"reason,omitempty"` // Reason of an attempt that was not done.
	Seconds float64 `json:"seconds"`          // Seconds the attempt ran.
	Price   int64   `json:"price,omitempty"`  // Price, in millionths, that the agent bid for is paid for a result; an attempt with another end is not paid.
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
			Series: a.Series, N: a.N, Agent: a.Agent.ID, End: string(a.End), Reason: a.Reason, Seconds: a.Took().Seconds(), Price: a.Price,
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
