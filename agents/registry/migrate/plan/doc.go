// SPDX-License-Identifier: Apache-2.0

// Package plan decides how one registry takes the place of another: which steps there are, what each does in which order, and what it takes for
// two registries to be equal.
//
// # Guarantees
//
//   - In every phase exactly one of the two registries takes writes. What changes that is sealed, brought level and journalled in this order,
//     so that no order of crashes leaves two that write, or a write on one side alone.
//   - A command says what is to be, not what is to be done: one that has been carried out already is carried out by doing nothing.
//   - What a phase asks of the registries ([Phase.Establish]) can be done again at any time, and so is what a new process begins with.
//   - [Fixes] makes one side equal to the other from what has changed on both: what was lost there and what nobody but the migration should
//     have written is put right as well. [Compare] lists every difference and never counts alone.
//   - A process that has ended is in no registry: its row on one side is no difference.
//
// # Steps
//
//	phase      command         before it is journalled          next
//	idle       start           seal new                         shadowing
//	shadowing  copy            copy                             copied
//	copied     verify          level, compare                   verified
//	verified   switch_reads    level, compare                   reads
//	reads      switch_writes   seal old, level                  switched
//	switched   retire          level, wait for open calls       retired
//	any but    rollback        if switched: seal new, level     idle
//	retired
//
// Up to the switch of writes the new registry follows the old, then the old one the new, until it retires: so there is a way back all along.
//
// # Failure modes
//
// [*StepError] for a command that is out of turn.
//
// # State
//
// The package keeps none: no clock, no goroutine, no I/O.
package plan
