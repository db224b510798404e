// SPDX-License-Identifier: Apache-2.0

package node

// KillDecider ends the process that asks the engine; false if there is none.
func (n *Node) KillDecider() bool {
	pid := n.tuning.decider.pid.Load()
	if pid == nil || !pid.Alive() {
		return false
	}
	pid.Kill()
	return true
}
