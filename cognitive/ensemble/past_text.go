// SPDX-License-Identifier: Apache-2.0

package ensemble

import "math"

// text chooses one of the texts.
func text(a Asked, skills []Skill, by Method) (Combination, error) {
	texts, weights, total := make([]string, len(a.Words)), make([]float64, len(a.Words)), 0.0
	for i, w := range a.Words {
		texts[i], weights[i] = w.Class, max(skills[i].Weight, 0)
		total += weights[i]
	}
	if total == 0 {
		weights = nil // nobody is known to be better than chance: all alike
		total = float64(len(texts))
	}
	at, majority, err := Text(texts, weights, nil)
	if err != nil {
		return Combination{}, err
	}
	out := Combination{Class: texts[at], Method: string(by) + ": medoid", Skills: skills}
	if majority {
		out.Method = string(by) + ": majority"
	}
	for i, t := range texts {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		switch {
		case majority && Normalised(t) == Normalised(out.Class):
			out.Confidence += w / total
		case !majority:
			out.Confidence += w / total * Words(t, out.Class)
		}
	}
	out.Confidence = math.Min(out.Confidence, 1)
	return out, nil
}
