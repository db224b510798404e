// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"
)

func variablePath(space, name string) string {
	return "/v1/variables/" + url.PathEscape(space) + "/" + url.PathEscape(name)
}

// Variables asks for all variables of a node.
func (c *Client) Variables(ctx context.Context) (VariablesAnswer, error) {
	var a VariablesAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/variables", nil, nil, &a, &a.Version)
}

// VariableHistory asks for commits of a variable; the parameters are those of GET /v1/variables/{space}/{name}/history.
func (c *Client) VariableHistory(ctx context.Context, space, name string, parameters url.Values) (VariableHistoryAnswer, error) {
	var a VariableHistoryAnswer
	return a, c.work(ctx, http.MethodGet, variablePath(space, name)+"/history", parameters, nil, &a, &a.Version)
}

// WhyVariable asks for the commit that made the present value of a variable.
func (c *Client) WhyVariable(ctx context.Context, space, name string) (VariableHistoryAnswer, error) {
	var a VariableHistoryAnswer
	return a, c.work(ctx, http.MethodGet, variablePath(space, name)+"/why", nil, nil, &a, &a.Version)
}

// Propose proposes a value, and waits until it is committed or refused. step is "", "/override" or "/rollback".
func (c *Client) Propose(ctx context.Context, space, name, step string, o VariableOrder) (VariableReceipt, error) {
	var a VariableReceipt
	return a, c.patient().work(ctx, http.MethodPost, variablePath(space, name)+step, nil, o, &a, &a.Version)
}
