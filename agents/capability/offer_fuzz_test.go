// SPDX-License-Identifier: Apache-2.0

package capability_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/capability"
)

// Whatever a user writes is an offer with a name that is a path, and a version that needs can compare, or is refused with the place.
//
// Holds: META-4
func FuzzAnOfferIsReadBackOrRefused(f *testing.F) {
	for _, seed := range []string{"", "a", "nlp/summarise@1.2", "a@", "@1", "a//b", "ä/ö@1.2.3.4", "a@1.2.3.4.5", "a@v1-rc1", "a@>=1", "a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		offer, err := capability.ParseOffer(text)
		if err != nil {
			var wrong *capability.SyntaxError
			require.ErrorAs(t, err, &wrong)
			return
		}
		again, err := capability.ParseOffer(offer.String())
		require.NoError(t, err)
		assert.Equal(t, offer, again)
		need, err := capability.ParseNeed(offer.Name)
		require.NoError(t, err)
		assert.True(t, need.MetBy(offer), "who offers a name meets the need for it")
		if offer.Version != "" {
			exact, err := capability.ParseNeed(offer.Name + "=" + offer.Version)
			require.NoError(t, err)
			assert.True(t, exact.MetBy(offer), "and for its version")
		}
	})
}
