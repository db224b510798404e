// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"iter"

	"mabeam.dev/agents"
	"mabeam.dev/agents/index"
)

// FromDirectory returns the agents of a directory as a source. node is where they live. To be called behind Directory.Sweep and before the
// agents start, and once for a directory.
func FromDirectory(dir *agents.Directory, node string) Source { return directory{dir, node} }

type directory struct {
	*agents.Directory
	node string
}

func (d directory) Row(id string) (*index.Row, bool) {
	info, ok := d.Info(id)
	if !ok {
		return nil, false
	}
	return info.Row(d.node), true
}

func (d directory) Rows() iter.Seq[*index.Row] {
	return func(yield func(*index.Row) bool) {
		for info := range d.Infos() {
			if !yield(info.Row(d.node)) {
				return
			}
		}
	}
}
