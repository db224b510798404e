// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
)

// Adaptation asks how a variable is adapted.
func (c *Client) Adaptation(ctx context.Context, space, name string) (AdaptationAnswer, error) {
	var a AdaptationAnswer
	return a, c.work(ctx, http.MethodGet, variablePath(space, name)+"/adaptation", nil, nil, &a, &a.Version)
}

// Adapt changes how a variable is adapted.
func (c *Client) Adapt(ctx context.Context, space, name string, o AdaptationOrder) (AdaptationAnswer, error) {
	var a AdaptationAnswer
	return a, c.work(ctx, http.MethodPost, variablePath(space, name)+"/adaptation", nil, o, &a, &a.Version)
}

// Report tells what was measured with versions of a variable.
func (c *Client) Report(ctx context.Context, space, name string, o FeedbackOrder) (FeedbackReceipt, error) {
	var a FeedbackReceipt
	return a, c.work(ctx, http.MethodPost, variablePath(space, name)+"/feedback", nil, o, &a, &a.Version)
}
