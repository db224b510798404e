// SPDX-License-Identifier: Apache-2.0

package table

import "mabeam.dev/actors"

// typed is a table of known types, to those who share what all tables have.
type typed interface {
	comparable
	stored
	common() *core
}

func (c *core) common() *core { return c }

// openAs finds the table of a name, as the kind and types T.
func openAs[T typed](in actors.Spawner, name string) (T, error) {
	const op = "open"
	var none T
	c, err := registryOf(actors.SystemOf(in)).find(op, name)
	if err != nil {
		return none, err
	}
	t, ok := c.stored.(T)
	switch {
	case !ok:
		return none, &OpError{op, name, ErrWrongType}
	case c.access == Private:
		return none, &OpError{op, name, ErrPrivate}
	}
	return t, nil
}

// nameOf returns the name of a reader's table.
func nameOf[T typed](t T) string {
	var none T
	if t == none {
		return ""
	}
	return t.common().name
}

// infoOf returns the view of a reader's table.
func infoOf[T typed](t T) Info {
	var none T
	if t == none {
		return Info{}
	}
	return t.common().info()
}
