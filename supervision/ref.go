// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
)

// refs is who runs under which id, written by the supervisor and read by anybody without asking it.
type refs = xsync.Map[string, actors.PID]

func newRefs() *refs { return xsync.NewMap[string, actors.PID]() }

// present is what a supervisor publishes.
type present struct {
	refs *refs
	view any
}

// ChildRef returns a Ref to a child that reaches its present incarnation at each send. Resolving it asks no process. While the child has
// none, because it restarts or was stopped, there is nobody: a Tell is a dead letter, a Call gives actors.ErrNoProc. A child that takes
// messages of another type gives actors.ErrWrongType. Children of a SimpleOneForOne supervisor have no id.
func ChildRef[M any](s *Supervisor, id string) actors.Ref[M] {
	return actors.Resolved[M](s.PID(), s.PID().Path()+"/"+id, func() actors.PID { return s.Child(id) })
}

// Child returns the present incarnation of a child, or the zero PID, without asking the supervisor's process.
func (s *Supervisor) Child(id string) actors.PID {
	now, ok := s.PID().Published().(*present)
	if !ok {
		return actors.PID{}
	}
	pid, _ := now.refs.Load(id)
	return pid
}

// View returns the View of the spec that the supervisor was started with, without asking its process; nil if there was none or it has ended.
func (s *Supervisor) View() any {
	if now, ok := s.PID().Published().(*present); ok {
		return now.view
	}
	return nil
}
