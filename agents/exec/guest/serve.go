// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"mabeam.dev/actors/fault"
)

// Hello is what a program says of itself.
type Hello struct {
	// Capabilities are added to those of the node's config.
	Capabilities []string
	// OnBid, if it is set, says what the program asks for tasks of a queue that gives them out by auction; nil does not bid.
	OnBid Bidder
	// OnVote and OnPropose, if one of them is set, say what the program thinks in sessions of coordination; without both it is not asked.
	OnVote    Voter
	OnPropose Proposer
	// Variables says that the program reads of shared variables; [Get] returns what it sees. OnChange, if it is set, hears of every change, and says so, too.
	Variables bool
	OnChange  Sharer
}

// Task is one attempt.
type Task struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Input    json.RawMessage `json:"input"`
	Attempt  int             `json:"attempt"`
	Deadline int64           `json:"deadline_ms"` // milliseconds left when the task was sent; 0 = none
}

// Handler does one task; its result is encoded as JSON.
type Handler func(ctx context.Context, t Task) (any, error)

// PermanentError says that no attempt at the task can succeed.
type PermanentError struct {
	Err error // what the answer says
}

// Error returns the text of the error.
func (e *PermanentError) Error() string { return e.Err.Error() }

// FaultCode is E3221.
func (*PermanentError) FaultCode() fault.Code { return 3221 }

// Unwrap returns the error.
func (e *PermanentError) Unwrap() error { return e.Err }

// line is a message of the node.
type line struct {
	Type string `json:"type"`
	N    int    `json:"n"` // of a ping
	// Features are those of a ready.
	Features []string `json:"features"`
	Task
}

// features are those of the hello.
func (h Hello) features() []string {
	all := []string{"ping"}
	if h.OnBid != nil {
		all = append(all, "bid")
	}
	if h.OnVote != nil || h.OnPropose != nil {
		all = append(all, "vote")
	}
	if h.Variables || h.OnChange != nil {
		all = append(all, "variables")
	}
	return all
}

// Serve speaks the protocol until the node stops the program or closes its input. The handlers' contexts end with ctx, which does not
// interrupt the wait for a line.
func Serve(ctx context.Context, in io.Reader, out io.Writer, hello Hello, handle Handler) error {
	s := &server{out: json.NewEncoder(out), cancels: map[string]context.CancelFunc{}, shared: newShared()}
	if err := s.send(map[string]any{"type": "hello", "protocol": 1, "capabilities": hello.Capabilities, "features": hello.features()}); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.WithValue(ctx, serverKey{}, s))
	defer s.tasks.Wait()
	defer stop()
	if hello.OnChange != nil {
		s.tasks.Go(func() { s.listen(ctx, hello.OnChange) }) // awaited by Serve
	}
	input := bufio.NewReader(in)
	for {
		text, err := input.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // the node has gone, or wants us to go
		}
		if err != nil {
			return fmt.Errorf("guest: read: %w", err)
		}
		var m line
		if err := json.Unmarshal(text, &m); err != nil {
			return fmt.Errorf("guest: read %q: %w", text, err)
		}
		switch m.Type {
		case "ready":
			s.records.Store(slices.Contains(m.Features, "record"))
			s.share(slices.Contains(m.Features, "variables"))
		case "task":
			s.begin(ctx, m.Task, handle)
		case "bid_request":
			if err := s.bid(ctx, text, hello.OnBid); err != nil {
				return err
			}
		case "vote_request":
			if err := s.vote(ctx, text, hello.OnVote.line); err != nil {
				return err
			}
		case "propose_request":
			if err := s.vote(ctx, text, hello.OnPropose.line); err != nil {
				return err
			}
		case "variables", "variable", "answer":
			if err := s.hear(m.Type, text, hello.OnChange); err != nil {
				return err
			}
		case "cancel":
			s.cancel(m.ID)
		case "ping":
			if err := s.send(map[string]any{"type": "pong", "n": m.N}); err != nil {
				return err
			}
		case "stop":
			return s.send(map[string]any{"type": "bye"})
		}
	}
}

// server is the state of one Serve.
type server struct {
	tasks sync.WaitGroup
	mu    sync.Mutex // guards out, cancels and shared
	out   *json.Encoder

	cancels map[string]context.CancelFunc
	shared  shared
	records atomic.Bool // the node takes lines of type record
}

func (s *server) send(m map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendLocked(m)
}

func (s *server) sendLocked(m map[string]any) error {
	if err := s.out.Encode(m); err != nil {
		return fmt.Errorf("guest: write: %w", err)
	}
	return nil
}

// begin runs the handler on a goroutine of its own, so that a cancel can be read meanwhile; the node sends no more tasks at a time
// than the agent's concurrency.
func (s *server) begin(ctx context.Context, t Task, handle Handler) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	s.cancels[t.ID] = cancel
	s.mu.Unlock()
	s.tasks.Go(func() { // awaited by Serve
		defer cancel()
		output, err := do(ctx, t, handle)
		s.mu.Lock()
		delete(s.cancels, t.ID)
		s.mu.Unlock()
		answer := map[string]any{"type": "result", "id": t.ID, "attempt": t.Attempt, "output": output}
		if err != nil {
			var final *PermanentError
			answer = map[string]any{
				"type": "error", "id": t.ID, "attempt": t.Attempt, "code": "failed", "message": err.Error(),
				"retry": !errors.As(err, &final),
			}
		}
		_ = s.send(answer) // a node that has gone is noticed by the reader
	})
}

// serverKey finds the server in a handler's context.
type serverKey struct{}

// Record adds a figure to one of the agent's own metrics, in a base unit such as seconds or bytes; ctx is that of a [Handler]. It reports
// false for another context, for a figure that is not finite, for a metric without a name, and while the node has not said that it takes
// figures.
func Record(ctx context.Context, metric string, figure float64) bool {
	s, ok := ctx.Value(serverKey{}).(*server)
	if !ok || !s.records.Load() || metric == "" || math.IsNaN(figure) || math.IsInf(figure, 0) {
		return false
	}
	return s.send(map[string]any{"type": "record", "metric": metric, "value": figure}) == nil
}

// do runs the handler and encodes its result; one that has no JSON is an error like any other, and would be one again.
func do(ctx context.Context, t Task, handle Handler) (json.RawMessage, error) {
	result, err := handle(ctx, t)
	if err != nil {
		return nil, err
	}
	output, err := json.Marshal(result)
	if err != nil {
		return nil, &PermanentError{fmt.Errorf("guest: encode result of task %q: %w", t.ID, err)}
	}
	return output, nil
}

func (s *server) cancel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel, ok := s.cancels[id]; ok {
		cancel()
	}
}
