// SPDX-License-Identifier: Apache-2.0

package actors

// AtEnd is the function of that name for a process that is known by its PID: what somebody else has it own. Nobody has ended: ErrNoProc.
func (p PID) AtEnd(release func(why Reason)) (cancel func() bool, err error) {
	if p.proc == nil {
		return nil, ErrNoProc
	}
	return p.proc.AtEnd(release)
}
