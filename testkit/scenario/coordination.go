// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// Coordination is about what agents decide together, and what they wait for.
const Coordination Group = "Coordination"

func coordinationVerbs() []Verb {
	return []Verb{
		{
			Name: "propose", Group: Coordination, Usage: "propose SESSION VOTERS QUESTION [KEY=VALUE...]", Min: 3, Max: -1,
			Example: `propose ship ann+bob+cid "Ship it?" rule=unanimous deadline=1m`,
			Doc: "Starts a session of coordination, and does not wait for its end: of the node's engine, if its config has a section coordination, and then the voters are agents; else " +
				"of an engine beside the node, whose processes are below /council, those of the voters are /council/voters/VOTER. Keys are protocol, type, fault, rule, share (such as 3/4), k, options (with + between them), deadline, durability, budget and params " +
				"(JSON). It fails when the session is refused.",
			check: checkProposal, run: propose,
		},
		{
			Name: "vote", Group: Coordination, Usage: "vote VOTER OPTION", Min: 2, Max: 2, Example: "vote ann yes",
			Doc: "Has a voter, one beside the node and no agent of it, hold an opinion from now on: it answers the invitations that it has not answered, and every one that " +
				"comes. Who has no opinion does not answer. Opinions outlive the voter's process. The opinions abstain and decline are answers of their own.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.opine(c.Args[0].Text, opinion{choice: c.Args[1].Text})
			},
		},
		{
			Name: "silence", Group: Coordination, Usage: "silence VOTER", Min: 1, Max: 1, Example: "silence ann",
			Doc: "Has a voter take invitations and never answer, until it votes again; its replica says nothing either where sessions are Byzantine.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.opine(c.Args[0].Text, opinion{replica: byzantine.Silent})
			},
		},
		{
			Name: "lie", Group: Coordination, Usage: "lie VOTER OPTION [HOW]", Min: 2, Max: 3, Example: "lie ann yes equivocate",
			Doc: "Has a voter lie from now on: to each invitation it answers first what nobody has asked, then the option, then every other option as if it had never " +
				"answered, and that in the name of other rounds as well. With HOW it votes like anybody, and its replica lies where sessions are Byzantine: silent, equivocate, " +
				"forge, misreport, or \"double vote\".",
			check: checkLie,
			run: func(e *engine, c *Command) (string, error) {
				o := opinion{choice: c.Args[1].Text, lies: len(c.Args) == 2}
				if len(c.Args) > 2 {
					o.replica = byzantine.Behaviour(c.Args[2].Text)
				}
				return "", e.opine(c.Args[0].Text, o)
			},
		},
		{
			Name: "cancelsession", Group: Coordination, Usage: "cancelsession SESSION", Min: 1, Max: 1, Example: "cancelsession ship",
			Doc: "Ends a session without a decision. It fails when the session has ended.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.confer(func(ctx context.Context, m *council) error {
					return m.engine.Cancel(ctx, protocols.SessionID(c.Args[0].Text), "by the script")
				})
			},
		},
	}
}

// council is an engine of coordination, a space, and those who take part: the node's, or beside it.
type council struct {
	engine *protocols.Engine
	space  *protocols.Space
	voters *crowd // nil where the node's agents vote
	owners *crowd
	voices map[string]*voice
	cycles []string // of deadlocks, in their order
}

// meet returns the council of the node, which is made when it is first needed.
func (e *engine) meet() (*council, error) {
	if e.node == nil {
		return nil, errNotStarted
	}
	if e.council != nil {
		return e.council, nil
	}
	m := &council{voices: map[string]*voice{}, owners: &crowd{engine: e, path: "/council/owners"}, engine: e.node.Engine()}
	sys := e.node.System()
	often := supervision.Intensity{Max: 1000, Within: time.Second}
	children := []supervision.Child{supervision.Sub("owners", supervision.Spec{Intensity: often})}
	if spaces := e.node.Spaces(); len(spaces) > 0 {
		m.space = spaces[0]
	} else {
		space, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", MaxWait: -1})
		if err != nil {
			return nil, err
		}
		m.space, children = space, append(children, child)
	}
	if m.engine == nil {
		o := protocols.EngineOptions{Name: "coordination", Roster: m, Journal: &minutes{}, Byzantine: byzantine.Options{Keys: byzantine.NewVault([32]byte{1})}}
		own, err := protocols.NewEngine(o)
		if err != nil {
			return nil, err
		}
		m.engine, m.voters = own, &crowd{engine: e, path: "/council/voters"}
		children = append(children, own.Child(), supervision.Sub("voters", supervision.Spec{Intensity: often}))
	}
	if _, err := supervision.Start(sys, "council", supervision.Spec{Intensity: often, Children: children}); err != nil {
		return nil, err
	}
	e.council = m
	e.sim.Settle()
	return m, nil
}

// confer does something with the council until it is answered: whatever of it is down comes back, and everything is done once.
func (e *engine) confer(do func(ctx context.Context, m *council) error) error {
	m, err := e.meet()
	if err != nil {
		return err
	}
	for range patienceSteps {
		if err = do(e.ctx, m); !errors.Is(err, protocols.ErrUnavailable) && !errors.Is(err, protocols.ErrSpaceDown) {
			return err
		}
		e.sim.Advance(100 * time.Millisecond)
	}
	return fmt.Errorf("the council has not answered for a minute: %w", err)
}

// keys are what a proposal may say besides; each sets a field of the spec, or says what is wrong.
var keys = map[string]func(s *protocols.Spec, value string) error{
	"protocol":   func(s *protocols.Spec, v string) error { s.Protocol = selector.Protocol(v); return nil },
	"type":       func(s *protocols.Spec, v string) error { s.Type = selector.Type(v); return nil },
	"fault":      func(s *protocols.Spec, v string) error { s.Fault = selector.Fault(v); return nil },
	"rule":       func(s *protocols.Spec, v string) error { s.Rule.Kind = consensus.RuleKind(v); return nil },
	"options":    func(s *protocols.Spec, v string) error { s.Options = strings.Split(v, "+"); return nil },
	"durability": func(s *protocols.Spec, v string) error { s.Durability = protocols.Durability(v); return nil },
	"params":     func(s *protocols.Spec, v string) error { s.Params = []byte(v); return nil },
	"k":          func(s *protocols.Spec, v string) error { return number(v, &s.Rule.K) },
	"budget":     func(s *protocols.Spec, v string) error { return number(v, &s.Budget) },
	"share":      func(s *protocols.Spec, v string) error { return number(v, &s.Rule.Share.Num, &s.Rule.Share.Den) },
	"deadline": func(s *protocols.Spec, v string) (err error) {
		if s.Deadline, err = time.ParseDuration(v); err != nil {
			err = errors.New("it is no duration")
		}
		return err
	},
}

// number reads whole numbers with a stroke between them.
func number(text string, into ...any) error {
	layout := strings.TrimSuffix(strings.Repeat("%d/", len(into)), "/")
	if n, err := fmt.Sscanf(text, layout, into...); err != nil || n != len(into) {
		return fmt.Errorf("it is not %s", map[int]string{1: "a number", 2: "such as 3/4"}[len(into)])
	}
	return nil
}

// proposal reads the arguments of propose.
func proposal(c *Command) (protocols.Spec, []mistake) {
	s := protocols.Spec{ID: protocols.SessionID(c.Args[0].Text), Participants: strings.Split(c.Args[1].Text, "+"), Question: c.Args[2].Text}
	bad := pairs(c.Args[3:], &s, keys, "a proposal")
	return s, bad
}

func checkProposal(_ *Script, c *Command) []mistake {
	_, bad := proposal(c)
	return bad
}

func checkLie(_ *Script, c *Command) []mistake {
	if len(c.Args) < 3 || slices.Contains(byzantine.Behaviours(), byzantine.Behaviour(c.Args[2].Text)) {
		return nil
	}
	a := c.Args[2]
	names := make([]string, 0, len(byzantine.Behaviours()))
	for _, b := range byzantine.Behaviours() {
		names = append(names, string(b))
	}
	return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no way to lie", a.Text), hint: "one of: " + strings.Join(names, ", ")}}
}

func propose(e *engine, c *Command) (string, error) {
	spec, _ := proposal(c)
	m, err := e.meet()
	if err != nil {
		return "", err
	}
	if m.voters != nil {
		for _, name := range spec.Participants {
			if _, err := m.voice(name); err != nil {
				return "", err
			}
		}
	}
	return "", e.confer(func(ctx context.Context, m *council) error {
		_, err := m.engine.Start(ctx, spec)
		return err
	})
}

// coordinationSubjects are what can be expected of sessions.
func coordinationSubjects() []subject {
	ended := func(show func(protocols.Result) string) func(e *engine, args []Arg) (string, error) {
		return func(e *engine, args []Arg) (string, error) {
			m, err := e.meet()
			if err != nil {
				return "", err
			}
			id := protocols.SessionID(args[0].Text)
			s, err := m.engine.Status(id)
			if err != nil || !s.State.Ended() {
				return "none", err
			}
			r, _ := m.engine.Await(e.ctx, id) // of one that has ended, the error is in the result
			return show(r), nil
		}
	}
	names := func(all []string) string {
		if len(all) == 0 {
			return "none"
		}
		return strings.Join(all, "+")
	}
	return []subject{
		{"session", "session SESSION", "the state of a session: open, running, decided, no_decision, cancelled, expired or failed", 1, 1, func(e *engine, args []Arg) (string, error) {
			m, err := e.meet()
			if err != nil {
				return "", err
			}
			s, err := m.engine.Status(protocols.SessionID(args[0].Text))
			return strings.ReplaceAll(string(s.State), " ", "_"), err
		}},
		{"decided", "decided SESSION", "what a session has decided; none if it has not, or not yet", 1, 1, ended(func(r protocols.Result) string { return cmp.Or(r.Decision, "none") })},
		{"why", "why SESSION", "why a session has no decision; none if it has one, or has not ended", 1, 1, ended(func(r protocols.Result) string { return cmp.Or(string(r.Why), "none") })},
		{"missing", "missing SESSION", "who has not answered in a session that has ended, with + between them; none if nobody", 1, 1, ended(func(r protocols.Result) string { return names(r.Missing) })},
		{"dissent", "dissent SESSION", "who has voted for something else than was decided", 1, 1, ended(func(r protocols.Result) string { return names(r.Dissent) })},
		{"liars", "liars SESSION", "who is proven to have lied in a session that has ended; only Byzantine sessions look for that", 1, 1, ended(func(r protocols.Result) string {
			return names(r.Liars)
		})},
		{"proven", "proven SESSION", "the decision that the certificate of a Byzantine or ratified session proves; none without one", 1, 1, func(e *engine, args []Arg) (string, error) {
			m, err := e.meet()
			if err != nil {
				return "", err
			}
			r, err := m.engine.Await(e.ctx, protocols.SessionID(args[0].Text))
			if err != nil || len(r.Certificate) == 0 {
				return "none", err
			}
			o, err := m.engine.Verify(r)
			return o.Decision, err
		}},
		{"protocol", "protocol SESSION", "the protocol of a session", 1, 1, func(e *engine, args []Arg) (string, error) {
			m, err := e.meet()
			if err != nil {
				return "", err
			}
			s, err := m.engine.Status(protocols.SessionID(args[0].Text))
			return string(s.Protocol), err
		}},
	}
}
