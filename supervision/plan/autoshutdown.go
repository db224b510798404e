// SPDX-License-Identifier: Apache-2.0

package plan

// ended applies the auto shutdown rule after c ended by itself and is not restarted. Stops by the supervisor never come here.
func (s *State) ended(c *slot) {
	if !c.spec.Significant {
		return
	}
	auto := s.spec.AutoShutdown
	switch {
	case s.bug == bugAnyIsAll && auto == AnySignificant:
		auto = AllSignificant
	case s.bug == bugAllIsAny && auto == AllSignificant:
		auto = AnySignificant
	}
	switch auto {
	case Never:
		return
	case AnySignificant:
	case AllSignificant:
		left := s.kids.significant
		if s.bug == bugAllIgnoresRestarting {
			left -= s.kids.restarting
		}
		if left > 0 {
			return
		}
	}
	s.emit(NoticeAutoShutdown{ID: c.id(s.simple())})
	s.terminate(Reason{Class: ClassShutdown})
}
