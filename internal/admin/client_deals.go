// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"
)

// Rankings asks who is how good; the parameters are those of GET /v1/market/rankings.
func (c *Client) Rankings(ctx context.Context, parameters url.Values) (RankingsAnswer, error) {
	var a RankingsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/rankings", parameters, nil, &a, &a.Version)
}

// Deals asks for the deals that are open.
func (c *Client) Deals(ctx context.Context) (DealsAnswer, error) {
	var a DealsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/deals", nil, nil, &a, &a.Version)
}

// Cases asks for all cases.
func (c *Client) Cases(ctx context.Context) (CasesAnswer, error) {
	var a CasesAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/cases", nil, nil, &a, &a.Version)
}

// StepCase takes a step of a case: accuse, review, decide, appeal or contest.
func (c *Client) StepCase(ctx context.Context, step string, o CaseOrder) (CaseAnswer, error) {
	var a CaseAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/market/cases/"+url.PathEscape(step), nil, o, &a, &a.Version)
}
