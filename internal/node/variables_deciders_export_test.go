// SPDX-License-Identifier: Apache-2.0

package node

import "mabeam.dev/cognitive"

// Decider returns what decides about the node's variables.
func (n *Node) Decider() cognitive.Decider { return n.tuning.decider }
