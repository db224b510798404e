// SPDX-License-Identifier: Apache-2.0

package conform

import "mabeam.dev/supervision/plan"

// fault prints the first fault as OTP's checks name it.
func fault(faults plan.Faults) Term {
	first := faults[0]
	got := Term(first.Got)
	switch first.Rule {
	case plan.RuleStrategy, plan.RuleStrategyChange:
		return tuple("invalid_strategy", got)
	case plan.RuleIntensity:
		return tuple("invalid_intensity", got)
	case plan.RulePeriod:
		return tuple("invalid_period", got)
	case plan.RuleAutoShutdown:
		return tuple("invalid_auto_shutdown", got)
	case plan.RuleTemplate:
		return tuple("bad_start_spec", list())
	case plan.RuleID:
		return "missing_id"
	case plan.RuleStart:
		return "missing_start"
	case plan.RuleRestart:
		return tuple("invalid_restart_type", got)
	case plan.RuleKind:
		return tuple("invalid_child_type", got)
	case plan.RuleSignificant:
		return tuple("invalid_significant", got)
	case plan.RuleSignificantNever:
		return badPair("auto_shutdown", "never")
	case plan.RuleSignificantPermanent:
		return badPair("restart", "permanent")
	case plan.RuleShutdown:
		return tuple("invalid_shutdown", got)
	case plan.RuleDuplicate:
		return tuple("duplicate_child_name", got)
	}
	return Term(first.Error())
}

func badPair(key, value Term) Term {
	return tuple("bad_combination", list(tuple(key, value), tuple("significant", "true")))
}

// startFault prints the first fault as the exit reason of a supervisor that refuses its spec in init.
func startFault(faults plan.Faults) Term {
	switch first := faults[0].Rule; {
	case first == plan.RuleTemplate:
		return fault(faults)
	case first < plan.RuleTemplate:
		return tuple("supervisor_data", fault(faults))
	default:
		return tuple("start_spec", fault(faults))
	}
}
