// SPDX-License-Identifier: Apache-2.0

package market

import (
	"log/slog"

	"mabeam.dev/actors/fault"
)

// SolverRepeated is the event: the winners of an auction were not found, and a solver is asked again.
type SolverRepeated struct {
	Process string     // the auctioneer
	Doubled int        // how often the budget of the next solver was doubled
	Code    fault.Code // why the last one did not find them; its error could tell sealed amounts
}

// EventName returns "market.solver_repeated".
func (SolverRepeated) EventName() string { return "market.solver_repeated" }

// LogLevel is Warn.
func (SolverRepeated) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the budget and the code.
func (e SolverRepeated) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.Int("doubled", e.Doubled), slog.Any("code", e.Code)}
}

// WinnerDefaulted is the event: a winner has not paid what its deposit left open, and the auction is decided without it.
type WinnerDefaulted struct {
	Process string // the auctioneer
	Round   int    // that begins, from 1
}

// EventName returns "market.winner_defaulted".
func (WinnerDefaulted) EventName() string { return "market.winner_defaulted" }

// LogLevel is Warn.
func (WinnerDefaulted) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the round.
func (e WinnerDefaulted) LogAttrs() []slog.Attr { return []slog.Attr{slog.Int("round", e.Round)} }
