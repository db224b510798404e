// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Strategy says which children one failed child takes along. The zero value is OneForOne.
type Strategy uint8

// The strategies of OTP.
const (
	OneForOne       Strategy = iota // restart the failed child alone
	OneForAll                       // restart every child
	RestForOne                      // restart the failed child and all that come after it
	SimpleOneForOne                 // children are copies of one template, added at run time, restarted alone
)

// Restart says after which exits a child is restarted. The zero value is Permanent.
type Restart uint8

// The restart types of OTP.
const (
	Permanent Restart = iota // after every exit
	Transient                // unless the reason is normal, shutdown or shutdown with a term
	Temporary                // never; its spec is forgotten when it ends
)

// Kind tells workers from supervisors. It decides the default of [Shutdown] and what Count reports. The zero value is Worker.
type Kind uint8

// The kinds of children.
const (
	Worker Kind = iota
	Supervisor
)

// AutoShutdown says whether exits of significant children end the supervisor. The zero value is Never.
type AutoShutdown uint8

// The settings of OTP.
const (
	Never          AutoShutdown = iota // significant children are refused
	AnySignificant                     // the first significant child that ends by itself ends the supervisor
	AllSignificant                     // the last one does
)

// NoRestarts as [Intensity].Max allows no restart at all: OTP's intensity 0.
const NoRestarts = -1

// Defaults of OTP.
const (
	DefaultMax      = 1
	DefaultWithin   = 5 * time.Second
	DefaultShutdown = 5 * time.Second
)

// Intensity limits restarts: more than Max attempts within Within make the supervisor give up. The zero value is 1 in 5 s.
type Intensity struct {
	Max    int           // attempts allowed in the window; 0 means 1, NoRestarts means none
	Within time.Duration // length of the window; 0 means 5 s
}

func (i Intensity) withDefaults() Intensity {
	if i.Max == 0 {
		i.Max = DefaultMax
	}
	if i.Within == 0 {
		i.Within = DefaultWithin
	}
	return i
}

// Limit returns the number of attempts allowed in the window with the default filled in; 0 for NoRestarts.
func (i Intensity) Limit() int { return max(i.withDefaults().Max, 0) }

// Child describes one child. The zero value of every field but ID and Start is OTP's default.
type Child struct {
	ID          string    // unique within its supervisor; required
	Start       any       // what the executor needs to start it; never looked at here; required
	Restart     Restart   // zero: Permanent
	Shutdown    Shutdown  // zero: 5 s for a worker, Infinity for a supervisor
	Kind        Kind      // zero: Worker
	Significant bool      // its own end counts for AutoShutdown; refused with Permanent and with Never
	Backoff     *Backoff  // nil: restarts are tried at once, as in OTP; refused with Temporary; not to be changed, nor are the next two
	Limit       *Limit    // nil: only the supervisor's intensity limits restarts, as in OTP; refused with Temporary
	Schedule    *Schedule // nil: no planned restarts, as in OTP; refused with Temporary
}

// Spec describes a supervisor. The zero value is a OneForOne supervisor without children and with OTP's defaults.
type Spec struct {
	Strategy     Strategy
	Intensity    Intensity
	AutoShutdown AutoShutdown
	Children     []Child // in start order; exactly one, the template, for SimpleOneForOne
	Dynamic      bool    // children come at run time, each with a spec of its own; see StartOwn
	MaxChildren  int     // of a Dynamic supervisor: children running or restarting at once; 0: no limit, NoChildren: none
}

// String returns OTP's word.
func (s Strategy) String() string {
	return word(int(s), "one_for_one", "one_for_all", "rest_for_one", "simple_one_for_one")
}

// String returns OTP's word.
func (r Restart) String() string { return word(int(r), "permanent", "transient", "temporary") }

// String returns OTP's word.
func (k Kind) String() string { return word(int(k), "worker", "supervisor") }

// String returns OTP's word.
func (a AutoShutdown) String() string {
	return word(int(a), "never", "any_significant", "all_significant")
}

func word(i int, words ...string) string {
	if i < len(words) {
		return words[i]
	}
	return "invalid"
}
