// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/registry"
)

// AgentOrder is the body of an order to an agent. All of it may be left out.
type AgentOrder struct {
	Reason string `json:"reason,omitempty"` // why, for whoever looks at the agent
	Within string `json:"within,omitempty"` // of a drain: how long what is in hand may take, as a duration; without limit if it is left out
}

// AgentOrderAnswer is what an agent says to an order.
type AgentOrderAnswer struct {
	Version int    `json:"version"` // of this format: 1
	ID      string `json:"id"`      // of the agent
	State   string `json:"state"`   // in which it is now
}

// largestOrder bounds the body of an order in bytes.
const largestOrder = 64 << 10

// ordered gives an agent an order, and answers with what it says.
func (v *agentViews) ordered(order func(AgentOrder, time.Duration, actors.Reply[lifecycle.State]) agents.Message) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		o, within, err := agentOrder(w, r)
		if err != nil {
			return err
		}
		id := registry.ID{Name: r.PathValue("id")}
		info, known := v.o.Directory.Info(id.Name)
		if !known {
			return refuse(http.StatusNotFound, CodeNoAgent, "no agent %s lives on this node", id)
		}
		state, err := actors.Call(r.Context(), info.Ref, func(reply actors.Reply[lifecycle.State]) agents.Message { return order(o, within, reply) })
		if errors.Is(err, lifecycle.ErrTransition) {
			p := refuse(http.StatusConflict, CodeConflict, "agent %s: %v", id, err)
			p.cause = err
			return p
		}
		if err != nil {
			return err
		}
		answerWith(w, http.StatusOK, AgentOrderAnswer{1, id.Name, state.String()})
		return nil
	}
}

// agentOrder reads the body of an order; without a body it says nothing.
func agentOrder(w http.ResponseWriter, r *http.Request) (o AgentOrder, within time.Duration, err error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestOrder))
	d.DisallowUnknownFields()
	var large *http.MaxBytesError
	switch err = d.Decode(&o); {
	case errors.As(err, &large):
		return o, 0, err
	case err != nil && !errors.Is(err, io.EOF):
		return o, 0, refuse(http.StatusBadRequest, CodeBody, "the body is no order: %v", err)
	case o.Within == "":
		return o, 0, nil
	}
	if within, err = time.ParseDuration(o.Within); err != nil || within <= 0 {
		return o, 0, refuse(http.StatusBadRequest, CodeBody, "within %q: want a duration such as 10m", o.Within)
	}
	return o, within, nil
}

func maintain(o AgentOrder, _ time.Duration, reply actors.Reply[lifecycle.State]) agents.Message {
	return agents.Maintain{On: true, Reason: o.Reason, Reply: reply}
}

func resumeWork(o AgentOrder, _ time.Duration, reply actors.Reply[lifecycle.State]) agents.Message {
	return agents.Maintain{Reason: o.Reason, Reply: reply}
}

func drain(o AgentOrder, within time.Duration, reply actors.Reply[lifecycle.State]) agents.Message {
	return agents.Drain{Within: within, Reason: o.Reason, Reply: reply}
}

// MaintainAgent has an agent take no work and go on with what it has in hand.
func (c *Client) MaintainAgent(ctx context.Context, id string, o AgentOrder) (AgentOrderAnswer, error) {
	return c.orderAgent(ctx, id, "maintenance", o)
}

// ResumeAgent ends the maintenance of an agent.
func (c *Client) ResumeAgent(ctx context.Context, id string, o AgentOrder) (AgentOrderAnswer, error) {
	return c.orderAgent(ctx, id, "resume", o)
}

// DrainAgent has an agent finish what it has in hand and end. Its supervisor may start it again.
func (c *Client) DrainAgent(ctx context.Context, id string, o AgentOrder) (AgentOrderAnswer, error) {
	return c.orderAgent(ctx, id, "drain", o)
}

// orderAgent sends an order. A refusal is a *StatusError: CodeNoAgent, or CodeConflict when the agent's state does not allow it.
func (c *Client) orderAgent(ctx context.Context, id, order string, o AgentOrder) (AgentOrderAnswer, error) {
	var a AgentOrderAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/agents/"+url.PathEscape(id)+"/"+order, nil, o, &a, &a.Version)
}
