// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// VariableEvent is one event of a watch of variables: what there is at its beginning, a commit, or a gap.
type VariableEvent struct {
	// Name is variables, commit or gap; the field of that name is set.
	Name      string
	Variables WatchedVariables
	Commit    WatchedCommit
	Gap       WatchGap
}

// WatchVariables gives what there is in a space and then every commit to the function, until ctx ends, the function fails, or the node ends the stream, as it does with readers that are
// too slow: then the error is an *UnreachableError with ErrTailEnded. The name of the space may be empty where there is one.
func (c *Client) WatchVariables(ctx context.Context, space string, each func(VariableEvent) error) error {
	parameters := url.Values{}
	if space != "" {
		parameters.Set("space", space)
	}
	return c.follow(ctx, "/v1/variables/watch", parameters, func(name, data string) error {
		e := VariableEvent{Name: name}
		var into any
		switch name {
		case variablesEvent:
			into = &e.Variables
		case commitEvent:
			into = &e.Commit
		case gapEvent:
			into = &e.Gap
		default:
			return nil // of a later node
		}
		if err := json.Unmarshal([]byte(data), into); err != nil {
			return fmt.Errorf("admin: read the watch of %s: %w", c.at, err)
		}
		return each(e)
	})
}
