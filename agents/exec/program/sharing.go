// SPDX-License-Identifier: Apache-2.0

package program

import "mabeam.dev/agents/exec/protocol"

// Full reports whether the program leaves so much of its input unread that no more lines are taken for it.
func (p *Port) Full() bool { return p.process.Full() }

// Shares reports whether the program has said that it reads of variables, and there are some for it.
func (p *Port) Shares() bool { return p.session.Shares() }

// SplitVariables divides a space into lines; see protocol.Session.SplitVariables.
func (p *Port) SplitVariables(v protocol.Variables) ([]protocol.Variables, error) {
	return p.session.SplitVariables(v)
}

// TellVariables tells the program of a space, or of a part of one. The errors are those of protocol.Session.TellVariables; the port must not be [Port.Full].
func (p *Port) TellVariables(v protocol.Variables) error {
	actions, err := p.session.TellVariables(v)
	p.perform(actions) // a line, and no notice
	return err
}

// TellVariable tells the program of a change. The errors are those of protocol.Session.TellVariable; the port must not be [Port.Full].
func (p *Port) TellVariable(c protocol.VariableChange) error {
	actions, err := p.session.TellVariable(c)
	p.perform(actions) // a line, and no notice
	return err
}

// Answer answers a line about variables. The errors are those of protocol.Session.Answer; the port must not be [Port.Full].
func (p *Port) Answer(a protocol.Answer) error {
	actions, err := p.session.Answer(a)
	p.perform(actions) // a line, and no notice
	return err
}
