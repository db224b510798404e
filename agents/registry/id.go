// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"strconv"

	"mabeam.dev/agents/index"
)

// ID names an agent: unique in its namespace. It is comparable.
type ID struct {
	// Namespace keeps apart what queries do not mix; "" is the default one.
	Namespace string
	// Name is the agent's id, as in index.Row.
	Name string
}

// IDOf returns the name of a row.
func IDOf(r *index.Row) ID { return ID{r.Namespace, r.ID} }

// String quotes the name, behind its namespace if that is not the default one.
func (id ID) String() string {
	if id.Namespace == "" {
		return strconv.Quote(id.Name)
	}
	return strconv.Quote(id.Namespace + ":" + id.Name)
}
