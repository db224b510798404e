// SPDX-License-Identifier: Apache-2.0

package group

import (
	"cmp"
	"slices"

	"mabeam.dev/actors"
)

// member is a process that is in at least one group of the scope.
type member struct {
	in     map[string][]uint64 // for each group the numbers of its joins, oldest first
	cancel func() bool         // takes back what happens at its end
}

// Join makes a process a member of a group, once more if it is one. actors.ErrFenced says that it has ended.
func (s Scope) Join(self actors.Sender, group string) error {
	who := actors.OwnerOf(self)
	return s.s.join(group, []actors.PID{who}, actors.ErrFenced)
}

// JoinAll makes processes members of a group, in this order and in one step: watchers get one event. A process that is given several times
// joins as often. Unless all can join none does; the error names each that cannot: actors.ErrNoProc, ErrForeign.
func (s Scope) JoinAll(group string, who ...actors.PID) error {
	return s.s.join(group, who, actors.ErrNoProc)
}

// Leave undoes the process's last Join that stands. ErrNotJoined says that none does, actors.ErrFenced that it has ended.
func (s Scope) Leave(self actors.Sender, group string) error {
	who := actors.OwnerOf(self)
	if who.Fenced() {
		return &refusal{"leave", group, who, actors.ErrFenced}
	}
	return s.LeaveAll(group, who)
}

// LeaveAll undoes one join for each time that a process is given, in one step: watchers get one event, with those who left. Processes that are
// not in the group are passed over; ErrNotJoined says that none is.
func (s Scope) LeaveAll(group string, who ...actors.PID) error {
	return s.s.leave(group, who)
}

func (s *scope) join(group string, who []actors.PID, dead error) error {
	if len(who) == 0 {
		return nil
	}
	s.mu.Lock()
	if err := s.admitLocked(group, who, dead); err != nil {
		s.mu.Unlock()
		return err
	}
	next := s.copyLocked(group)
	for _, pid := range who {
		s.mu.joins++
		m := s.mu.members[pid]
		m.in[group] = append(m.in[group], s.mu.joins)
		next.Set(s.mu.joins, pid)
	}
	s.groups.Store(group, next)
	told := s.mu.watches.add(Event{Change: Joined, Group: group, Members: slices.Clone(who)}, nil)
	s.mu.Unlock()
	flush(told)
	return nil
}

// admitLocked makes sure that each of the processes is known and that its end will be heard of; otherwise it changes nothing.
func (s *scope) admitLocked(group string, who []actors.PID, dead error) error {
	var fresh []actors.PID
	var wrong []error
	for _, pid := range who {
		if s.mu.members[pid] != nil && !pid.Fenced() {
			continue
		}
		m, err := s.watchOver(pid, dead)
		if err != nil {
			wrong = append(wrong, &refusal{"join", group, pid, err})
			continue
		}
		s.mu.members[pid] = m
		fresh = append(fresh, pid)
	}
	if len(wrong) == 0 {
		return nil
	}
	for _, pid := range fresh {
		s.mu.members[pid].cancel()
		delete(s.mu.members, pid)
	}
	return all(wrong)
}

// watchOver returns the record of a process that is in no group yet. It may be called under the lock: a process that ends meanwhile waits for
// the lock before it takes its record away.
func (s *scope) watchOver(pid actors.PID, dead error) (*member, error) {
	if sys := pid.System(); sys != nil && *sys != s.sys {
		return nil, ErrForeign
	}
	m := &member{in: map[string][]uint64{}}
	cancel, err := pid.AtEnd(func(actors.Reason) { s.ended(pid, m) })
	if err != nil || pid.Fenced() {
		return nil, dead
	}
	m.cancel = cancel
	return m, nil
}

func (s *scope) leave(group string, who []actors.PID) error {
	s.mu.Lock()
	var gone []actors.PID
	var next *roster
	for _, pid := range who {
		m := s.mu.members[pid]
		if m == nil || len(m.in[group]) == 0 {
			continue
		}
		if next == nil {
			next = s.copyLocked(group)
		}
		last := len(m.in[group]) - 1
		next.Delete(m.in[group][last])
		m.in[group] = m.in[group][:last]
		if last == 0 {
			delete(m.in, group)
		}
		if len(m.in) == 0 {
			m.cancel()
			delete(s.mu.members, pid)
		}
		gone = append(gone, pid)
	}
	if gone == nil {
		s.mu.Unlock()
		return &refusal{"leave", group, actors.PID{}, ErrNotJoined}
	}
	s.replaceLocked(group, next)
	told := s.mu.watches.add(Event{Change: Left, Group: group, Members: gone}, nil)
	s.mu.Unlock()
	flush(told)
	return nil
}

// ended takes a process out of all its groups, in the order in which it came to be in them.
func (s *scope) ended(pid actors.PID, m *member) {
	s.mu.Lock()
	if s.mu.members[pid] != m { // it had left them all, or was not let in
		s.mu.Unlock()
		return
	}
	delete(s.mu.members, pid)
	groups := make([]string, 0, len(m.in))
	for group := range m.in {
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Compare(m.in[a][0], m.in[b][0]) })
	var told []*Watch
	for _, group := range groups {
		next := s.copyLocked(group)
		for _, n := range m.in[group] {
			next.Delete(n)
		}
		s.replaceLocked(group, next)
		told = s.mu.watches.add(Event{Change: Left, Group: group, Members: slices.Repeat([]actors.PID{pid}, len(m.in[group]))}, told)
	}
	s.mu.Unlock()
	flush(told)
}

// copyLocked returns the group's roster for a change.
func (s *scope) copyLocked(group string) *roster {
	if r, ok := s.groups.Load(group); ok {
		return r.Copy() // touches nothing of r that readers read
	}
	return &roster{}
}

// replaceLocked shows readers a changed roster; an empty group vanishes.
func (s *scope) replaceLocked(group string, r *roster) {
	if r.Len() == 0 {
		s.groups.Delete(group)
		return
	}
	s.groups.Store(group, r)
}
