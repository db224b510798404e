// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ids draws the order of a group, with what is below a child in brackets.
func ids(g Group) string {
	text := ""
	for i, c := range g.Children {
		if i > 0 {
			text += " "
		}
		text += c.ID
		if c.Kind == KindSupervisor {
			text += "(" + ids(c.Group) + ")"
		}
	}
	return text
}

func TestChildrenStartBehindWhatTheyDependOnAndElseAsWritten(t *testing.T) {
	for name, c := range map[string]struct{ children, want string }{
		"nothing depends":      {"[{id: b, kind: text.index}, {id: a, kind: text.index}]", "b a"},
		"a sibling":            {"[{id: a, kind: text.index, depends_on: [b]}, {id: x, kind: text.index}, {id: b, kind: text.index}]", "x b a"},
		"all of a count":       {"[{id: a, kind: text.index, depends_on: [b]}, {id: b, kind: text.index, count: 3}]", "b a"},
		"a child of a sibling": {"[{id: a, kind: text.index, depends_on: [p/b]}, {id: p, kind: supervisor, children: [{id: b, kind: text.index}]}]", "p(b) a"},
		"a sibling of the supervisor above": {
			"[{id: p, kind: supervisor, children: [{id: b, kind: text.index, depends_on: [a]}]}, {id: a, kind: text.index}]", "a p(b)",
		},
		"the nearest of a name": {
			"[{id: p, kind: supervisor, children: [{id: b, kind: text.index, depends_on: [a]}, {id: a, kind: text.index}]}, {id: a, kind: text.index}]", "p(a b) a",
		},
		"far apart": {
			`[{id: p, kind: supervisor, depends_on: [s], children: [{id: q, kind: supervisor, children: [{id: x, kind: text.index, depends_on: [r/y]}]},
			  {id: r, kind: supervisor, children: [{id: y, kind: text.index}]}]}, {id: s, kind: text.index}]`, "s p(r(y) q(x))",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, _, err := Load(Input{Name: "node.yaml", Data: []byte("version: 1\ntree:\n  children: " + c.children + "\n"), Kinds: testKinds})
			require.NoError(t, err)
			before := ids(cfg.Tree.Group)
			assert.Equal(t, c.want, ids(cfg.Tree.Ordered().Group))
			assert.Equal(t, before, ids(cfg.Tree.Group), "the tree itself is as written")
		})
	}
}
