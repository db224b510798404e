// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheGuideShowsTheExamplesAsTheyAre(t *testing.T) {
	pages, err := filepath.Glob("../docs/guide/*.md")
	require.NoError(t, err)
	shown := 0
	for _, file := range pages {
		page, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Empty(t, differences(os.DirFS(".."), string(page)), file)
		found, _ := blocks(string(page))
		shown += len(found)
	}
	assert.GreaterOrEqual(t, shown, 3, "those of the guide to testing")
}
