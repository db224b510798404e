// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// ClientOptions are what a client decides for itself. The zero value is the default.
type ClientOptions struct {
	// Timeout is how long the client waits before it asks all members; 100 ms by default. It doubles up to TimeoutMax, 10 s by default.
	Timeout, TimeoutMax time.Duration
	// First is the number of the first request; 1 by default. A client that has lived before continues above what it used.
	First uint64

	skip skips
}

// Client is a client's machine: it asks the primary, then everybody, until f+1 members say the same. It is owned by one goroutine.
type Client struct {
	cfg  *wire.Config
	me   wire.Client
	opt  ClientOptions
	keys auth.Keys

	view    uint64 // a guess at who the primary is
	next    uint64
	open    []*call // by number
	queue   []*call // what the window has no room for
	gen     uint64
	armed   bool
	timeout time.Duration
	out     []Effect
}

// call is a request under way.
type call struct {
	req     *wire.Request
	replies []*wire.Reply // by member
}

// NewClient returns a client.
func NewClient(c *wire.Config, me wire.Client, opt ClientOptions, keys auth.Keys) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if int(me) >= len(c.Clients) {
		return nil, fmt.Errorf("pbft: new client of group %q: no client %d: %w", c.Group, me, wire.ErrInvalidConfig)
	}
	if opt.Timeout == 0 {
		opt.Timeout = 100 * time.Millisecond
	}
	if opt.TimeoutMax == 0 {
		opt.TimeoutMax = 10 * time.Second
	}
	return &Client{cfg: c, me: me, opt: opt, keys: keys, next: max(1, opt.First), timeout: opt.Timeout}, nil
}

// Next returns the number that the next Submit gets.
func (k *Client) Next() uint64 { return k.next }

// Waiting returns how many requests are not decided yet.
func (k *Client) Waiting() int { return len(k.open) + len(k.queue) }

// Step lets an input happen and returns what is to be done about it, in order. Operations of one Submit are one request.
func (k *Client) Step(in Input) []Effect {
	k.out = nil
	switch in := in.(type) {
	case Start:
	case Submit:
		m := &wire.Request{Epoch: k.cfg.Epoch, Client: k.me, Seq: k.next, Ops: in.Ops}
		m.Sig = auth.Sign(k.keys, k.cfg, m)
		k.next++
		k.queue = append(k.queue, &call{m, make([]*wire.Reply, k.cfg.N())})
		k.fill()
	case Deliver:
		v, _ := in.Msg.Value()
		if m, ok := v.(*wire.Reply); ok {
			k.onReply(m)
		}
	case Fired:
		if k.armed && in.Gen == k.gen {
			k.armed = false
			k.timeout = min(2*k.timeout, k.opt.TimeoutMax)
			for _, c := range k.open {
				k.out = append(k.out, Broadcast{c.req})
			}
		}
	}
	switch {
	case len(k.open) == 0 && k.armed:
		k.armed = false
		k.out = append(k.out, StopTimer{TimerResend})
	case len(k.open) > 0 && !k.armed:
		k.gen++
		k.armed = true
		k.out = append(k.out, SetTimer{TimerResend, k.gen, k.timeout})
	}
	return k.out
}

// fill sends what the window has room for: half of what replicas remember, so that no request ever becomes too old.
func (k *Client) fill() {
	room := max(1, k.cfg.Rules.WithDefaults().ClientWindow/2)
	for len(k.queue) > 0 && (len(k.open) == 0 || k.queue[0].req.Seq-k.open[0].req.Seq < room) {
		c := k.queue[0]
		k.queue = k.queue[1:]
		k.open = append(k.open, c)
		k.out = append(k.out, Send{k.cfg.Primary(k.view), c.req})
	}
}

func (k *Client) onReply(m *wire.Reply) {
	for i, c := range k.open {
		if c.req.Seq != m.Number || m.Client != k.me || m.Request != c.req.Digest() {
			continue
		}
		c.replies[m.Member] = m
		cert := &Certificate{}
		view := m.View
		for _, o := range c.replies {
			if o != nil && o.Same(m) && len(cert.Replies) < k.cfg.Weak() {
				cert.Replies = append(cert.Replies, o)
				view = min(view, o.View)
			}
		}
		if len(cert.Replies) < k.cfg.Weak() && !k.opt.skip.oneReply {
			return
		}
		k.view = max(k.view, view)
		k.timeout = k.opt.Timeout
		k.open = append(k.open[:i:i], k.open[i+1:]...)
		k.out = append(k.out, Done{Number: m.Number, Results: m.Results, Certificate: cert})
		k.fill()
		return
	}
}
