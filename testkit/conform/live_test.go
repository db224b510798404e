// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform"
)

// Holds on the real dispatcher and real processes what TestEveryScriptHasTheTraceOfOTP holds on the pure engine.
func TestEveryScriptHasTheTraceOfOTPOnTheRuntime(t *testing.T) {
	for _, dir := range []string{"", "quirks"} {
		for _, path := range scripts(t, dir) {
			t.Run(filepath.Base(path), func(t *testing.T) {
				script, err := conform.ParseFile(path)
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				trace, err := conform.Run(ctx, script, conform.NewLive())
				require.NoError(t, err)
				assert.Equal(t, golden(t, path), trace)
			})
		}
	}
}
