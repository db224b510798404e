// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/internal/node/coordlog"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/stake"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/telemetry"
)

// LieProven is the event: a participant of a session is proven to have lied. The proof is in the journal.
type LieProven struct {
	Session string // in which it was
	Agent   string // who lied
	Kind    string // of lie, such as "two votes"
}

// EventName returns "node.lie_proven".
func (LieProven) EventName() string { return "node.lie_proven" }

// LogLevel is Warn.
func (LieProven) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names session, agent and kind.
func (e LieProven) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("session", e.Session), slog.String(telemetry.KeyAgent, e.Agent), slog.String(telemetry.KeyKind, e.Kind)}
}

// evidenceStream is where proofs are kept.
const evidenceStream = events.Stream("coordination/evidence")

// proof is a record of that stream.
type proof struct {
	Session  string    `json:"session"`
	Agent    string    `json:"agent"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Evidence []byte    `json:"evidence"`
}

// accuser takes evidence from sessions: it keeps the proof, and where something is at stake it opens a case, which is decided at once, as anybody can
// check the proof.
type accuser struct{ n *Node }

// Report takes evidence in; what comes twice is one case.
func (a accuser) Report(ctx context.Context, session protocols.SessionID, r machine.Report) error {
	at := a.n.sys.Now()
	text, err := json.Marshal(proof{string(session), r.Agent, r.Kind, at, r.Evidence})
	if err != nil {
		return err
	}
	if _, err := a.n.journal.Append(ctx, evidenceStream, events.Any, events.New{Type: coordlog.RecordType, Agent: r.Agent, Data: text}); err != nil {
		return err
	}
	telemetry.Emit(a.n.o.Bus, LieProven{string(session), r.Agent, r.Kind})
	stakes := a.n.Stakes()
	if stakes == nil {
		return nil
	}
	id := fmt.Sprintf("coordination/%s/%s/%s", session, r.Agent, r.Kind)
	_, err = stakes.Accuse(ctx, market.Accusation{
		Case: id, Kind: r.Kind, Proof: string(r.Evidence),
		Finding: integrity.Finding{Kind: integrity.Kind(r.Kind), Version: 1, Subjects: []string{r.Agent}, Score: 1, Severity: integrity.Hold, Records: []string{"session/" + string(session)}, At: at},
	})
	if errors.Is(err, stake.ErrDuplicate) { // it was reported before
		return nil
	}
	return err
}
