// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Coordination asks for all that goes on in a node's coordination.
func (c *Client) Coordination(ctx context.Context) (CoordinationAnswer, error) {
	var a CoordinationAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/coordination", nil, nil, &a, &a.Version)
}

// StartSession has a session started. Give it an id, and repeat it with the same.
func (c *Client) StartSession(ctx context.Context, o SessionOrder) (SessionAnswer, error) {
	var a SessionAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/coordination/sessions", nil, o, &a, &a.Version)
}

// ExplainSession asks which protocol a session would get.
func (c *Client) ExplainSession(ctx context.Context, o SessionOrder) (ExplainAnswer, error) {
	var a ExplainAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/coordination/explain", nil, o, &a, &a.Version)
}

// Session asks for one session, with its steps behind a number.
func (c *Client) Session(ctx context.Context, id string, after int) (SessionAnswer, error) {
	var a SessionAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/coordination/sessions/"+url.PathEscape(id), url.Values{"steps": {strconv.Itoa(after)}}, nil, &a, &a.Version)
}

// Sessions asks for sessions; the parameters are those of GET /v1/coordination/sessions.
func (c *Client) Sessions(ctx context.Context, parameters url.Values) (SessionsAnswer, error) {
	var a SessionsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/coordination/sessions", parameters, nil, &a, &a.Version)
}

// CancelSession has a session cancelled.
func (c *Client) CancelSession(ctx context.Context, id, reason string) (SessionAnswer, error) {
	var a SessionAnswer
	return a, c.work(ctx, http.MethodDelete, "/v1/coordination/sessions/"+url.PathEscape(id), url.Values{"reason": {reason}}, nil, &a, &a.Version)
}

// RateSession tells how good the decision of a session turned out, from 0 to 1.
func (c *Client) RateSession(ctx context.Context, id string, quality float64) (SessionOutcome, error) {
	var a SessionOutcome
	return a, c.work(ctx, http.MethodPost, "/v1/coordination/sessions/"+url.PathEscape(id)+"/outcome", nil, SessionOutcome{Quality: &quality}, &a, &a.Version)
}

// SessionHistory asks what sessions came to; the parameters are those of GET /v1/coordination/history.
func (c *Client) SessionHistory(ctx context.Context, parameters url.Values) (HistoryAnswer, error) {
	var a HistoryAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/coordination/history", parameters, nil, &a, &a.Version)
}

// CoordinationStats asks for the numbers of the sessions.
func (c *Client) CoordinationStats(ctx context.Context) (CoordinationStats, error) {
	var a CoordinationStats
	return a, c.work(ctx, http.MethodGet, "/v1/coordination/stats", nil, nil, &a, &a.Version)
}
