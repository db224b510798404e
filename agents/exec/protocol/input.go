// SPDX-License-Identifier: Apache-2.0

package protocol

// Input is something that happened to the program or that the owner wants; [Session.Step] answers it.
// The implementations are the structs of this file. Tasks and events come in through
// [Session.Assign] and [Session.Publish], which can refuse.
type Input interface{ input() }

// LineRead is a line of output, without its newline. The session does not keep it.
type LineRead struct{ Line []byte }

// LineOverflowed is a line over the limit; reading has ended.
type LineOverflowed struct{ Err *LineTooLongError }

// OutputEnded is the end of output with what stood there of an unfinished line.
type OutputEnded struct{ Rest []byte }

// InputClosed tells that a write failed because the program closed its input.
type InputClosed struct{}

// WriteBlocked tells that a write took longer than its time-out.
type WriteBlocked struct{}

// ProcessExited is the exit of the program. It comes after all of its output, and nothing comes after it.
type ProcessExited struct{ Status Status }

// TimerFired is a timer of [ArmTimer] that ran out.
type TimerFired struct{ Timer Timer }

// StopAsked is the owner's wish for a clean end.
type StopAsked struct{}

// KillAsked is the owner's wish for an end at once.
type KillAsked struct{}

// TaskCancelled is the owner's word that the answer to a task is no longer wanted.
type TaskCancelled struct{ ID string }

func (LineRead) input()       {}
func (LineOverflowed) input() {}
func (OutputEnded) input()    {}
func (InputClosed) input()    {}
func (WriteBlocked) input()   {}
func (ProcessExited) input()  {}
func (TimerFired) input()     {}
func (StopAsked) input()      {}
func (KillAsked) input()      {}
func (TaskCancelled) input()  {}
