// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math"
	"strings"
	"unicode"
)

// Similarity says how much two texts are alike, from 0 to 1.
type Similarity func(a, b string) float64

// Text returns the index of the text to give: the first of those that are equal when normalised, if they have more than half of the weight; else the
// medoid, which has the largest weighted sum of similarities to the others, the first of equals. Nil weights are equal ones, a nil similarity is
// [Words]. Majority tells which of the two it was.
func Text(texts []string, weights []float64, alike Similarity) (index int, majority bool, err error) {
	if len(texts) == 0 {
		return 0, false, &SpecError{"texts", "there are none"}
	}
	if weights == nil {
		weights = make([]float64, len(texts))
		for i := range weights {
			weights[i] = 1
		}
	}
	if len(weights) != len(texts) {
		return 0, false, &SpecError{"weights", fmt.Sprintf("%d for %d texts", len(weights), len(texts))}
	}
	total := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return 0, false, &SpecError{"weights", fmt.Sprintf("that of text %d is %v", i, w)}
		}
		total += w
	}
	first := map[string]int{}
	tally := make([]float64, len(texts))
	for i, t := range texts {
		n := Normalised(t)
		at, ok := first[n]
		if !ok {
			first[n], at = i, i
		}
		if tally[at] += weights[i]; tally[at] > total/2 {
			return at, true, nil
		}
	}
	if alike == nil {
		alike = Words
	}
	near := make([]float64, len(texts))
	for i := range texts {
		for j := range texts {
			if i != j {
				near[i] += weights[j] * alike(texts[i], texts[j])
			}
		}
	}
	return argmax(near), false, nil
}

// Normalised returns a text in lower case, without what is neither letter nor digit at the ends of its words, and with single spaces.
func Normalised(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), unicode.IsSpace)
	out := words[:0]
	for _, w := range words {
		if w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// Words is the share of the words of two normalised texts that both have, each as often as both have it (Dice's coefficient).
func Words(a, b string) float64 {
	x, y := strings.Fields(Normalised(a)), strings.Fields(Normalised(b))
	if len(x)+len(y) == 0 {
		return 1
	}
	count := map[string]int{}
	for _, w := range x {
		count[w]++
	}
	both := 0
	for _, w := range y {
		if count[w] > 0 {
			count[w]--
			both++
		}
	}
	return 2 * float64(both) / float64(len(x)+len(y))
}
