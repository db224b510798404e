// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheReferenceInTheRepositoryIsTheGeneratedOne(t *testing.T) {
	golden(t, "../docs/reference/config.md", Markdown())
}

func TestTheSchemaIsTheGoldenOne(t *testing.T) {
	golden(t, "testdata/schema.json", string(Schema()))
}

func TestTypesSchemaAndReferenceAgreeKeyByKey(t *testing.T) {
	fromTypes := map[string]string{} // path -> documentation
	for _, k := range keys(shapes{}, fileType, "", nil) {
		require.NotEmpty(t, k.field.doc, "%s has no doc tag", k.path)
		assert.True(t, strings.HasSuffix(k.field.doc, "."), "%s: the documentation is no sentence", k.path)
		require.NotContains(t, fromTypes, k.path)
		fromTypes[k.path] = k.field.sentence()
	}

	fromReference := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .* \\| .* \\| (.*) \\|$")
	for _, m := range row.FindAllStringSubmatch(Markdown(), -1) {
		require.NotContains(t, fromReference, m[1])
		fromReference[m[1]] = strings.ReplaceAll(m[2], `\|`, "|")
	}
	assert.Equal(t, fromTypes, fromReference)

	var schema map[string]any
	require.NoError(t, json.Unmarshal(Schema(), &schema))
	fromSchema := map[string]string{}
	flatten(t, schema, schema, "", fromSchema, map[string]bool{})
	assert.Equal(t, fromTypes, fromSchema)
}

// flatten lists the properties of a schema with their descriptions; a definition inside itself is listed once.
func flatten(t *testing.T, top, n map[string]any, path string, into map[string]string, open map[string]bool) {
	properties, _ := n["properties"].(map[string]any)
	for name, raw := range properties {
		p := raw.(map[string]any)
		at := join(path, name)
		into[at], _ = p["description"].(string)
		below := p
		if items, ok := p["items"].(map[string]any); ok {
			below, at = items, at+"[]"
		}
		ref, _ := below["$ref"].(string)
		if ref != "" {
			if open[ref] {
				continue
			}
			open[ref] = true
			name := strings.TrimPrefix(ref, "#/$defs/")
			below = top["$defs"].(map[string]any)[name].(map[string]any)
		}
		flatten(t, top, below, at, into, open)
		if ref != "" {
			delete(open, ref)
		}
	}
}

func TestTheSchemaRefusesUnknownKeysAndKnowsEveryWord(t *testing.T) {
	for _, k := range keys(shapes{}, fileType, "", nil) {
		s := scalarOf(k.field.typ)
		if s == nil {
			continue
		}
		if s.name == "true or false" {
			continue
		}
		for _, word := range s.values {
			assert.Contains(t, string(Schema()), `"`+word+`"`, k.path)
		}
		if k.field.standard != "" {
			_, problem := s.parse(&value{form: scalar, text: k.field.standard, truth: k.field.standard == "false" || k.field.standard == "true"})
			assert.Nil(t, problem, "default of %s", k.path)
		}
	}
	assert.Equal(t, strings.Count(string(Schema()), `"properties"`), strings.Count(string(Schema()), `"additionalProperties": false`))
}

func TestTheReferenceOfKindsListsTheirSettings(t *testing.T) {
	golden(t, "testdata/kinds.md", KindsMarkdown(testKinds))
}
