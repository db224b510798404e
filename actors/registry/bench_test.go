// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"testing"

	"github.com/puzpuzpuz/xsync/v4"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// BenchmarkFind is a lookup by a unique key, beside a load of the map that is behind it.
func BenchmarkFind(b *testing.B) {
	sys := system()
	defer func() { require.NoError(b, sys.Close(context.Background())) }()
	r, err := registry.Start[string, int](sys, registry.Spec{})
	require.NoError(b, err)
	p := actors.MustSpawn(sys, "p", actors.Stateless(func(c *cx, m do) error { return m(c) }))
	require.NoError(b, in(b, p, func(c *cx) error { return r.Register(c, "key", 1) }))
	bare := xsync.NewMap[string, int]()
	bare.Store("key", 1)
	n := 0
	b.Run("find", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e, _ := r.Find("key")
			n += e.Value
		}
	})
	b.Run("map", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v, _ := bare.Load("key")
			n += v
		}
	})
	b.Run("register", func(b *testing.B) {
		b.ReportAllocs()
		require.NoError(b, in(b, p, func(c *cx) error {
			for b.Loop() {
				if err := r.Register(c, "other", 1); err != nil {
					return err
				}
				if err := r.Unregister(c, "other"); err != nil {
					return err
				}
			}
			return nil
		}))
	})
}
