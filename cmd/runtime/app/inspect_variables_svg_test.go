// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
)

func TestAHistoryIsDrawnAsXMLWithEachReason(t *testing.T) {
	number := []admin.CommitView{
		{At: "0.1", Value: 0.5, Text: "0.5", Cause: "initial", Time: "2000-01-01T00:00:00Z"},
		{At: "0.1", Scope: "agent/ann", Value: 9.0, Text: "9", Time: "2000-01-01T00:00:01Z"},
		{At: "0.2", Value: 0.7, Text: "0.7", Cause: "adapter", Because: "a < b & c", Time: "2000-01-01T00:00:02Z"},
		{At: "0.3", Value: 0.5, Text: "0.5", Cause: "revert", Time: "2000-01-01T00:00:04Z"},
	}
	choice := []admin.CommitView{{At: "0.1", Value: "x", Text: "x", Cause: "initial", Time: "2000-01-01T00:00:00Z"}}
	for _, commits := range [][]admin.CommitView{number, choice} {
		picture, err := drawHistory("s/v", commits)
		require.NoError(t, err)
		d := xml.NewDecoder(bytes.NewReader(picture))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else {
				require.NoError(t, err)
			}
		}
	}
	picture, err := drawHistory("s/v", number)
	require.NoError(t, err)
	text := string(picture)
	assert.Contains(t, text, "a &lt; b &amp; c")
	assert.NotContains(t, text, "= 9", "the value of one agent alone")
	assert.Equal(t, 1, strings.Count(text, `class="back"`))
	assert.Equal(t, 2, strings.Count(text, " H")-1, "a step for each change, and on to the end")
	_, err = drawHistory("s/v", nil)
	require.Error(t, err)
	_, err = drawHistory("s/v", []admin.CommitView{{Time: "yesterday"}})
	require.Error(t, err)
}
