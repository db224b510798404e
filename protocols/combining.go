// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"slices"

	"mabeam.dev/protocols/ensemble"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// Combining is the protocol of prediction by ensembles whose words a service combines, unless a session's parameters name another; ensemble.ByVote names
// none. Engine.Register takes it. Empty means the weighted vote, which every engine has. The parameters are those of ensemble.Spec; the options of a
// session that names some are its classes.
func Combining(service string) Protocol {
	return Protocol{Name: selector.Ensemble, New: func(s Setup) (machine.Stepper, error) {
		var spec ensemble.Spec
		if err := params(s, &spec); err != nil {
			return nil, err
		}
		if spec.Combiner == "" {
			spec.Combiner = service
		}
		if len(spec.Classes) == 0 && !spec.Texts && !slices.Equal(s.Spec.Options, yesNo) { // which is what a session has that names none
			spec.Classes = s.Spec.Options
		}
		spec.Session, spec.Question, spec.Electorate = string(s.Session), s.Spec.Question, s.Electorate
		m, err := ensemble.New(spec)
		return run(m, err)
	}}
}
