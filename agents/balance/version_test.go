// SPDX-License-Identifier: Apache-2.0

package balance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/balance"
)

func TestConstraintsTakeTheVersionsTheySay(t *testing.T) {
	for _, c := range []struct{ constraint, takes, refuses string }{
		{"", " 1 nonsense", "-"},
		{"*", " 1", "-"},
		{"1.2", "1.2 1.2.0 1.2.9 v1.2.3+build", "1.1 1.3 2 1 nonsense"},
		{"~1.2.3", "1.2.3 1.2.4", "1.2.2 1.3"},
		{"~1", "1 1.9", "2 0.9"},
		{"^1.2", "1.2 1.9.9", "1.1.9 2.0 0.2"},
		{"^0.3", "0.3 0.3.9", "0.4 1.3"},
		{"=1.2", "1.2 1.2.0", "1.2.1 1.2-rc1"},
		{"!=1.2", "1.3", "1.2.0"},
		{">1.2-rc1, <=2", "1.2-rc2 1.2 2.0", "1.2-rc1 2.0.1"},
		{" >=1 , <1.5 ", "1 1.4.99", "1.5 0.9"},
		{"<1.10", "1.9", "1.10 1.11"},
	} {
		got, err := balance.ParseConstraint(c.constraint)
		require.NoError(t, err, c.constraint)
		for v := range strings.SplitSeq(c.takes, " ") {
			assert.True(t, got.Accepts(v) || v == "" && c.constraint != "" && c.constraint != "*", "%q takes %q", c.constraint, v)
		}
		for v := range strings.SplitSeq(c.refuses, " ") {
			assert.False(t, v != "-" && got.Accepts(v), "%q refuses %q", c.constraint, v)
		}
	}
}

func TestConstraintsThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"a", ">", "=>1", "1.2.3.4.5", "1,,2", "1 2", ">=1.x", "~~1", "1.-2"} {
		_, err := balance.ParseConstraint(text)
		assert.ErrorContains(t, err, text, "%q", text)
	}
}

func FuzzParseConstraint(f *testing.F) {
	for _, seed := range []string{"", "^1.2, !=1.4", "~0.1-rc", ">=18446744073709551615"} {
		f.Add(seed, "1.3")
	}
	f.Fuzz(func(_ *testing.T, constraint, version string) {
		if c, err := balance.ParseConstraint(constraint); err == nil {
			c.Accepts(version)
		}
	})
}
