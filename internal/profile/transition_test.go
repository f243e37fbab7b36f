// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// transition is a change of one attribute and its outcome.
type transition struct {
	name   string
	origin origin
	// before and after return the attribute's configured values, or nil if it is not configured.
	before, after func(attribute) any
	want          func(attribute) outcome
}

// origin says where the state before a transition comes from.
type origin int

const (
	// created is a profile that Terraform created with the value before.
	created origin = iota
	// imported is an existing profile with the value before.
	imported
	// drifted is a created profile in which another client then set the other value.
	drifted
)

// outcome is one line of the table.
type outcome struct {
	// Planned is the attribute's planned value, or noChange.
	Planned string
	// Request is the body of the PATCH. Warning is the end of the summary of the plan's warning.
	Request, Warning string
	State            string
	SecondPlan       string
}

const (
	noChange     = "no change"
	afterApply   = "(known after apply)"
	empty        = "empty"
	emptyAndWarn = "empty, and warns again"

	keepsItsValue = "keeps its value"
	isUnset       = "is unset"
	wasNotUnset   = "was not unset"
)

func absent(attribute) any  { return nil }
func value(a attribute) any { return a.value }
func other(a attribute) any { return a.other }

// becomes returns the outcome of a value that is planned, sent and stored.
func becomes(value func(attribute) any) func(attribute) outcome {
	return func(a attribute) outcome {
		v := show(value(a))
		return outcome{Planned: v, Request: fmt.Sprintf("{%q:%s}", a.name, v), State: v, SecondPlan: empty}
	}
}

// stays returns the outcome of a change that has no effect.
func stays(a attribute) outcome {
	return outcome{Planned: noChange, State: show(a.value), SecondPlan: empty}
}

var transitions = []transition{
	{"absent → value", created, absent, value, becomes(value)},
	{"value → other value", created, value, other, becomes(other)},
	{"value → absent", created, value, absent, func(a attribute) outcome {
		if a.nullable {
			unset := outcome{Planned: afterApply, Request: fmt.Sprintf("{%q:null}", a.name), State: "null", SecondPlan: empty}
			if a.isSensitive() {
				unset.Warning = isUnset
			}
			return unset
		}
		return outcome{Planned: noChange, Warning: keepsItsValue, State: show(a.value), SecondPlan: emptyAndWarn}
	}},
	{"imported → other value", imported, value, other, becomes(other)},
	{"imported → same value", imported, value, value, stays},
	{"imported → absent", imported, value, absent, stays},
	{"drifted → value", drifted, value, value, becomes(value)},
}

// transitionTable is the table that the tests print.
type transitionTable struct {
	text strings.Builder
	w    *tabwriter.Writer
}

func newTransitionTable() *transitionTable {
	table := &transitionTable{}
	table.w = tabwriter.NewWriter(&table.text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table.w, "attribute\ttransition\tplanned\tPATCH\tplan\tstate after\tsecond plan")
	return table
}

func (table *transitionTable) add(a attribute, tr transition, got outcome) {
	fmt.Fprintf(table.w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.name, tr.name, got.Planned, got.Request, got.Warning, got.State, got.SecondPlan)
}

func (table *transitionTable) String() string {
	_ = table.w.Flush()
	return "\n" + table.text.String()
}

// TestTransitions tests what a change of one attribute does, for every attribute of the contract.
// `go test -v -run TestTransitions` prints a table.
func TestTransitions(t *testing.T) {
	t.Parallel()
	table := newTransitionTable()
	for _, a := range contractAttributes(t) {
		for _, tr := range transitions {
			env := acctest.New(t, emulator.Options{})
			p := env.Protocol(t)
			got := change(t, env, p, a, tr.state(t, env, p, a), tr.after(a))
			if diff := cmp.Diff(tr.want(a), got); diff != "" {
				t.Errorf("%s: %s: %s", a.name, tr.name, diff)
			}
			table.add(a, tr, got)
		}
	}
	t.Log(table)
}

// state creates the state before the transition.
func (tr transition) state(t *testing.T, env *acctest.Env, p *acctest.Protocol, a attribute) acctest.State {
	t.Helper()
	var state acctest.State
	if tr.origin == imported {
		id := add(t, env, a.kind, map[string]any{"name": "a", a.name: tr.before(a)})
		var diags []*tfprotov6.Diagnostic
		state, diags = p.Import(t, a.resourceType, id)
		acctest.NoDiagnostics(t, diags)
		return refresh(t, p, a.resourceType, state)
	}
	state = p.Converge(t, a.resourceType, state, acctest.Values{"name": "a", a.name: tr.before(a)})
	if tr.origin == drifted {
		if err := env.Change(a.kind, state.Values().Text("id"), map[string]any{a.name: a.other}); err != nil {
			t.Fatal(err)
		}
	}
	return refresh(t, p, a.resourceType, state)
}

// change plans and applies a value of one attribute, and returns the outcome.
func change(t *testing.T, env *acctest.Env, p *acctest.Protocol, a attribute, prior acctest.State, value any) (got outcome) {
	t.Helper()
	config := acctest.Values{"name": "a", a.name: value}
	from := len(env.Requests())
	planned, diags := p.Plan(t, a.resourceType, prior, config)
	got.Planned, got.Warning = noChange, warning(t, a, diags)
	state := prior
	if !planned.Value.Equal(prior.Value) {
		got.Planned = show(planned.Values()[a.name])
		want := prior.Values() // nothing else changes
		want[a.name], want["modified_on"] = planned.Values()[a.name], acctest.Unknown
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(planned.Values())); diff != "" {
			t.Errorf("%s: the plan changes something else: %s", a.name, diff)
		}
		if state, diags = p.Apply(t, a.resourceType, prior, planned, config); len(diags) > 0 {
			t.Errorf("%s: %s", a.name, acctest.Describe(diags))
		}
	}
	got.Request = patches(env, from, a, prior.Values().Text("id"))
	got.State = show(state.Values()[a.name])
	state = refresh(t, p, a.resourceType, state)
	planned, diags = p.Plan(t, a.resourceType, state, config)
	got.SecondPlan = secondPlan(planned.Value.Equal(state.Value), warning(t, a, diags))
	return got
}

func secondPlan(isEmpty bool, warning string) string {
	switch {
	case !isEmpty:
		return "NOT EMPTY"
	case warning != "":
		return emptyAndWarn
	default:
		return empty
	}
}

// warning returns the end of the summary of a plan's warning about an attribute, or "" if there is no
// warning. It compares the whole warning.
func warning(t *testing.T, a attribute, diags []*tfprotov6.Diagnostic) string {
	t.Helper()
	if len(diags) == 0 {
		return ""
	}
	for _, what := range []string{keepsItsValue, isUnset} {
		if acctest.Describe(diags) == acctest.Describe([]*tfprotov6.Diagnostic{removalWarning(a, what)}) {
			return what
		}
	}
	t.Errorf("%s: got %s", a.name, acctest.Describe(diags))
	return ""
}

// removalWarning is a warning about the removal of an attribute of profile "a". It contains no value.
func removalWarning(a attribute, what string) *tfprotov6.Diagnostic {
	detail := map[string]string{
		keepsItsValue: "The configuration no longer sets NAME, and the API can't unset it. The profile keeps the value in the state. " +
			"To change it, set NAME. To keep it without this warning, set NAME to this value or add it to ignore_changes.",
		isUnset: "The configuration no longer sets NAME, so the update unsets it, and the API chooses its value. " +
			"To keep the value, set NAME again or add it to ignore_changes.",
		wasNotUnset: "The provider asked the API to unset NAME, and the API responded with the same value as before. " +
			"Either the API chooses this value for an unset attribute, or it ignored the request. To change the value, set NAME.",
	}[what]
	pointsAt := a.name
	if a.isSensitive() { // the line may contain a value
		pointsAt = ""
	}
	return acctest.Warning(pointsAt, fmt.Sprintf("%s of %s profile \"a\" %s", a.name, a.noun(), what), strings.ReplaceAll(detail, "NAME", a.name))
}

// isSensitive reports whether an attribute's value may contain credentials.
func (a attribute) isSensitive() bool { return strings.HasPrefix(a.name, "callback_url") }
