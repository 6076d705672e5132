package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"
)

// The elements of a JUnit report, as build servers read it.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(path string, results []testResult) error {
	var all junitSuites
	for _, r := range results {
		suite := junitSuite{Name: r.Flow, Tests: len(r.Tests), Failures: r.Failed}
		for _, t := range r.Tests {
			c := junitCase{Class: r.Flow, Name: t.Name}
			if len(t.Differences) > 0 {
				var lines []string
				for _, d := range t.Differences {
					lines = append(lines, d.Message)
				}
				c.Failure = &junitFailure{Message: lines[0], Text: strings.Join(lines, "\n")}
			}
			suite.Cases = append(suite.Cases, c)
		}
		all.Suites = append(all.Suites, suite)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.WriteFile(path, append([]byte(xml.Header), append(data, '\n')...), 0o644); err != nil { //nolint:gosec // a report
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
