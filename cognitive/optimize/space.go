// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Dimension is one value of a point. The zero kind is a float.
type Dimension struct {
	// Name is unique in the space.
	Name string `json:"name"`
	// Kind says which values there are.
	Kind Kind `json:"kind"`
	// Min and Max bound floats and integers; both can be taken. They must be finite, whole for integers, and not further from 0 than 2^53 there.
	Min float64 `json:"min,omitempty"`
	Max float64 `json:"max,omitempty"`
	// Log makes equal ratios equally far apart; Min must be above 0 then.
	Log bool `json:"log,omitempty"`
	// Options are those of a categorical dimension, whose values are their numbers from 0.
	Options []string `json:"options,omitempty"`
	// When makes the dimension conditional; nil means that it always counts.
	When *Condition `json:"when,omitempty"`
}

// Condition says when a dimension counts: while its parent, which comes earlier in the space and itself counts, has one of the options.
type Condition struct {
	// Parent is the name of a categorical dimension.
	Parent string `json:"parent"`
	// In are options of the parent.
	In []string `json:"in"`
}

// Kind is the kind of a dimension.
type Kind uint8

// The kinds of dimensions.
const (
	Float Kind = iota
	Integer
	Categorical
)

var kindNames = []string{"float", "integer", "choice"}

// String returns float, integer or choice.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// MarshalText writes the name of the kind.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name of a kind; another one is ErrInvalidSpace.
func (k *Kind) UnmarshalText(text []byte) error {
	at := slices.Index(kindNames, string(text))
	if at < 0 {
		return fmt.Errorf("optimize: read kind %.64q: want float, integer or choice: %w", text, ErrInvalidSpace)
	}
	*k = Kind(at)
	return nil
}

// Point holds one value for each dimension of a space, in its order. A dimension that does not count has its first value.
type Point []float64

// Space is an immutable list of dimensions.
type Space struct {
	dims   []Dimension
	parent []int     // index of the parent, -1 without one
	allow  [][]bool  // by option of the parent
	first  Point     // the value of a dimension that does not count
	lo, hi []float64 // ends of the unit interval in the scale of the dimension: logarithms if it has a log scale, half a step more for integers
}

const wholeLimit = 1 << 53

// NewSpace checks dimensions, or returns all mistakes joined.
func NewSpace(dims ...Dimension) (*Space, error) {
	s := &Space{dims: slices.Clone(dims)}
	var all []error
	wrong := func(name, format string, args ...any) {
		all = append(all, fmt.Errorf("optimize: check dimension %.64q: %s: %w", name, fmt.Sprintf(format, args...), ErrInvalidSpace))
	}
	if len(dims) == 0 {
		wrong("", "there is none")
	}
	index := map[string]int{}
	for i, d := range s.dims {
		if d.Name == "" {
			wrong(d.Name, "dimension %d has no name", i)
		} else if _, ok := index[d.Name]; ok {
			wrong(d.Name, "the name is taken")
		}
		s.parent, s.allow = append(s.parent, -1), append(s.allow, nil)
		s.dims[i].Options = slices.Clone(d.Options)
		lo, hi := 0.0, 0.0
		if d.Kind == Categorical {
			checkOptions(d, wrong)
			hi = float64(max(len(d.Options), 1))
		} else if lo, hi = d.scaled(d.Min), d.scaled(d.Max); checkRange(d, wrong) && d.Kind == Integer {
			lo, hi = d.scaled(d.Min-0.5), d.scaled(d.Max+0.5)
		}
		s.lo, s.hi = append(s.lo, lo), append(s.hi, hi)
		s.first = append(s.first, d.Min)
		if d.Kind == Categorical {
			s.first[i] = 0
		}
		if d.When != nil {
			s.bind(i, index, wrong)
		}
		index[d.Name] = i
	}
	return s, errors.Join(all...)
}

func checkOptions(d Dimension, wrong func(string, string, ...any)) {
	if len(d.Options) < 2 {
		wrong(d.Name, "it needs two options or more")
	}
	if d.Log {
		wrong(d.Name, "options have no scale")
	}
	for i, o := range d.Options {
		if o == "" || slices.Contains(d.Options[:i], o) {
			wrong(d.Name, "option %.64q is empty or given twice", o)
		}
	}
}

func checkRange(d Dimension, wrong func(string, string, ...any)) bool {
	switch {
	case d.Kind > Categorical:
		wrong(d.Name, "there is no kind %d", d.Kind)
	case len(d.Options) > 0:
		wrong(d.Name, "only categorical dimensions have options")
	case math.IsNaN(d.Min+d.Max) || math.IsInf(d.Min, 0) || math.IsInf(d.Max, 0) || math.IsInf(d.Max-d.Min, 0):
		wrong(d.Name, "%v to %v is not finite", d.Min, d.Max)
	case d.Min >= d.Max:
		wrong(d.Name, "%v is not below %v", d.Min, d.Max)
	case d.Log && d.Min <= 0:
		wrong(d.Name, "a log scale has to begin above 0, not at %v", d.Min)
	case d.Kind == Integer && (d.Min != math.Trunc(d.Min) || d.Max != math.Trunc(d.Max) || math.Abs(d.Min) > wholeLimit || math.Abs(d.Max) > wholeLimit):
		wrong(d.Name, "%v to %v are no whole numbers up to 2^53", d.Min, d.Max)
	default:
		return true
	}
	return false
}

// bind resolves the condition of dimension i.
func (s *Space) bind(i int, index map[string]int, wrong func(string, string, ...any)) {
	d := s.dims[i]
	p, ok := index[d.When.Parent]
	if !ok || s.dims[p].Kind != Categorical {
		wrong(d.Name, "its parent %.64q is no categorical dimension before it", d.When.Parent)
		return
	}
	if len(d.When.In) == 0 {
		wrong(d.Name, "no option of its parent lets it count")
	}
	s.parent[i], s.allow[i] = p, make([]bool, len(s.dims[p].Options))
	for _, o := range d.When.In {
		if at := slices.Index(s.dims[p].Options, o); at >= 0 {
			s.allow[i][at] = true
		} else {
			wrong(d.Name, "its parent %.64q has no option %.64q", d.When.Parent, o)
		}
	}
}

// scaled brings a value into the scale of the dimension.
func (d Dimension) scaled(v float64) float64 {
	if d.Log {
		return math.Log(v)
	}
	return v
}

// Len returns the number of dimensions.
func (s *Space) Len() int { return len(s.dims) }

// Dimension returns dimension i.
func (s *Space) Dimension(i int) Dimension { return s.dims[i] }

// Active says whether dimension i counts at a point of the space.
func (s *Space) Active(p Point, i int) bool {
	for at := s.parent[i]; at >= 0; i, at = at, s.parent[at] {
		if !s.allow[i][int(p[at])] {
			return false
		}
	}
	return true
}

// Check returns nil for a point of the space, and otherwise a *PointError for each value that is wrong, joined.
func (s *Space) Check(p Point) error {
	if len(p) != len(s.dims) {
		return &PointError{Got: float64(len(p)), Why: "is not the number of dimensions"}
	}
	var all []error
	for i, d := range s.dims {
		lo, hi := d.Min, d.Max
		if d.Kind == Categorical {
			lo, hi = 0, float64(len(d.Options)-1)
		}
		switch v := p[i]; {
		case math.IsNaN(v) || v < lo || v > hi:
			all = append(all, &PointError{d.Name, v, fmt.Sprintf("is not from %v to %v", lo, hi)})
		case d.Kind != Float && v != math.Trunc(v):
			all = append(all, &PointError{d.Name, v, "is not whole"})
		}
	}
	if len(all) == 0 {
		for i, d := range s.dims {
			if p[i] != s.first[i] && !s.Active(p, i) {
				all = append(all, &PointError{d.Name, p[i], "is set, though the dimension does not count here"})
			}
		}
	}
	return errors.Join(all...)
}

// Settings returns the values that count, by name: float64, int64, or the text of an option.
func (s *Space) Settings(p Point) map[string]any {
	out := make(map[string]any, len(p))
	for i, d := range s.dims {
		if !s.Active(p, i) {
			continue
		}
		switch d.Kind {
		case Float:
			out[d.Name] = p[i]
		case Integer:
			out[d.Name] = int64(p[i])
		case Categorical:
			out[d.Name] = d.Options[int(p[i])]
		}
	}
	return out
}

// Size returns the number of points, or +Inf where a dimension is a float. Dimensions that do not count are not multiplied in.
func (s *Space) Size() float64 { return s.count(0, slices.Clone(s.first)) }

func (s *Space) count(i int, p Point) float64 {
	if i == len(s.dims) {
		return 1
	}
	d := s.dims[i]
	switch {
	case !s.Active(p, i):
		return s.count(i+1, p)
	case d.Kind == Float:
		return math.Inf(1)
	case d.Kind == Integer:
		return (d.Max - d.Min + 1) * s.count(i+1, p)
	case !slices.Contains(s.parent, i):
		return float64(len(d.Options)) * s.count(i+1, p)
	}
	sum := 0.0
	for o := range d.Options {
		p[i] = float64(o)
		sum += s.count(i+1, p)
	}
	p[i] = 0
	return sum
}

// Text writes the values that count, in the order of the space.
func (s *Space) Text(p Point) string {
	out := ""
	for i, d := range s.dims {
		if !s.Active(p, i) {
			continue
		}
		if out != "" {
			out += " "
		}
		if d.Kind == Categorical {
			out += d.Name + "=" + d.Options[int(p[i])]
		} else {
			out += d.Name + "=" + strconv.FormatFloat(p[i], 'g', -1, 64)
		}
	}
	return out
}
