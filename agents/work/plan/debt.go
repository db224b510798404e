// SPDX-License-Identifier: Apache-2.0

package plan

// Verdict says what the end of a deal is for the agent that won it.
type Verdict string

// The verdicts.
const (
	Delivered Verdict = "delivered" // Delivered: the result is there, and is paid.
	Broken    Verdict = "broken"    // Broken: the agent failed, crashed over the task, or was too late. It is not paid.
	Void      Verdict = "void"      // Void: nobody is to blame, or the buyer has changed its mind. It is not paid.
)

// Debt is what a deal that is over leaves to be settled. It is kept until a SettlementDone.
type Debt struct {
	Deal           Token
	ID, Kind       string // ID and Kind of the task; Kind may be empty when the task was over before the deal began.
	Agent          Agent
	Price          int64 // Price in millionths that the agent has earned if the verdict is Delivered.
	Verdict        Verdict
	Started, Ended Instant // Started of the attempt, or Ended when there was none.
}

// verdictOf judges how an attempt ended. A permanent error says something about the task, not about the agent.
func verdictOf(end End, cause Cause) Verdict {
	switch end {
	case EndDone:
		return Delivered
	case EndError, EndKilled, EndTimeout, EndDeadline:
		if cause != CausePermanent {
			return Broken
		}
	case EndDown, EndLost, EndCancelled:
	}
	return Void
}

// owe notes that a running attempt has ended, if it was won in a call. It must be called while the record still has the attempt.
func (q *Queue) owe(r *record, at Instant, v Verdict) {
	if r.deal == 0 {
		return
	}
	q.oweDebt(Debt{Deal: r.deal, ID: r.ID, Kind: r.Kind, Agent: r.agent, Price: r.price, Verdict: v, Started: r.started, Ended: max(at, r.started)})
}

func (q *Queue) oweDebt(d Debt) {
	q.debts[d.Deal], q.owed = d, d.Deal
}

func (q *Queue) applySettled(e Settled) string {
	if _, owed := q.debts[e.Deal]; !owed {
		return "deal is not owed"
	}
	delete(q.debts, e.Deal)
	return ""
}
