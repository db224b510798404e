// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"strings"
)

// Joiner makes one of two writes. It is commutative, associative and idempotent, so that replicas which have seen the same writes are equal, in whatever order
// and however often they came: every [Merge], and a [Custom] of which [Lawful] finds nothing.
type Joiner interface {
	// Join returns what remains of both; the error is that of a rule which cannot tell.
	Join(a, b Write) (Write, error)
}

// Custom is a rule of the user's own: it makes one of two values, is pure, and keeps the laws of a [Joiner].
type Custom func(a, b Value) (Value, error)

// Join makes one of two writes: the value is that of the function, and the rest is that of the later write.
func (f Custom) Join(a, b Write) (Write, error) {
	if a.Value.typ != b.Value.typ {
		return Write{}, &TypeError{Want: a.Value.typ, Got: b.Value.typ}
	}
	v, err := f(a.Value, b.Value)
	if err != nil {
		return Write{}, err
	}
	if v.typ != a.Value.typ {
		return Write{}, &TypeError{Want: a.Value.typ, Got: v.typ}
	}
	// Which of two writes is the later one must not hang on values that a join has made: those are no part of it.
	w := a
	if c := a.Clock.Compare(b.Clock); c < 0 || c == 0 && strings.Compare(a.Node, b.Node) < 0 {
		w = b
	}
	w.Value, w.Score, w.Counts = v, 0, nil
	return w, nil
}

// Lawful tries the laws of a Joiner on every three of some values, and says which of them it breaks and with what. It proves nothing, but finds what people get wrong: means,
// sums, and whoever comes first.
func Lawful(j Joiner, values ...Value) error {
	writes := make([]Write, len(values))
	for i, v := range values {
		writes[i] = Write{Value: v, Clock: Clock{Wall: int64(i)}}
	}
	join := func(a, b Write) (Write, error) {
		w, err := j.Join(a, b)
		if err != nil {
			err = fmt.Errorf("kind: merge %s and %s: %w", a.Value, b.Value, err)
		}
		return w, err
	}
	for _, a := range writes {
		same, err := join(a, a)
		if err != nil {
			return err
		}
		if !same.Value.Equal(a.Value) {
			return fmt.Errorf("kind: merge: not idempotent: %s with itself is %s", a.Value, same.Value)
		}
		for _, b := range writes {
			ab, err := join(a, b)
			if err != nil {
				return err
			}
			ba, err := join(b, a)
			if err != nil {
				return err
			}
			if !ab.Value.Equal(ba.Value) {
				return fmt.Errorf("kind: merge: not commutative: %s and %s are %s or %s", a.Value, b.Value, ab.Value, ba.Value)
			}
			for _, c := range writes {
				left, err := join(ab, c)
				if err != nil {
					return err
				}
				bc, err := join(b, c)
				if err != nil {
					return err
				}
				right, err := join(a, bc)
				if err != nil {
					return err
				}
				if !left.Value.Equal(right.Value) {
					return fmt.Errorf("kind: merge: not associative: %s, %s and %s are %s or %s", a.Value, b.Value, c.Value, left.Value, right.Value)
				}
			}
		}
	}
	return nil
}
