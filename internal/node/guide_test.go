// SPDX-License-Identifier: Apache-2.0

package node

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the table of services into the guide")

// guide is the page that tells people what the loss of each service means.
const guide = "../../docs/guide/startup.md"

// lossTable is the table of the page, from the declarations.
func lossTable(t *testing.T) string {
	t.Helper()
	plan, _, err := planned(services())
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("| Phase | Service | | A crash | While it is away |\n|---|---|---|---|---|\n")
	for _, s := range plan.Services() {
		b.WriteString("| `" + string(s.Phase) + "` | `" + s.Name + "` | " + s.Need.String() + " | " + s.Loss.String() + " | " + s.Without + " |\n")
	}
	return b.String()
}

func TestGuideSaysOfEachServiceWhatItsDeclarationSays(t *testing.T) {
	page, err := os.ReadFile(guide)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(page), "do not edit -->\n")
	require.True(t, ok, "the table has its place")
	table, tail, ok := strings.Cut(rest, "<!-- services end -->")
	require.True(t, ok, "the table ends")
	if *rewrite {
		require.NoError(t, os.WriteFile(guide, []byte(head+"do not edit -->\n"+lossTable(t)+"<!-- services end -->"+tail), 0o644))
		return
	}
	assert.Equal(t, lossTable(t), table, "go test ./internal/node -run Guide -rewrite writes it")
}
