// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/wire"
)

// Evidence of each kind is the same, and proves the same, after a journey; what is changed on the way is none, or proves nothing.
func TestEvidenceSurvivesItsEncoding(t *testing.T) {
	keys := group(4, 1, wire.Signed, wire.Rules{}, true)
	kinds := map[string]bool{}
	for _, e := range proofs(keys) {
		kind, text := EncodeEvidence(keys.cfg, e)
		kinds[kind] = true
		back, err := DecodeEvidence(text)
		require.NoError(t, err, kind)
		require.NoError(t, back.Verify(keys.cfg), kind)
		_, again := EncodeEvidence(keys.cfg, back)
		assert.Equal(t, string(text), string(again))
		for other := range kinds {
			if other == kind {
				continue
			}
			changed, err := DecodeEvidence(bytes.Replace(text, []byte(kind), []byte(other), 1))
			if err == nil {
				err = changed.Verify(keys.cfg)
			}
			require.ErrorIs(t, err, ErrEvidence, "%s as %s", kind, other)
		}
	}
	assert.Len(t, kinds, 5)
	for _, text := range []string{"", "{}", `{"kind":"two votes","messages":["AA==","AA=="]}`, `{"kind":"two votes","messages":[]}`} {
		_, err := DecodeEvidence([]byte(text))
		require.ErrorIs(t, err, ErrEvidence, text)
	}
}

func FuzzEvidence(f *testing.F) {
	keys := group(4, 1, wire.Signed, wire.Rules{}, true)
	for _, e := range proofs(keys) {
		_, text := EncodeEvidence(keys.cfg, e)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := DecodeEvidence(text)
		if err != nil || e.Verify(keys.cfg) != nil {
			return
		}
		if e.Accused(keys.cfg) != 0 {
			t.Fatal("somebody honest is convicted")
		}
	})
}
