// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loadOptimization(text string) (Optimization, error) {
	return LoadOptimization(Input{Name: "o.yaml", Data: []byte(text)})
}

func TestAnOptimizationHasItsDefaults(t *testing.T) {
	o, err := loadOptimization("version: 1\nobjective: {command: [f]}\nspace: [{name: x, min: -5, max: 5}, {name: c, kind: choice, options: [a, b]}, {name: n, kind: integer, min: 1, max: 9, when: {parent: c, in: [b]}}]\n")
	require.NoError(t, err)
	assert.Equal(t, 10*time.Minute, o.Objective.Timeout)
	assert.Equal(t, 100, o.Options().Limit)
	assert.Equal(t, "auto", o.Options().Method)
	space, err := o.Dimensions()
	require.NoError(t, err)
	assert.Equal(t, 3, space.Len())
	assert.Equal(t, "c", space.Dimension(2).When.Parent)
}

func TestEveryMistakeOfAnOptimizationIsNamedWithItsPlace(t *testing.T) {
	for text, want := range map[string][]string{
		"version: 1\nobjective: {command: [f], goal: best}\nspace: [{name: x, max: 1}]\nsearch: {trials: 0, methd: tpe}\n": {"o.yaml:2", "goal", "trials", "methd"},
		"version: 1\nspace: []\n": {"objective: required key is missing", "the list is empty"},
		"version: 1\nobjective: {command: [f], least: 2, most: 1}\nspace: [{name: x, min: 3, max: 1}, {name: x, min: 0, max: 1}]\n":        {"3 is not below 1", "the name is taken", "least is not below most"},
		"version: 1\nobjective: {command: [f]}\nspace: [{name: c, kind: choice, options: [a, b]}]\nsearch: {method: cma-es}\n":             {"needs a space without categorical"},
		"version: 1\nobjective: {command: [f]}\nspace: [{name: x, max: 1}]\nsearch: {min_resource: 9, max_resource: 3}\nnode: {name: t}\n": {"node"},
	} {
		_, err := loadOptimization(text)
		var all Errors
		require.ErrorAs(t, err, &all, text)
		for _, w := range want {
			assert.Contains(t, all.Text(), w)
		}
	}
}
