// SPDX-License-Identifier: Apache-2.0

package table

import "sync/atomic"

// root is where readers find a table's contents; nil inside once they are not to find them any more. A look-up reads nothing else of the
// table.
type root[T any] struct {
	live    atomic.Pointer[T]
	counted bool // look-ups are
}

// renewed moves the contents to a new root, so that those who know the old one find nothing.
func (r *root[T]) renewed() *root[T] {
	fresh := &root[T]{counted: r.counted}
	fresh.live.Store(r.live.Swap(nil))
	return fresh
}
