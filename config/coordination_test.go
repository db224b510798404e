// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/policy"
)

func TestANodeCoordinatesOnlyIfItsFileSaysSo(t *testing.T) {
	load := func(text string) Config {
		cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\n" + text), Kinds: testKinds})
		require.NoError(t, err, text)
		return cfg
	}
	assert.Nil(t, load("").Coordination)
	assert.Equal(t, Coordination{Name: "coordination", Stream: "coordination", Active: 10_000, Deadline: 30 * time.Second, Window: 24 * time.Hour}, *load("coordination: {}\n").Coordination)
	spaces := load("coordination: {spaces: [{space: locks}]}\n").Coordination.Spaces
	assert.Equal(t, []PrimitiveSpace{{Space: "locks", MaxWait: time.Minute, MaxQueue: 16384, Ageing: time.Second, Durable: true}}, spaces)
	voter := load("tree: {children: [{id: a, kind: text.index, votes: {policy: weighted, weights: {soup: 3}, rating_per_million: 5}}]}\n").Tree.Children[0].Votes
	rating := int64(5)
	assert.Equal(t, policy.Rules{Kind: policy.Weighted, Weights: map[string]int64{"soup": 3}, Rating: &rating}, voter.Rules())
}

func TestEveryMistakeAboutCoordinationIsTold(t *testing.T) {
	agent := func(votes string) string {
		return "tree: {children: [{id: a, kind: text.index, votes: " + votes + "}]}"
	}
	for text, want := range map[string]string{
		"coordination: {max_active: 0}":                            "max_active",
		"coordination: {deadline: 25h}":                            "deadline",
		"coordination: {spaces: [{space: a}, {space: a}]}":         "is there already",
		"coordination: {name: a, spaces: [{space: a}]}":            "the engine has that name",
		"coordination: {spaces: [{space: a, max_queue: 0}]}":       "max_queue",
		"coordination: {locks: 1}":                                 "locks",
		agent("{policy: loudest}"):                                 "loudest",
		agent("{policy: prefer}"):                                  "order of preference",
		agent("{policy: first, prefer: [a]}"):                      "order of preference",
		agent("{policy: weighted, weights: {a: 0}}"):               "a weight is not",
		agent("{policy: approve, rating_per_million: 1000001}"):    "rating_per_million",
		agent("{from: program}"):                                   "has no program that could vote",
		"tree: {children: [{id: a, kind: supervisor, votes: {}}]}": "votes",
	} {
		_, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\n" + text + "\n"), Kinds: testKinds})
		require.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, "f.yaml:3:", text)
	}
}
