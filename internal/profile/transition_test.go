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

// transition is a change of one attribute, and what comes of it.
type transition struct {
	name   string
	origin origin
	// before and after are the attribute's values, nil for absent.
	before, after func(attribute) any
	want          func(attribute) outcome
}

// origin is where the state before a transition comes from.
type origin int

const (
	// created is a profile that was configured.
	created origin = iota
	// imported is one that was there.
	imported
	// drifted is one that was configured, and then changed by others to other.
	drifted
)

// outcome is one line of the table.
type outcome struct {
	// Planned is the attribute's planned value, or "no change".
	Planned string
	// Request is the body of the PATCH, Warning whether the plan carries one.
	Request, Warning string
	State            string
	SecondPlan       string
}

const (
	noChange     = "no change"
	afterApply   = "(known after apply)"
	empty        = "empty"
	emptyAndWarn = "empty, and warns again"
)

func absent(attribute) any  { return nil }
func value(a attribute) any { return a.value }
func other(a attribute) any { return a.other }

// becomes is the outcome where a value is planned, sent and stored.
func becomes(value func(attribute) any) func(attribute) outcome {
	return func(a attribute) outcome {
		v := show(value(a))
		return outcome{Planned: v, Request: fmt.Sprintf("{%q:%s}", a.name, v), State: v, SecondPlan: empty}
	}
}

// stays is the outcome where nothing happens.
func stays(a attribute) outcome {
	return outcome{Planned: noChange, State: show(a.value), SecondPlan: empty}
}

var transitions = []transition{
	{"absent → value", created, absent, value, becomes(value)},
	{"value → other value", created, value, other, becomes(other)},
	{"value → absent", created, value, absent, func(a attribute) outcome {
		if a.nullable {
			return outcome{Planned: afterApply, Request: fmt.Sprintf("{%q:null}", a.name), State: "null", SecondPlan: empty}
		}
		return outcome{Planned: noChange, Warning: "warns", State: show(a.value), SecondPlan: emptyAndWarn}
	}},
	{"imported → other value", imported, value, other, becomes(other)},
	{"imported → same value", imported, value, value, stays},
	{"imported → absent", imported, value, absent, stays},
	{"drifted → value", drifted, value, value, becomes(value)},
}

// tableOfTransitions is what the tests print.
type tableOfTransitions struct {
	text strings.Builder
	w    *tabwriter.Writer
}

func newTable() *tableOfTransitions {
	table := &tableOfTransitions{}
	table.w = tabwriter.NewWriter(&table.text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table.w, "attribute\ttransition\tplanned\tPATCH\tplan\tstate after\tsecond plan")
	return table
}

func (table *tableOfTransitions) add(a attribute, tr transition, got outcome) {
	fmt.Fprintf(table.w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.name, tr.name, got.Planned, got.Request, got.Warning, got.State, got.SecondPlan)
}

func (table *tableOfTransitions) String() string {
	_ = table.w.Flush()
	return "\n" + table.text.String()
}

// TestTransitions is the table of what a change of one attribute does, for every
// attribute of the contract. `go test -v -run TestTransitions` prints it.
func TestTransitions(t *testing.T) {
	t.Parallel()
	table := newTable()
	for _, a := range attributesOfTheContract(t) {
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

// state makes the state before the transition.
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

// change plans and applies one attribute's value, and says what came of it.
func change(t *testing.T, env *acctest.Env, p *acctest.Protocol, a attribute, prior acctest.State, value any) (got outcome) {
	t.Helper()
	config := acctest.Values{"name": "a", a.name: value}
	from := len(env.Requests())
	planned, diags := p.Plan(t, a.resourceType, prior, config)
	got.Planned, got.Warning = noChange, warning(t, a, prior, diags)
	state := prior
	if !planned.Value.Equal(prior.Value) {
		got.Planned = show(planned.Values()[a.name])
		want := prior.Values() // nothing else is planned to change
		want[a.name], want["modified_on"] = planned.Values()[a.name], acctest.Unknown
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(planned.Values())); diff != "" {
			t.Errorf("%s: something else is planned to change: %s", a.name, diff)
		}
		if state, diags = p.Apply(t, a.resourceType, prior, planned, config); len(diags) > 0 {
			t.Errorf("%s: %s", a.name, acctest.Describe(diags))
		}
	}
	got.Request = patches(env, from, a, prior.Values().Text("id"))
	got.State = show(state.Values()[a.name])
	state = refresh(t, p, a.resourceType, state)
	planned, diags = p.Plan(t, a.resourceType, state, config)
	got.SecondPlan = secondPlan(planned.Value.Equal(state.Value), warning(t, a, state, diags))
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

// warning tells whether a plan warns of an attribute that keeps its value, and
// checks what it says.
func warning(t *testing.T, a attribute, state acctest.State, diags []*tfprotov6.Diagnostic) string {
	t.Helper()
	if len(diags) == 0 {
		return ""
	}
	want := []*tfprotov6.Diagnostic{keeps(a, show(state.Values()[a.name]), cannotUnset)}
	if got := acctest.Describe(diags); got != acctest.Describe(want) {
		t.Errorf("%s: got %s", a.name, got)
	}
	return "warns"
}

// keeps is the warning that an attribute of profile "a" keeps its value.
func keeps(a attribute, value, reason string) *tfprotov6.Diagnostic {
	return acctest.Warning(a.name, fmt.Sprintf("%s keeps its value: %s profile \"a\"", a.name, a.noun()),
		fmt.Sprintf("Attribute %s: it is not configured any more, and its value stays %s. %s To change it, set the attribute to the value that it is to have.", a.name, value, reason))
}

// What keeps says of the reason.
const (
	cannotUnset = "Short of replacing the profile, the API cannot unset it. To keep it without this warning, configure it as it is, or add it to ignore_changes."
	didNotUnset = "The API was asked to unset it, and reports the same value as before: either it chooses that by itself, or it ignored the request."
)
