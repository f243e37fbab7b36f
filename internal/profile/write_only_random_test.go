// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// webhookModel says what an apply must do to a field. It knows neither states nor hashes.
type webhookModel struct {
	// written and version are those of the last apply with the write-only attribute.
	written, version any
	// isWriteOnly reports whether that was the last apply. isManaged reports whether Terraform has set the field.
	isWriteOnly, isManaged bool
}

// want returns the value that the API must store after a refresh and an apply.
func (m webhookModel) want(config acctest.Values, stored any) any {
	switch value, version := config["_wo"], config["_wo_version"]; {
	case config[""] != nil:
		return config[""]
	case value == nil && m.isManaged:
		return nil
	case value == nil:
		return stored
	case version != nil && m.isWriteOnly && version == m.version && stored == m.written:
		return stored
	default:
		return value
	}
}

// randomTest runs random operations on one field of one profile.
type randomTest struct {
	*secretField
	random *rand.Rand
	model  webhookModel
	state  acctest.State
	values acctest.Values
	log    []string
}

// Each operation keeps what the model says, and a second plan is always empty.
func TestWriteOnly_RandomOperations_MatchModel(t *testing.T) {
	t.Parallel()
	const runs, operations = 5, 12
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for seed := range uint64(runs) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				x := &randomTest{secretField: f.inNewAccount(t), random: rand.New(rand.NewPCG(seed, 0))}
				x.mayShow = true // the plain attribute may have the same values
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the operations were:\n%v", x.log)
					}
				})
				x.values = x.choose()
				x.applyAll(t)
				for i := 0; i < operations && !t.Failed(); i++ {
					x.operate(t)
				}
			})
		}
	})
}

// choose returns the attributes of the field in a configuration. A value is often one that was set before.
func (x *randomTest) choose() acctest.Values {
	value, version := fmt.Sprintf("https://%d.example/s3cret", x.random.IntN(4)), float64(x.random.IntN(3))
	return []acctest.Values{nil, plain(value), writeOnly(value), writeOnly(value), versioned(value, version), versioned(value, version)}[x.random.IntN(6)]
}

// operate runs one operation.
func (x *randomTest) operate(t *testing.T) {
	t.Helper()
	switch x.random.IntN(6) {
	case 0, 1:
		x.values = x.choose()
		x.applyAll(t)
	case 2:
		x.values = x.choose()
		x.failAndApply(t)
	case 3:
		x.changeElsewhere(t)
	case 4:
		x.hide(t)
	default:
		x.importAgain(t)
	}
}

// note appends an operation to the log.
func (x *randomTest) note(operation string, value any) {
	x.log = append(x.log, fmt.Sprintf("%s %v\n", operation, value))
}

// applyAll refreshes and applies. Then the API must store what the model says, and plans must be empty.
func (x *randomTest) applyAll(t *testing.T) {
	t.Helper()
	x.note("apply", x.values)
	var stored any
	if !x.state.Value.IsNull() {
		x.state = x.refresh(t, x.state, x.random.IntN(2) == 0)
		stored = x.stored(t, x.state)
	}
	want := x.model.want(x.values, stored)
	before := x.state
	acctest.NoDiagnostics(t, x.applyPlan(t, x.config(x.values)))
	if got := x.stored(t, x.state); got != want {
		t.Errorf("the API stores %v, want %v", got, want)
	}
	isManaged := x.model.isManaged || !before.Value.Equal(x.state.Value) // an empty plan saves nothing
	x.model = webhookModel{written: want, version: x.values["_wo_version"], isWriteOnly: x.values["_wo"] != nil, isManaged: len(x.values) > 0 && isManaged}
	if x.model.isWriteOnly && x.state.Values()[x.name] != nil {
		t.Errorf("the state is %v", x.state.Values())
	}
	for _, state := range []acctest.State{x.state, x.refresh(t, x.state, false)} {
		x.wantPlan(t, state, x.config(x.values), noChange, "")
	}
}

// failAndApply fails an update. The API stores the old value or that of the configuration. Then it applies again.
func (x *randomTest) failAndApply(t *testing.T) {
	t.Helper()
	names := slices.Sorted(maps.Keys(failedUpdates))
	name := names[x.random.IntN(len(names))]
	x.note(name, x.values)
	stored, want := x.stored(t, x.state), x.values[""]
	if x.values["_wo"] != nil {
		want = x.values["_wo"]
	}
	injection := x.env.Inject(t, emulator.Rule{Method: "PATCH", Faults: []emulator.Fault{failedUpdates[name].fault}})
	x.applyPlan(t, x.config(x.values))
	injection.Remove()
	if got := x.stored(t, x.state); got != stored && got != want {
		t.Errorf("the API stores %v, want %v or %v", got, stored, want)
	}
	x.model.isManaged = x.model.isManaged || injection.Hits() > 0 && failedUpdates[name].isDone && want != nil
	x.applyAll(t)
}

// applyPlan plans the configuration that Terraform passes, and applies the plan with the whole configuration. It
// returns the diagnostics of the apply.
func (x *randomTest) applyPlan(t *testing.T, passed acctest.Values) []*tfprotov6.Diagnostic {
	t.Helper()
	planned, diags := x.plan(t, x.env.Protocol(t), x.state, passed)
	acctest.NoErrors(t, diags)
	if planned.Value.Equal(x.state.Value) {
		return nil
	}
	x.state, diags = x.apply(t, x.env.Protocol(t, acctest.Values{"max_retries": 0}), x.state, planned, x.config(x.values))
	return diags
}

// changeElsewhere changes or unsets the field as another client does. A refresh notices it.
func (x *randomTest) changeElsewhere(t *testing.T) {
	t.Helper()
	value := []any{byHand, nil}[x.random.IntN(2)]
	x.note("change to", value)
	x.change(t, x.state, value)
	x.state = x.refresh(t, x.state, x.random.IntN(2) == 0)
	if value == nil && !x.model.isWriteOnly {
		x.model.isManaged = false
	}
	x.applyAll(t)
}

// hide plans without the write-only value, as if ignore_changes contained it. The provider writes nothing.
func (x *randomTest) hide(t *testing.T) {
	t.Helper()
	x.note("ignore", x.values)
	from, passed := len(x.env.Requests()), maps.Clone(x.config(x.values))
	delete(passed, x.name+"_wo")
	diags := x.applyPlan(t, passed)
	if isUnset := x.values["_wo"] != nil && x.values["_wo_version"] == nil; isUnset {
		acctest.WantError(t, diags, "", "Nothing was changed.")
	}
	if writes := x.env.Writes(from); len(writes) > 0 {
		t.Errorf("the provider writes %v", writes)
	}
	x.applyAll(t)
}

// importAgain imports the profile. The provider knows nothing about the last write then.
func (x *randomTest) importAgain(t *testing.T) {
	t.Helper()
	x.note("import", x.values)
	p := x.env.Protocol(t)
	imported, diags := p.Import(t, x.resourceType, x.state.Values().Text("id"))
	acctest.NoDiagnostics(t, diags)
	x.state, x.model = refresh(t, p, x.resourceType, imported), webhookModel{}
	x.applyAll(t)
}
