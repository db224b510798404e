// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Agents asks which agents there are; the parameters are those of [ParseAgentQuery], and explain.
func (c *Client) Agents(ctx context.Context, parameters url.Values) (AgentsAnswer, error) {
	var a AgentsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/agents", parameters, nil, &a, &a.Version)
}

// Agent asks for one agent; nobody is a *StatusError with the reason CodeNoAgent.
func (c *Client) Agent(ctx context.Context, namespace, id string) (AgentAnswer, error) {
	var a AgentAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/agents/"+url.PathEscape(id), url.Values{"namespace": {namespace}}, nil, &a, &a.Version)
}

// AgentEvent is one event of a watch: the answer at its beginning, or a change.
type AgentEvent struct {
	// Effect is answer, added, changed or removed.
	Effect string
	Answer AgentsAnswer
	Change AgentChange
}

// WatchAgents gives the answer to a query and then every change of it to the function, until ctx ends, the function fails, or the node ends the stream,
// as it does with readers that are too slow: then the error is an *UnreachableError with ErrTailEnded.
func (c *Client) WatchAgents(ctx context.Context, parameters url.Values, each func(AgentEvent) error) error {
	return c.follow(ctx, "/v1/agents/watch", parameters, func(name, data string) error {
		e := AgentEvent{Effect: name}
		var into any = &e.Change
		if name == answerEvent {
			into = &e.Answer
		}
		if err := json.Unmarshal([]byte(data), into); err != nil {
			return fmt.Errorf("admin: read the watch of %s: %w", c.at, err)
		}
		return each(e)
	})
}
