// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"mabeam.dev/cognitive/internal/frame"
)

// one is 1 in millionths.
const one = 1_000_000

// Combiner combines what agents predict, as the service that a session of prediction asks: it takes and gives the same JSON. It weighs an agent's
// word by the log-odds of its accuracy on the labelled outcomes that it has learned of, never by how far it agrees with the ensemble. It belongs to
// one owner.
type Combiner struct {
	classes int
	records map[string]record
}

// record is how often an agent was right.
type record struct{ right, all uint64 }

// prediction is what one agent says, in the form of a session.
type prediction struct {
	Agent string `json:"agent"`
	Class string `json:"class"`
}

// combined is the answer in the form of a session.
type combined struct {
	Class      string `json:"class"`
	Confidence int64  `json:"confidence"` // millionths
}

// NewCombiner returns a combiner of predictions among so many classes, at least 2, that knows nobody.
func NewCombiner(classes int) (*Combiner, error) {
	if classes < 2 || classes > maxClasses {
		return nil, &SpecError{"classes", "they are not from 2 to 65,536"}
	}
	return &Combiner{classes, map[string]record{}}, nil
}

// Learn takes a labelled outcome: what an agent had predicted before the truth was known.
func (c *Combiner) Learn(agent, predicted, truth string) {
	r := c.records[agent]
	r.all++
	if predicted == truth {
		r.right++
	}
	c.records[agent] = r
}

// Accuracy returns the accuracy that an agent is weighed by, and on how many outcomes of its own it rests. Until it has ten the others' count for
// the missing ones; with no outcome at all everybody is a little better than chance.
func (c *Combiner) Accuracy(agent string) (accuracy float64, outcomes uint64) {
	var right, all float64
	for _, r := range c.records {
		right += float64(r.right) // whole numbers: the order does not matter
		all += float64(r.all)
	}
	k := float64(c.classes)
	pooled := (right + 2*min(1, 1.5/k)) / (all + 2)
	r := c.records[agent]
	missing := max(0, outcomesPerWeight-float64(r.all))
	return (float64(r.right) + missing*pooled) / (float64(r.all) + missing), r.all
}

// Combine takes the predictions of a session as JSON, an object with a list of predictions or the list alone, of objects with agent and class, and
// answers with the class and the confidence in millionths as a JSON object. Equal classes go to the one whose name sorts first. Predictions without agent or class are a *SpecError.
func (c *Combiner) Combine(predictions []byte) ([]byte, error) {
	var request struct{ Predictions []prediction }
	err := json.Unmarshal(predictions, &request)
	if bytes.HasPrefix(bytes.TrimSpace(predictions), []byte("[")) {
		err = json.Unmarshal(predictions, &request.Predictions)
	}
	if err != nil {
		return nil, &SpecError{"predictions", err.Error()}
	}
	all := request.Predictions
	if len(all) == 0 {
		return nil, &SpecError{"predictions", "there are none"}
	}
	var names []string
	for i, p := range all {
		if p.Agent == "" || p.Class == "" {
			return nil, &SpecError{"predictions", fmt.Sprintf("prediction %d has no agent or no class", i)}
		}
		names = append(names, p.Class)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	scores := make([]float64, len(names), c.classes+len(names))
	for _, p := range all {
		accuracy, n := c.Accuracy(p.Agent)
		at, _ := slices.BinarySearch(names, p.Class)
		scores[at] += LogOdds(accuracy, int(min(max(n, outcomesPerWeight), math.MaxInt32)), c.classes)
	}
	best := argmax(scores)
	for range c.classes - len(names) { // classes that nobody named are possible too
		scores = append(scores, 0)
	}
	softmax(scores)
	return json.Marshal(combined{names[best], int64(math.Round(scores[best] * one))})
}

// MarshalBinary returns the state.
func (c *Combiner) MarshalBinary() ([]byte, error) {
	w := frame.New("combiner", 1)
	w.Int(c.classes)
	agents := make([]string, 0, len(c.records))
	for a := range c.records {
		agents = append(agents, a)
	}
	slices.SortFunc(agents, cmp.Compare[string])
	w.Uint(uint64(len(agents)))
	for _, a := range agents {
		w.Text(a)
		w.Uint(c.records[a].right)
		w.Uint(c.records[a].all)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (c *Combiner) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "combiner", 1)
	n := Combiner{classes: r.Int(2, maxClasses), records: map[string]record{}}
	for range r.Count(math.MaxInt32, 3) {
		agent := r.Text()
		x := record{right: r.Uint(math.MaxUint64), all: r.Uint(math.MaxUint64)}
		if x.right > x.all {
			r.Fail("an agent was right more often than asked")
		}
		if _, twice := n.records[agent]; twice {
			r.Fail("an agent is there twice")
		}
		n.records[agent] = x
	}
	if err := r.Done(); err != nil {
		return err
	}
	*c = n
	return nil
}
