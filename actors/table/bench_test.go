// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"testing"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors/table"
)

const benchKeys = 100_000

// sink keeps the compiler from leaving out what is measured.
var sink int

func BenchmarkLookup(b *testing.B) {
	sys := newSystem(b)
	owner := start(sys)
	b.Run("bare", func(b *testing.B) {
		m := xsync.NewMap[int, int]()
		for i := range benchKeys {
			m.Store(i, i)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			v, _ := m.Load(i % benchKeys)
			sink += v
			i += 7919
		}
	})
	b.Run("set", func(b *testing.B) {
		s := set(b, owner, "", table.Options{})
		for i := range benchKeys {
			_ = s.Put(i, i)
		}
		r := s.Reader()
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			v, _, _ := r.Lookup(i % benchKeys)
			sink += v
			i += 7919
		}
	})
	b.Run("bag", func(b *testing.B) {
		s := bag(b, owner, "", table.Options{})
		for i := range benchKeys {
			_ = s.Put(i, i)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			vs, _ := s.Lookup(i % benchKeys)
			for _, v := range vs {
				sink += v
			}
			i += 7919
		}
	})
	b.Run("ordered", func(b *testing.B) {
		s := ordered(b, owner, "", table.Options{})
		for i := range benchKeys {
			_ = s.Put(i, i)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			v, _, _ := s.Lookup(i % benchKeys)
			sink += v
			i += 7919
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	sys := newSystem(b)
	owner := start(sys)
	b.Run("bare", func(b *testing.B) {
		m := xsync.NewMap[int, int]()
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			m.Store(i%benchKeys, i)
			i += 7919
		}
	})
	b.Run("set", func(b *testing.B) {
		s := set(b, owner, "", table.Options{})
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			_ = s.Put(i%benchKeys, i)
			i += 7919
		}
	})
	b.Run("counter", func(b *testing.B) {
		s := set(b, owner, "", table.Options{})
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			_, _ = table.UpdateCounter(s, i%benchKeys, 1, table.Counter[int]{})
			i += 7919
		}
	})
	b.Run("public", func(b *testing.B) {
		s := set(b, owner, "", table.Options{Access: table.Public})
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			_ = s.Put(i%benchKeys, i)
			i += 7919
		}
	})
	b.Run("ordered", func(b *testing.B) {
		s := ordered(b, owner, "", table.Options{})
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			_ = s.Put(i%benchKeys, i)
			i += 7919
		}
	})
}
