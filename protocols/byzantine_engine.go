// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/council"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/protocols/selector"
)

// Byzantine consensus behind the engine. A session of selector.Byzantine asks its participants for ballots as every vote does; each ballot is signed with
// its agent's key and put in order by a group that has a replica for each participant, and the group counts. A session with Selection.Ratify runs another
// protocol, and has a group agree on the outcome. Either way Result.Certificate proves the outcome to anybody who has the public keys
// (Engine.PublicKey), and Result.Liars names who is proven to have lied; the proofs go to the EvidenceSink.
//
// Replicas keep their promises in the program's memory, which a new program does without: it makes another group. With DurableBallots they are in the
// journal before they are said, and a new program goes on with the same group, if its keys are the same.
//
// To see what a group stands, have a participant lie, from the start or from any moment on:
//
//	protocols.EngineOptions{Byzantine: byzantine.Options{Rehearse: map[string]byzantine.Behaviour{"dan": byzantine.Equivocate}}}
//	err := engine.Rehearse("dan", byzantine.Silent)

// Rehearse has a participant lie in all sessions of Byzantine consensus from now on, or be honest again. It is for demonstrations and tests: no Spec can ask
// for it.
func (e *Engine) Rehearse(agent string, b byzantine.Behaviour) error {
	return e.groups.Rehearse(agent, b)
}

// Verify returns the outcome that the certificate of a result proves, by the keys that the engine knows. The error is council.ErrProof.
func (e *Engine) Verify(r Result) (machine.Outcome, error) {
	p, err := council.ParseProof(r.Certificate)
	if err != nil {
		return machine.Outcome{}, err
	}
	if !byzantine.IsOf(p.Config, string(r.Session)) {
		return machine.Outcome{}, fmt.Errorf("%w: of group %q, and not of session %q", council.ErrProof, p.Config.Group, string(r.Session))
	}
	return p.Verify(e.PublicKey)
}

// Group returns the group that decides an open session of Byzantine consensus; nil if it has none, or none yet.
func (e *Engine) Group(id SessionID) *byzantine.Group { return e.groups.Find(string(id)) }

// liars are those of a session that has ended, or those who are convicted so far, in the order of the electorate.
func (e *Engine) liars(n *entry) (names []string) {
	if r, _, ended := n.outcome(); ended {
		return r.Liars
	}
	g := e.Group(n.id)
	if g == nil {
		return nil
	}
	accused := g.Accused()
	for i := range n.setup.Electorate.Len() {
		if name := n.setup.Electorate.At(i).Agent; slices.ContainsFunc(accused, func(a byzantine.Accusation) bool { return a.Agent == name }) {
			names = append(names, name)
		}
	}
	return names
}

// offer adds the service of groups to those that machines can ask.
func (e *Engine) offer() {
	if e.o.Journal != nil && e.o.Byzantine.Votes == nil {
		e.votes = byzantine.JournalVotes(e.o.Journal, e.o.Stream+"/votes")
	}
	services := map[string]Service{council.Service: councils{e}}
	maps.Copy(services, e.o.Services)
	e.o.Services = services
}

// sitting makes the machine of Byzantine consensus.
func sitting(s Setup) (machine.Stepper, error) {
	if err := none(s); err != nil {
		return nil, err
	}
	m, err := council.New(s.vote())
	return run(m, err)
}

// stepper makes the session's machine: the protocol's, with its ratification where that is asked for.
func (n *entry) stepper() (machine.Stepper, error) {
	m, err := n.proto.New(n.setup)
	if err != nil || !n.setup.Selection.Ratify {
		return m, err
	}
	return council.Ratify(m, string(n.id), n.setup.Electorate), nil
}

// councils is the service that machines of package council ask.
type councils struct{ e *Engine }

// Do has the session's group do what is asked, or returns what was done under the key before.
func (c councils) Do(ctx context.Context, key string, args []byte) ([]byte, error) {
	var q council.Request
	if err := json.Unmarshal(args, &q); err != nil {
		return nil, fmt.Errorf("protocols: byzantine: %w", err)
	}
	n := c.e.index.get(SessionID(q.Session))
	if n == nil {
		return nil, fmt.Errorf("protocols: byzantine: session %q: %w", q.Session, ErrNotFound)
	}
	g, err := c.open(ctx, n)
	if err != nil {
		return nil, err
	}
	if _, _, ended := n.outcome(); ended { // perhaps before the group was opened: then nobody else ends it
		c.e.groups.End(q.Session)
	}
	var asks []byzantine.Ask
	say := func(client int, key string, op council.Operation) {
		asks = append(asks, byzantine.Ask{Client: client, Key: key, Ops: [][]byte{op.Encode()}})
	}
	members := n.setup.Electorate
	switch q.Do {
	case council.DoBallot:
		i, ok := members.Find(q.Agent)
		if !ok || q.Ballot == nil {
			return nil, fmt.Errorf("protocols: byzantine: session %q: a ballot of %q: %w", q.Session, q.Agent, consensus.ErrNotMember)
		}
		say(i, key, council.Operation{Ballot: q.Ballot})
		if c.e.groups.Behaviour(q.Agent) == byzantine.DoubleVote {
			say(i, key+"/again", council.Operation{Ballot: otherwise(*q.Ballot, n.setup.Spec.Options)})
		}
	case council.DoAbsent:
		for i := range members.Len() {
			if members.At(i).Agent != q.Agent && len(asks) <= g.Config().F() {
				say(i, key, council.Operation{Absent: q.Agent})
			}
		}
	case council.DoClose:
		for i := range g.Config().Weak() {
			say(i, key, council.Operation{Close: true})
		}
	case council.DoRatify:
		say(members.Len(), key, council.Operation{Outcome: q.Final})
	case council.DoSettle:
		if err := g.Settle(ctx); err != nil {
			return nil, err
		}
		for i := range members.Len() {
			convict(g, i)
		}
	default:
		return nil, fmt.Errorf("protocols: byzantine: session %q: nobody can %q", q.Session, q.Do)
	}
	decided, err := g.SubmitAll(ctx, asks)
	if errors.Is(err, pbft.ErrRefused) { // as when the group had refused it
		return json.Marshal(council.Response{Group: g.Config().Group, Result: council.Result{Why: err.Error()}})
	}
	if err != nil {
		return nil, err
	}
	return respond(g, decided)
}

// respond says what came of requests: the result of the first, and the outcome if one of them has it.
func respond(g *byzantine.Group, decided []byzantine.Decision) ([]byte, error) {
	out := council.Response{Group: g.Config().Group}
	for i, d := range decided {
		r, err := council.DecodeResult(d.Results[0])
		if err != nil {
			return nil, fmt.Errorf("protocols: byzantine: %w", err)
		}
		if i == 0 {
			out.Result = r
		}
		if r.Outcome == nil {
			continue
		}
		proof := &council.Proof{Config: g.Config(), Request: d.Request, Replies: d.Certificate.Replies}
		if out.Certificate, err = json.Marshal(proof); err != nil {
			return nil, fmt.Errorf("protocols: byzantine: %w", err)
		}
		out.Outcome = r.Outcome
	}
	for _, a := range g.Accused() {
		out.Accused = append(out.Accused, council.Accusation(a))
	}
	return json.Marshal(out)
}

// convict looks for two ballots that a client has signed and that cannot both be its word.
func convict(g *byzantine.Group, client int) {
	said := g.Requests(client)
	for i, a := range said {
		for _, b := range said[:i] {
			if e := (&council.TwoBallots{A: b, B: a}); e.Verify(g.Config()) == nil {
				g.Accuse(byzantine.Accusation{Agent: g.Config().Clients[client].Name, Kind: council.KindTwoBallots, Evidence: e.Encode()})
				return
			}
		}
	}
}

// otherwise is a ballot for another option under the same number.
func otherwise(a machine.Answer, options []string) *machine.Answer {
	for _, o := range options {
		if o != a.Choice {
			a.Choice, a.Abstain, a.Decline = o, "", ""
			break
		}
	}
	return &a
}

// open finds the session's group, or makes it.
func (c councils) open(ctx context.Context, n *entry) (*byzantine.Group, error) {
	spec := byzantine.Spec{ID: string(n.id)}
	taken := map[string]bool{}
	for i := range n.setup.Electorate.Len() {
		name := n.setup.Electorate.At(i).Agent
		spec.Members, taken[name] = append(spec.Members, name), true
	}
	known, err := c.e.identities(n.setup.Electorate)
	if err != nil {
		return nil, err
	}
	spec.Known = known
	if c.e.votes != nil && n.setup.Spec.Durability == DurableBallots {
		spec.Votes = c.e.votes
	}
	if n.setup.Selection.Authentication == selector.MAC {
		spec.Mode = wire.MAC
	}
	if n.setup.Selection.Ratify {
		for spec.Owner = "session"; taken[spec.Owner]; {
			spec.Owner += "'"
		}
		var options []string
		if p := n.proto.Name; p == selector.Simple || p == selector.Hierarchical {
			options = n.setup.Spec.Options
		}
		spec.App = func() pbft.App { return council.NewAccord(spec.Members, options) }
		return c.e.groups.Open(ctx, spec)
	}
	if _, err := council.NewPoll(n.setup.vote()); err != nil {
		return nil, err
	}
	spec.App = func() pbft.App {
		p, _ := council.NewPoll(n.setup.vote()) // it was tried above
		return p
	}
	return c.e.groups.Open(ctx, spec)
}
