// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/agents/capability"
	"mabeam.dev/agents/index"
)

// Capability is one thing that an agent can do: a name, which is a path such as nlp/summarise, a version if it has one, and settings of the
// user's own as JSON, which are kept and shown and mean nothing to the runtime.
type Capability = index.Capability

// Can makes capabilities of texts such as "nlp/summarise" and "nlp/summarise@1.2"; see package capability. What cannot be read becomes a name
// that [Spec.Validate] refuses.
func Can(texts ...string) []Capability {
	all := make([]Capability, len(texts))
	for i, text := range texts {
		o, err := capability.ParseOffer(text)
		if err != nil {
			o.Name = text
		}
		all[i] = Capability{Name: o.Name, Version: o.Version}
	}
	return all
}

// Offers returns the capabilities as texts, without their settings.
func (s Spec) Offers() []string {
	all := make([]string, len(s.Capabilities))
	for i, c := range s.Capabilities {
		all[i] = offer(c).String()
	}
	return all
}

func offer(c Capability) capability.Offer { return capability.Offer{Name: c.Name, Version: c.Version} }

// checkCapabilities reports every mistake in what an agent can do.
func checkCapabilities(all []Capability, wrong func(field, why string)) {
	seen := map[string]bool{}
	if len(all) > index.MaxCapabilities {
		wrong("capabilities", fmt.Sprintf("are more than %d", index.MaxCapabilities))
	}
	for _, c := range all {
		if err := offer(c).Validate(); err != nil {
			wrong("capabilities", err.Error())
		}
		if seen[c.Name] {
			wrong("capabilities", fmt.Sprintf("hold %q twice", c.Name))
		}
		seen[c.Name] = true
		if c.Settings != nil && !json.Valid(c.Settings) {
			wrong("capabilities", fmt.Sprintf("the settings of %q are not JSON", c.Name))
		}
	}
}
