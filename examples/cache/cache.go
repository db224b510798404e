// SPDX-License-Identifier: Apache-2.0

package cache

import "mabeam.dev/actors"

// StoreMessage is what the store takes.
type StoreMessage struct {
	put   bool
	value string
	read  actors.Reply[string]
}

// NewStore returns the behaviour of a store of one value.
func NewStore() actors.Behavior[StoreMessage] {
	value := ""
	return actors.Stateless(func(_ *actors.Context[StoreMessage], m StoreMessage) error {
		if m.put {
			value = m.value
		}
		m.read.Send(value)
		return nil
	})()
}

// Message is what the cache takes.
type Message interface{ cache() }

// Get asks for the value.
type Get struct{ Reply actors.Reply[string] }

// Forget says that the store has, or is about to get, another value.
type Forget struct{}

// loaded is the store's answer to the cache.
type loaded struct {
	value string
	asked int // how many Forgets the cache had seen when it asked
	err   error
}

func (Get) cache()    {}
func (Forget) cache() {}
func (loaded) cache() {}

// Cache keeps the store's value and answers without the store when it has it.
type Cache struct {
	Store actors.Ref[StoreMessage]
	// Careful keeps an answer of the store only if nobody has said Forget since it was asked for. Without it an answer that was under way
	// when the value changed is kept for good: the planted mistake.
	Careful bool

	value   string
	known   bool
	forgets int
	waiting []actors.Reply[string]
}

// Receive answers from what is known, or asks the store without waiting for it.
func (c *Cache) Receive(ctx *actors.Context[Message], m Message) error {
	switch m := m.(type) {
	case Get:
		if c.known {
			m.Reply.Send(c.value)
			return nil
		}
		if c.waiting = append(c.waiting, m.Reply); len(c.waiting) == 1 {
			c.load(ctx)
		}
	case Forget:
		c.known = false
		c.forgets++
	case loaded:
		if m.err != nil {
			return m.err
		}
		c.value, c.known = m.value, !c.Careful || m.asked == c.forgets
		for _, r := range c.waiting {
			r.Send(m.value)
		}
		c.waiting = nil
	}
	return nil
}

func (c *Cache) load(ctx *actors.Context[Message]) {
	asked := c.forgets
	actors.Request(ctx, c.Store, 0, func(r actors.Reply[string]) StoreMessage { return StoreMessage{read: r} },
		func(value string, err error) Message { return loaded{value, asked, err} })
}

// Put stores a value and has the cache forget the old one. It waits for neither.
func Put(store actors.Ref[StoreMessage], cache actors.Ref[Message], value string) {
	store.Tell(StoreMessage{put: true, value: value})
	cache.Tell(Forget{})
}
