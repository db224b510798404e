// SPDX-License-Identifier: Apache-2.0

package plan

// ended applies the auto shutdown rule after c ended by itself and is not restarted, and tells whether the supervisor ends. Stops by the
// supervisor never come here.
func (s *State) ended(c *slot) bool {
	if !c.spec.Significant {
		return false
	}
	switch s.spec.AutoShutdown {
	case Never:
		return false
	case AnySignificant:
	case AllSignificant:
		if s.kids.significant > 0 {
			return false
		}
	}
	s.emit(NoticeAutoShutdown{ID: c.id(s.simple())})
	s.terminate(Reason{Class: ClassShutdown})
	return true
}
