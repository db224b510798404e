// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Notice is something that happened under a supervisor, for telemetry. ID is empty for children of a SimpleOneForOne supervisor.
type Notice interface{ notice() }

// NoticeStarted tells that a child is up.
type NoticeStarted struct {
	ID  string
	Ref Ref
}

// NoticeIgnored tells that the start of a child said ignore.
type NoticeIgnored struct{ ID string }

// NoticeStartFailed tells that a start failed.
type NoticeStartFailed struct {
	ID     string
	Reason Reason
}

// NoticeExited tells that a child ended without being asked.
type NoticeExited struct {
	ID       string
	Ref      Ref
	Reason   Reason
	Restarts bool // the supervisor will try to restart it
}

// NoticeRestarting tells that a restart attempt begins.
type NoticeRestarting struct {
	ID      string
	Ref     Ref // its former process; nil if another child's restart failed at it
	Attempt Attempt
	Group   Strategy // which siblings go along
}

// NoticeBackoffWait tells that a restart attempt waits before it goes on, as the Backoff of the child says. What goes along with the child is stopped.
type NoticeBackoffWait struct {
	ID      string
	Ref     Ref           // its former process; nil if another child's restart failed at it
	Attempt int           // 1 for the first since the child was up for ResetAfter
	For     time.Duration // how long the attempt waits
}

// NoticeLimitReached tells that a child stays down because its own Limit is reached.
type NoticeLimitReached struct {
	ID      string
	Ref     Ref     // its former process; nil if another child's restart failed at it
	Attempt Attempt // its place in the child's own window
}

// NoticeScheduled tells that a planned restart begins.
type NoticeScheduled struct {
	ID  string
	Ref Ref // its present process
}

// NoticeStopped tells that a child was stopped by its supervisor.
type NoticeStopped struct {
	ID     string
	Ref    Ref
	Reason Reason
}

// NoticeShutdownError tells that a child answered its stop with an odd reason or not in time.
type NoticeShutdownError struct {
	ID       string
	Ref      Ref
	Reason   Reason
	TimedOut bool
}

// NoticeGaveUp tells that the restart intensity is exceeded and the supervisor ends.
type NoticeGaveUp struct {
	ID      string // the child whose restart was refused
	Attempt Attempt
}

// NoticeAutoShutdown tells that the exit of a significant child ends the supervisor.
type NoticeAutoShutdown struct{ ID string }

// NoticeReplaced tells that the spec was changed.
type NoticeReplaced struct {
	Added []string // ids that were not there before
	Kept  []string // ids that the new spec lacks
}

func (NoticeStarted) notice()       {}
func (NoticeIgnored) notice()       {}
func (NoticeStartFailed) notice()   {}
func (NoticeExited) notice()        {}
func (NoticeRestarting) notice()    {}
func (NoticeBackoffWait) notice()   {}
func (NoticeLimitReached) notice()  {}
func (NoticeScheduled) notice()     {}
func (NoticeStopped) notice()       {}
func (NoticeShutdownError) notice() {}
func (NoticeGaveUp) notice()        {}
func (NoticeAutoShutdown) notice()  {}
func (NoticeReplaced) notice()      {}
