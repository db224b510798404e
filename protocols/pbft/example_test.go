// SPDX-License-Identifier: Apache-2.0

package pbft_test

import (
	"crypto/ed25519"
	"fmt"
	"strconv"
	"time"

	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// sum is a replicated number.
type sum struct{ total int }

func (a *sum) Validate(op []byte) error { _, err := strconv.Atoi(string(op)); return err }

func (a *sum) Apply(_ pbft.Place, op []byte) []byte {
	n, _ := strconv.Atoi(string(op))
	a.total += n
	return a.Snapshot()
}

func (a *sum) Snapshot() []byte { return strconv.AppendInt(nil, int64(a.total), 10) }

func (a *sum) Restore(b []byte) (err error) {
	if a.total = 0; len(b) > 0 {
		a.total, err = strconv.Atoi(string(b))
	}
	return err
}

// Four members and a client, carried out by the simplest of shells: messages arrive at once, and logs and timers are not needed.
func Example() {
	now := time.Unix(0, 0)
	key := func(i byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(append(make([]byte, 31), i)) }
	who := func(name string, i byte) wire.Identity {
		return wire.Identity{Name: name, Sign: key(i).Public().(ed25519.PublicKey)}
	}
	config := &wire.Config{
		Group:   "council",
		Members: []wire.Identity{who("ann", 1), who("bob", 2), who("cid", 3), who("dan", 4)},
		Clients: []wire.Identity{who("eve", 5)},
	}
	var replicas []*pbft.Replica
	for i := range config.Members {
		keys, _ := auth.NewKeyring(config, wire.Member(i), key(byte(i+1)), nil)
		r, err := pbft.New(config, wire.Member(i), pbft.Options{}, keys, &sum{})
		if err != nil {
			fmt.Println(err)
			return
		}
		replicas = append(replicas, r)
	}
	keys, _ := auth.NewClientKeyring(config, 0, key(5))
	client, _ := pbft.NewClient(config, 0, pbft.ClientOptions{}, keys)
	check := auth.NewVerifier(config, auth.Public(config), 0)

	type letter struct {
		to  int // the client is -1
		msg wire.Message
	}
	var post []letter
	carryOut := func(from int, effects []pbft.Effect) {
		for _, e := range effects {
			switch e := e.(type) {
			case pbft.Send:
				post = append(post, letter{int(e.To), e.Msg})
			case pbft.Broadcast:
				for to := range replicas {
					if to != from {
						post = append(post, letter{to, e.Msg})
					}
				}
			case pbft.Answer:
				post = append(post, letter{-1, e.Reply})
			case pbft.Done:
				fmt.Printf("decided at %d: %s, proven by %d members\n", e.Certificate.Seq(), e.Results, len(e.Certificate.Replies))
			}
		}
	}
	carryOut(-1, client.Step(pbft.Submit{Now: now, Ops: [][]byte{[]byte("40"), []byte("2")}}))
	for len(post) > 0 {
		l := post[0]
		post = post[1:]
		checked, err := check.Open(l.msg)
		if err != nil {
			fmt.Println(err)
			continue
		}
		if l.to < 0 {
			carryOut(-1, client.Step(pbft.Deliver{Now: now, Msg: checked}))
		} else {
			carryOut(l.to, replicas[l.to].Step(pbft.Deliver{Now: now, Msg: checked}))
		}
	}
	// Output: decided at 1: [40 42], proven by 2 members
}
