// SPDX-License-Identifier: Apache-2.0

package phase

// Level is how a service, a phase or a node is.
type Level uint8

const (
	// Up: it does all that it promises.
	Up Level = iota
	// Degraded: it does most of it; who uses it is told what is missing.
	Degraded
	// Down: it does not do it.
	Down
	// Starting: it is coming up for the first time, or again.
	Starting
	// Waiting: what stands before it has not come up yet.
	Waiting
)

// String returns the level in one lower-case word.
func (l Level) String() string {
	switch l {
	case Up:
		return "up"
	case Degraded:
		return "degraded"
	case Starting:
		return "starting"
	case Waiting:
		return "waiting"
	}
	return "down"
}

// Serves reports whether there is somebody to use it.
func (l Level) Serves() bool { return l == Up || l == Degraded }

// Member is one service, as far as its phase is concerned.
type Member struct {
	Need  Need
	Level Level
}

// Judge says how a phase is from how its services are: as bad as its worst required service, and at best degraded while an optional one
// does not serve in full. A phase without services is up.
func Judge(members []Member) Level {
	level := Up
	for _, m := range members {
		of := m.Level
		if m.Need == Optional && of != Up {
			of = Degraded
		}
		level = max(level, of)
	}
	return level
}
