// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheFilesOfTheGuideToVariablesAreValid(t *testing.T) {
	page, err := os.ReadFile("../docs/guide/variables.md")
	require.NoError(t, err)
	shown := 0
	for _, block := range strings.Split(string(page), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if !strings.HasPrefix(text, "version:") {
			continue // a part of a file
		}
		shown++
		_, _, err := Load(Input{Name: "guide.yaml", Data: []byte(text), Kinds: testKinds})
		assert.NoError(t, err, text)
	}
	assert.GreaterOrEqual(t, shown, 2)
}
