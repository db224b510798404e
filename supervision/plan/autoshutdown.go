// SPDX-License-Identifier: Apache-2.0

package plan

// ended applies the auto shutdown rule after c ended by itself and is not restarted. Stops by the supervisor never come here.
func (s *State) ended(c *slot) {
	if !c.spec.Significant {
		return
	}
	switch s.spec.AutoShutdown {
	case Never:
		return
	case AnySignificant:
	case AllSignificant:
		if s.kids.significant > 0 {
			return
		}
	}
	s.emit(NoticeAutoShutdown{ID: c.id(s.simple())})
	s.terminate(Reason{Class: ClassShutdown})
}
