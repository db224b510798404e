// SPDX-License-Identifier: Apache-2.0

package booksuite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// modelled does a hundred things that chance decides, to a registry and to a map.
func modelled(w *world) {
	rand := w.Rand("booksuite")
	m := map[string]*index.Row{}
	for range 100 {
		id := fmt.Sprint(rand.IntN(6))
		old := m[id]
		switch rand.IntN(6) {
		case 0:
			require.NoError(w, w.Unregister(ctx, name(id)))
			delete(m, id)
		case 1:
			s := query.Status(rand.IntN(4))
			r, err := w.Update(ctx, name(id), 0, health(s))
			if old == nil {
				require.ErrorIs(w, err, registry.ErrNotFound)
				continue
			}
			require.NoError(w, err)
			assert.Equal(w, old.Version+1, r.Version)
			assert.Equal(w, s, r.Health.Status)
			m[id] = r
		case 2:
			if old != nil {
				old.Handle.(actors.PID).Kill()
				w.Settle()
				delete(m, id)
			}
		case 3:
			if old != nil {
				r := w.add(agent(id, old.Handle))
				m[id] = r
			}
		default:
			r, err := w.Register(ctx, agent(id, w.idle()))
			if old != nil {
				require.ErrorIs(w, err, registry.ErrDuplicate)
				continue
			}
			require.NoError(w, err)
			m[id] = r
		}
		w.equals(m)
	}
}

// equals says that the registry has exactly these rows, however it is asked.
func (w *world) equals(m map[string]*index.Row) {
	want := make([]*index.Row, 0, len(m))
	for _, r := range m {
		want = append(want, r)
	}
	slices.SortFunc(want, func(a, b *index.Row) int { return strings.Compare(a.ID, b.ID) })
	got := slices.Collect(w.All())
	page, err := w.Find(query.Query{Where: query.Kind.Eq("agent")})
	require.NoError(w, err)
	require.Len(w, got, len(want))
	require.Len(w, page.Rows, len(want))
	for i, r := range want {
		require.Equal(w, plain(r), plain(got[i]))
		require.Equal(w, plain(r), plain(page.Rows[i]))
		found, ok := w.Lookup(name(r.ID))
		require.True(w, ok)
		require.Equal(w, plain(r), plain(found))
	}
}
