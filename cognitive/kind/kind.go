// SPDX-License-Identifier: Apache-2.0

package kind

// Kind describes the values of a variable. Its implementations are those of this package: [Float], [Integer], [Choice], [Module], [Structured],
// [Agents] and [Computed].
type Kind interface {
	// Type returns the form of all values.
	Type() Type
	// Validate returns every problem of the description, joined, each a *DefinitionError.
	Validate() error
	// Normal returns the value as it is stored, or why it is none of this kind. The description must be valid.
	Normal(v Value) (Value, error)
	// First returns the value of a variable that nobody gave one: the lowest, or the first.
	First() Value
	// Distance tells how far two values are apart, as a share of the range on its scale: 0 for equal ones, 1 for opposite ends. Values that
	// have no order are 0 or 1 apart.
	Distance(a, b Value) float64
	name() string
}

// Scale says how a range is divided.
type Scale uint8

// The scales. Steps of a logarithmic range are factors, so its Min must be positive.
const (
	Linear Scale = iota
	Log
)

// Bounds says what becomes of a number outside of its range.
type Bounds uint8

// The policies of bounds: it is refused, becomes the nearest end, or comes in again at the other end.
const (
	Reject Bounds = iota
	Clamp
	Wrap
)

// Ranged is a kind of numbers with a range: Float and Integer.
type Ranged interface {
	Kind
	// Unit maps a value to its place in the range on its scale, from 0 to 1.
	Unit(v Value) float64
	// FromUnit maps a place back to the nearest value; places outside become 0 or 1.
	FromUnit(u float64) Value
	// Shift moves a value by a share of the range on its scale, and by at least one step of the grid unless share is 0 or the value is at the end.
	Shift(v Value, share float64) Value
	// StepShare is one step of the grid as a share of the range; 0 without a grid.
	StepShare() float64
}

// typed refuses a value of another form.
func typed[K Kind](k K, v Value) error { // no interface: most values are right, and nothing is allocated for them
	if v.typ != k.Type() {
		return &TypeError{Want: k.Type(), Got: v.typ}
	}
	return nil
}

func unequal(a, b Value) float64 {
	if a.Equal(b) {
		return 0
	}
	return 1
}
