// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry/migrate/plan"
)

// whole is a row with something everywhere.
func whole() *index.Row {
	at := time.Unix(100, 5)
	return &index.Row{
		Namespace: "n", ID: "i", Kind: "k", Team: "t", Role: "r", Node: "o", State: 3, Incarnation: 4, Version: 5, Weight: 6, Reason: "why",
		Capabilities: []index.Capability{{Name: "c", Version: "1", Settings: json.RawMessage("1")}}, Labels: []index.Label{{Name: "l", Value: "v"}},
		Health: index.Health{Status: 1, Causes: []index.Cause{{Name: "c", Status: 2, Detail: "d"}}, Since: at, LastReport: at},
		Limits: index.Limits{Memory: 1, CPU: 2, Queue: 3, Inflight: 4, Budget: 5},
		Usage: index.Usage{
			Source: 1, Memory: index.Known(int64(1)), MemoryFree: index.Known(int64(2)), CPU: index.Known(3.0), CPUFree: index.Known(4.0),
			Queue: index.Known(int64(5)), Inflight: index.Known(int64(6)),
		},
		Performance: index.Performance{
			P50: index.Known(time.Second), P99: index.Known(time.Minute), SuccessRate: index.Known(0.5), Throughput: index.Known(1.5), Done: 7, Failed: 8,
		},
		Config: json.RawMessage("{}"), Keys: index.Keys{Sign: []byte("s"), Exchange: []byte("x")}, RegisteredAt: at, MigratedAt: at, Handle: handle("p"),
		Coordination: &index.Coordination{Sessions: []string{"s"}, Barriers: []string{"b"}, Leaderships: []string{"l"}, Locks: []index.Lock{{Name: "x", Token: 9}}},
	}
}

// places calls look with every place of a value that holds something of its own.
func places(v reflect.Value, path string, look func(reflect.Value, string)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[json.RawMessage]() || v.Kind() == reflect.Interface:
		look(v, path)
	case v.Kind() == reflect.Pointer:
		look(v, path)
		if !v.IsNil() {
			places(v.Elem(), path, look)
		}
	case v.Kind() == reflect.Slice:
		look(v, path)
		for i := range v.Len() {
			places(v.Index(i), fmt.Sprint(path, "[", i, "]"), look)
		}
	case v.Kind() == reflect.Struct && v.NumField() > 0 && v.Type().Field(0).IsExported():
		for i := range v.NumField() {
			places(v.Field(i), path+"."+v.Type().Field(i).Name, look)
		}
	default: // also Maybe, whose zero value is unknown
		look(v, path)
	}
}

// TestEverythingThatARowSaysIsInItsDigest takes away one thing after the other, also such as rows have learned since.
func TestEverythingThatARowSaysIsInItsDigest(t *testing.T) {
	row := whole()
	before := plan.Digest(row)
	n := 0
	places(reflect.ValueOf(row).Elem(), "", func(v reflect.Value, path string) {
		kept := reflect.New(v.Type()).Elem()
		kept.Set(v)
		require.False(t, v.IsZero(), "%s: the test does not know it", path)
		v.SetZero()
		if path == ".MigratedAt" {
			assert.Equal(t, before, plan.Digest(row))
			assert.True(t, plan.Same(row, whole()))
		} else {
			assert.NotEqual(t, before, plan.Digest(row), path)
			assert.False(t, plan.Same(row, whole()), path)
		}
		v.Set(kept)
		n++
	})
	require.Greater(t, n, 50)
	require.Equal(t, before, plan.Digest(row))
}

func TestTheSameMomentInAnotherZoneIsTheSame(t *testing.T) {
	row := whole()
	row.RegisteredAt = row.RegisteredAt.In(time.FixedZone("x", 3600))
	assert.True(t, plan.Same(row, whole()))
}
