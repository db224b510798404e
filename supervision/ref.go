// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
)

// present is who runs under which id, written by the supervisor and read by anybody without asking it.
type present = xsync.Map[string, actors.PID]

func newPresent() *present { return xsync.NewMap[string, actors.PID]() }

// ChildRef returns a Ref to a child that reaches its present incarnation at each send. Resolving it asks no process. While the child has
// none, because it restarts or was stopped, there is nobody: a Tell is a dead letter, a Call gives actors.ErrNoProc. A child that takes
// messages of another type gives actors.ErrWrongType. Children of a SimpleOneForOne supervisor have no id.
func ChildRef[M any](s *Supervisor, id string) actors.Ref[M] {
	return actors.Resolved[M](s.PID(), s.PID().Path()+"/"+id, func() actors.PID { return s.Child(id) })
}

// Child returns the present incarnation of a child, or the zero PID, without asking the supervisor's process.
func (s *Supervisor) Child(id string) actors.PID {
	refs, ok := s.PID().Published().(*present)
	if !ok {
		return actors.PID{}
	}
	pid, _ := refs.Load(id)
	return pid
}
