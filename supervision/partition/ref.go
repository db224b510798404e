// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"

	"mabeam.dev/actors"
)

// Ref returns a Ref that finds the partition of a key at each send, through restarts of the partition and a Resize; with a handle by name also
// through restarts of the supervisor. Finding it asks no process. Where there is none a Tell is a dead letter and a Call gives
// actors.ErrNoProc; a partition that takes messages of another type gives actors.ErrWrongType.
func Ref[M any](s *Supervisor, key Key) actors.Ref[M] {
	resolve := func() actors.PID {
		pid, _ := s.Partition(key)
		return pid
	}
	name := fmt.Sprintf("%s/key %d", s, uint64(key))
	if s.sys != nil {
		return actors.ResolvedIn[M](s.sys, name, resolve)
	}
	return actors.Resolved[M](s.pid, name, resolve)
}
