// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/telemetry"
)

// ErrSolverCrashed is the reason of an auction that sells nothing because its solver has crashed again and again.
var ErrSolverCrashed = fault.New(2622, "market: the solver has crashed")

const (
	solverDoublings = 3 // of a solver's budget, before an answer that is not proven is given up
	solverRestarts  = 3 // of a solver that crashes
)

// solve asks a solver, beside the process: bids are refused meanwhile, and whoever asks is answered.
func (a *auctioneerActor) solve(ctx *actors.Context[AuctioneerMessage], p auction.Problem) {
	a.solving = true
	solver := a.h.o.Solver
	p.Doubled = a.doubled
	ctx.Go(func(ctx context.Context) (answer AuctioneerMessage) { // its answer is the process's next message; it ends by its budget, and earlier with the process
		defer func() {
			if r := recover(); r != nil {
				answer = auctionSolve{err: fmt.Errorf("%w: %v", ErrSolverCrashed, r)}
			}
		}()
		p.Stop = func() bool { return ctx.Err() != nil }
		found, err := solver(p)
		return auctionSolve{found, err}
	})
}

// solved decides by what the solver said. A solver that crashed begins again; one whose budget did not suffice for a proof gets twice as
// much. When that is of no use either, nothing is sold.
func (a *auctioneerActor) solved(ctx *actors.Context[AuctioneerMessage], s auctionSolve) error {
	a.solving = false
	if a.m.State() != auction.Closing {
		return a.advance(ctx) // suspended or cancelled meanwhile
	}
	in := auction.Decide{At: ctx.Now(), Answer: &s.answer}
	if s.err == nil {
		_, s.err = a.m.Need(in)
	}
	switch {
	case s.err == nil:
	case errors.Is(s.err, ErrSolverCrashed) && a.crashed < solverRestarts:
		a.crashed++
		telemetry.Emit(ctx.Events(), SolverRepeated{Process: a.h.o.Name, Doubled: a.doubled, Code: fault.CodeOf(s.err)})
		return a.advance(ctx)
	case errors.Is(s.err, auction.ErrNotProven) && a.doubled < solverDoublings:
		a.doubled++
		a.crashed = 0
		telemetry.Emit(ctx.Events(), SolverRepeated{Process: a.h.o.Name, Doubled: a.doubled, Code: fault.CodeOf(s.err)})
		return a.advance(ctx)
	default:
		in = auction.Decide{At: ctx.Now(), GiveUp: true, Reason: s.err.Error()}
	}
	if err := a.decision(ctx, in); err != nil {
		return err
	}
	return a.advance(ctx)
}

// Format prints no amounts, whatever the verb: the answer passes through crash reports before the decision is durable.
func (auctionSolve) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "answer of a solver") }
