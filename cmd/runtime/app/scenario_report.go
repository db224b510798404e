// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
)

// endScenarios writes the reports and returns the exit code: of the worst that happened.
func (c *command) endScenarios(f scenarioFlags, all []verdict) error {
	failed, worst := 0, ExitDone
	for _, v := range all {
		code := codeOfScenario(v.failure)
		if code == ExitDone {
			continue
		}
		failed++
		if worst == ExitDone || code == ExitFailed || worst == ExitUnmet {
			worst = code
		}
	}
	if f.events != "" {
		if err := writeEvents(f.events, all); err != nil {
			return err
		}
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, all); err != nil {
			return err
		}
	}
	if *f.form == "json" {
		if err := c.scenariosJSON(all); err != nil {
			return err
		}
	} else if len(all) > 1 {
		fmt.Fprintf(c.Stdout, "%d of %s hold\n", len(all)-failed, plural(len(all), "scenario"))
	}
	if worst != ExitDone {
		return exitWith(worst, nil)
	}
	return nil
}

// scenarioLine is one scenario in JSON.
type scenarioLine struct {
	File    string  `json:"file"`
	OK      bool    `json:"ok"`
	Seed    uint64  `json:"seed"`
	Runs    int     `json:"runs"`
	Virtual float64 `json:"virtual_seconds"`
	Events  int     `json:"events"`
	Trace   string  `json:"trace,omitempty"` // hash; equal for equal runs
	Failure string  `json:"failure,omitempty"`
	Output  string  `json:"output,omitempty"`
}

func (c *command) scenariosJSON(all []verdict) error {
	out := struct {
		Version   int            `json:"version"`
		Scenarios []scenarioLine `json:"scenarios"`
	}{Version: 1, Scenarios: []scenarioLine{}}
	for _, v := range all {
		line := scenarioLine{
			File: v.file, OK: v.failure == nil, Seed: v.result.Seed, Runs: v.runs, Virtual: v.result.Elapsed.Seconds(), Events: len(v.result.Events),
			Output: v.result.Output,
		}
		if v.result.Trace != nil {
			line.Trace = fmt.Sprintf("%016x", v.result.Trace.Hash())
		}
		if v.failure != nil {
			line.Failure = v.failure.Error()
		}
		out.Scenarios = append(out.Scenarios, line)
	}
	enc := json.NewEncoder(c.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func writeEvents(name string, all []verdict) error {
	var b strings.Builder
	for _, v := range all {
		fmt.Fprintf(&b, "# %s, seed %d\n", v.file, v.result.Seed)
		for _, e := range v.result.Events {
			b.WriteString(e + "\n")
		}
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}

// The elements of a JUnit report that its readers agree on.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Seconds  string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Seconds string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(name string, all []verdict) error {
	suite := junitSuite{Name: "scenarios", Tests: len(all)}
	total := 0.0
	for _, v := range all {
		total += v.took.Seconds()
		one := junitCase{Name: v.file, Class: "scenario", Seconds: fmt.Sprintf("%.3f", v.took.Seconds())}
		if v.failure != nil {
			suite.Failures++
			first, _, _ := strings.Cut(v.failure.Error(), "\n")
			one.Failure = &junitFailure{Message: first, Text: v.failure.Error()}
		}
		suite.Cases = append(suite.Cases, one)
	}
	suite.Seconds = fmt.Sprintf("%.3f", total)
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append([]byte(xml.Header), append(data, '\n')...), 0o644)
}
