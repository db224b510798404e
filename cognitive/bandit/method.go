// SPDX-License-Identifier: Apache-2.0

package bandit

import "fmt"

// Method is how a bandit chooses and what it remembers.
type Method uint8

// Methods. The zero Method is Auto.
const (
	// Auto is Thompson sampling that watches every arm for changes, and trusts old rewards the less the more changes it has seen.
	Auto Method = iota
	// Stationary is for arms that are declared never to change: Thompson sampling that is sharper where much is known.
	Stationary
	// Greedy plays what has the best mean. It is a baseline.
	Greedy
	// EpsilonGreedy plays any arm with probability Epsilon, and otherwise what has the best mean.
	EpsilonGreedy
	// UCB1 adds sqrt(2 ln t / n) to the mean.
	UCB1
	// UCBTuned is UCB1 with an estimate of the variance.
	UCBTuned
	// KLUCB takes the largest mean whose divergence from the observed one is at most ln t / n.
	KLUCB
	// MOSS adds sqrt(max(0, ln(T/(K n))) / n) to the mean; it needs the Horizon.
	MOSS
	// Thompson samples from Beta posteriors.
	Thompson
	// ThompsonNormal samples from the posteriors of normal rewards with unknown variance.
	ThompsonNormal
	// EXP3 makes no assumption about rewards at all; it needs the Horizon.
	EXP3
	// SlidingUCB is UCB1 over the last Window plays.
	SlidingUCB
	// DiscountedUCB is UCB1 with counts that fade by Discount at each play.
	DiscountedUCB
	// DiscountedThompson is Thompson with counts that fade by Discount at each play.
	DiscountedThompson
	// RestartThompson is Thompson that forgets everything when the likelihood ratio of an arm says that it has changed.
	RestartThompson
	// RestartKLUCB is KLUCB with the same restarts.
	RestartKLUCB
)

var methods = [...]string{
	"auto", "stationary", "greedy", "epsilon_greedy", "ucb1", "ucb_tuned", "kl_ucb", "moss", "thompson", "thompson_normal", "exp3", "sliding_ucb",
	"discounted_ucb", "discounted_thompson", "restart_thompson", "restart_kl_ucb",
}

// String returns the name as configuration writes it.
func (m Method) String() string {
	if int(m) < len(methods) {
		return methods[m]
	}
	return fmt.Sprintf("method %d", uint8(m))
}

// MarshalText returns the name.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a name; an unknown one is a *SpecError.
func (m *Method) UnmarshalText(b []byte) error {
	for i, name := range methods {
		if name == string(b) {
			*m = Method(i)
			return nil
		}
	}
	return &SpecError{"method", fmt.Sprintf("%q is not known", b)}
}

// Methods returns all methods in the order of their constants.
func Methods() []Method {
	out := make([]Method, len(methods))
	for i := range out {
		out[i] = Method(i)
	}
	return out
}
