// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"slices"
	"strings"
)

type pageRule struct {
	ID         int
	Selects    string
	Limits     []string
	Faults     []string
	Hits, Held int
}

func (i *Injection) page() pageRule {
	row := pageRule{ID: i.id, Selects: i.rule.selects(), Limits: i.rule.limits()}
	for _, fault := range i.rule.Faults {
		row.Faults = append(row.Faults, fault.text())
	}
	row.Hits, row.Held, _ = i.count()
	return row
}

// selects describes the method and the path that the rule selects.
func (r Rule) selects() string {
	switch {
	case r.Method == "" && r.Path == "":
		return "every request"
	case r.Path == "":
		return "every " + visible(r.Method)
	case r.Method == "":
		return visible(r.Path)
	}
	return visible(r.Method + " " + r.Path)
}

// limits describes the fields that limit the number of hits.
func (r Rule) limits() []string {
	return nonEmpty(parameter("skip", r.Skip), parameter("times", r.Times), parameter("probability", r.Probability), parameter("seed", r.Seed))
}

// text describes the fault with its parameters.
func (f Fault) text() string {
	return strings.Join(nonEmpty(string(f.Action), parameter("status", f.Status), parameter("retry_after", f.RetryAfter),
		parameter("retry_after_date", f.RetryAfterDate), parameter("for", f.For)), ", ")
}

// parameter returns the name and the value, or an empty text if the value is zero.
func parameter[T comparable](name string, value T) string {
	if value == *new(T) {
		return ""
	}
	return fmt.Sprint(name, " ", value)
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}
