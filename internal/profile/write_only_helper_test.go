// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// The values of write-only attributes. Each contains secretPart.
const (
	secretA    = "https://a.example/s3cret-a"
	secretB    = "https://b.example/s3cret-b"
	byHand     = "https://by-hand.example/s3cret-x"
	secretPart = "s3cret"
)

// secretField is a sensitive attribute of a profile in an account of its own.
type secretField struct {
	attribute
	env *acctest.Env
	// mayShow reports whether the state or the plan may contain a secret: the plain attribute is or was set.
	mayShow bool
}

// eachSecretField runs a test for each sensitive attribute of the contract.
func eachSecretField(t *testing.T, test func(*testing.T, *secretField)) {
	t.Helper()
	for _, a := range contractAttributes(t) {
		if a.isSensitive() {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				test(t, &secretField{attribute: a, env: acctest.New(t, emulator.Options{})})
			})
		}
	}
}

// inNewAccount returns the same attribute in a new account.
func (f *secretField) inNewAccount(t *testing.T) *secretField {
	t.Helper()
	return &secretField{attribute: f.attribute, env: acctest.New(t, emulator.Options{})}
}

// isListed reports whether the cached list serves the refreshes of the field in most tests. GETs serve those of the
// other field.
func (f *secretField) isListed() bool { return f.name == "callback_url2" }

// config returns the configuration of profile "a". In values, the attributes of the field have the names "",
// "_wo" and "_wo_version".
func (f *secretField) config(values acctest.Values) acctest.Values {
	config := acctest.Values{"name": "a"}
	for name, value := range values {
		if name == "" || name[0] == '_' {
			name = f.name + name
		}
		config[name] = value
	}
	return config
}

// Configurations of the field, for config.
func writeOnly(value any) acctest.Values { return acctest.Values{"_wo": value} }
func plain(value any) acctest.Values     { return acctest.Values{"": value} }
func versioned(value, version any) acctest.Values {
	return acctest.Values{"_wo": value, "_wo_version": version}
}

// with returns values with one more attribute.
func with(values acctest.Values, name string, value any) acctest.Values {
	values = maps.Clone(values)
	values[name] = value
	return values
}

// plan checks a plan and returns its diagnostics. If the plan changes something, another process plans the same:
// Terraform plans again before it applies.
func (f *secretField) plan(t *testing.T, p *acctest.Protocol, state acctest.State, config acctest.Values) (acctest.State, []*tfprotov6.Diagnostic) {
	t.Helper()
	planned, diags := p.Plan(t, f.resourceType, state, config)
	if !planned.Value.Equal(state.Value) {
		again, _ := f.env.Protocol(t).Plan(t, f.resourceType, state, config)
		if !planned.Value.Equal(again.Value) || string(planned.Private) != string(again.Private) {
			t.Errorf("the second plan differs: %v and %v", planned.Values(), again.Values())
		}
	}
	f.checkDiagnostics(t, diags)
	f.checkNoSecret(t, planned)
	for name, value := range planned.Values() {
		if strings.HasSuffix(name, "_wo") && value != nil || strings.HasSuffix(name, "_wo_version") && fmt.Sprint(value) != fmt.Sprint(config[name]) {
			t.Errorf("%s is planned as %v", name, value)
		}
	}
	return planned, diags
}

// apply applies a plan and checks the new state as Terraform does.
func (f *secretField) apply(t *testing.T, p *acctest.Protocol, prior, planned acctest.State, config acctest.Values) (acctest.State, []*tfprotov6.Diagnostic) {
	t.Helper()
	state, diags := p.Apply(t, f.resourceType, prior, planned, config)
	f.checkDiagnostics(t, diags)
	f.checkState(t, state)
	return state, diags
}

// converge plans and applies in different processes, and expects no errors.
func (f *secretField) converge(t *testing.T, prior acctest.State, config acctest.Values) acctest.State {
	t.Helper()
	planned, diags := f.plan(t, f.env.Protocol(t), prior, config)
	acctest.NoErrors(t, diags)
	state, diags := f.apply(t, f.env.Protocol(t), prior, planned, config)
	acctest.NoDiagnostics(t, diags)
	acctest.CheckConsistent(t, planned, state)
	return state
}

// refresh reads the profile in a new process. If listed is true, the cached list serves the read if it can.
func (f *secretField) refresh(t *testing.T, state acctest.State, listed bool) acctest.State {
	t.Helper()
	p := f.env.Protocol(t)
	if listed {
		warm(t, f.env, p, f.attribute)
	}
	state = refresh(t, p, f.resourceType, state)
	f.checkState(t, state)
	return state
}

// warm makes the first reads of a process. The cached list serves the next ones.
func warm(t *testing.T, env *acctest.Env, p *acctest.Protocol, a attribute) {
	t.Helper()
	id := add(t, env, a.kind, map[string]any{"name": "other"})
	other, diags := p.Import(t, a.resourceType, id)
	acctest.NoDiagnostics(t, diags)
	for range 3 {
		other = refresh(t, p, a.resourceType, other)
	}
	if err := env.Remove(a.kind, id); err != nil {
		t.Fatal(err)
	}
}

// stub returns the protocol of an API whose list is empty. Each other response has the value of the field that value
// returns for the request.
func (f *secretField) stub(t *testing.T, value func(*http.Request) any) *acctest.Protocol {
	t.Helper()
	return acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, string(f.kind)) && r.Method == http.MethodGet {
			respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
			return
		}
		text, _ := json.Marshal(value(r)) // a string or nil
		respond(w, http.StatusOK, profileJSON(fmt.Sprintf(`,%q:%s`, f.name, text)))
	})
}

// change sets the field as another client does.
func (f *secretField) change(t *testing.T, state acctest.State, value any) {
	t.Helper()
	if err := f.env.Change(f.kind, state.Values().Text("id"), map[string]any{f.name: value}); err != nil {
		t.Fatal(err)
	}
}

// stored returns the value that the API stores.
func (f *secretField) stored(t *testing.T, state acctest.State) any {
	t.Helper()
	profile, ok := f.env.Profile(f.kind, state.Values().Text("id"))
	if !ok {
		t.Fatal("the profile does not exist")
	}
	return profile[f.name]
}

// written returns the values of the field in the writes since a position of the request log.
func (f *secretField) written(t *testing.T, from int) (values []any) {
	t.Helper()
	for _, body := range writesOf(f.env, from) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(body), &fields); err != nil {
			t.Fatal(err)
		}
		switch value, ok := fields[f.name]; {
		case ok && value == nil:
			values = append(values, jsonNull)
		case ok:
			values = append(values, value)
		}
	}
	return values
}

// wantPlan expects a plan that changes the field to planned, or changes nothing if planned is noChange. warning is
// the summary of the only warning, as summaries returns it, or "".
func (f *secretField) wantPlan(t *testing.T, state acctest.State, config acctest.Values, planned, warning string) acctest.State {
	t.Helper()
	plan, diags := f.plan(t, f.env.Protocol(t), state, config)
	if got := f.outcome(state, plan); got != planned {
		t.Errorf("%s is planned as %s, want %s", f.name, got, planned)
	}
	if got := f.summaries(diags); got != warning {
		t.Errorf("the plan warns %q, want %q", got, warning)
	}
	return plan
}

// outcome returns what a plan does.
func (f *secretField) outcome(state, planned acctest.State) string {
	if planned.Value.Equal(state.Value) {
		return noChange
	}
	return show(planned.Values()[f.name])
}

// summaries returns the summaries of diagnostics without the name of the profile. F stands for the field.
func (f *secretField) summaries(diags []*tfprotov6.Diagnostic) string {
	var all []string
	for _, d := range diags {
		text := strings.Replace(d.Summary, fmt.Sprintf(" of %s profile \"a\"", f.noun()), "", 1)
		all = append(all, strings.ReplaceAll(text, f.name, "F"))
	}
	return strings.Join(all, ", ")
}

// checkState checks that a state contains no secret, and that private state has nothing that belongs to a plan.
func (f *secretField) checkState(t *testing.T, state acctest.State) {
	t.Helper()
	f.checkNoSecret(t, state)
	if text := private(t, state)["write_only"]; strings.Contains(string(text), "planned") {
		t.Errorf("private state is %s", text)
	}
	for field, hash := range privateHashes(t, state) {
		if len(hash.Salt) != 16 || len(hash.Written) != 0 && len(hash.Written) != 32 || len(hash.Stored) != 0 && len(hash.Stored) != 32 {
			t.Errorf("private state of %s is %+v", field, hash)
		}
		if state.Values() != nil && state.Values()[field] != nil {
			t.Errorf("%s has hashes, but is not null in the state", field)
		}
	}
	for name, value := range state.Values() {
		if strings.HasSuffix(name, "_wo") && value != nil {
			t.Errorf("%s is %v in the state", name, value)
		}
	}
}

func (f *secretField) checkNoSecret(t *testing.T, state acctest.State) {
	t.Helper()
	if text := fmt.Sprint(state.Values()); !f.mayShow && strings.Contains(text, secretPart) {
		t.Errorf("it contains a secret: %s", text)
	}
	for key, content := range private(t, state) {
		if strings.Contains(string(content), secretPart) {
			t.Errorf("private state contains a secret: %s: %s", key, content)
		}
	}
}

// checkDiagnostics checks that diagnostics contain no secret, and point at no line of the configuration that
// may contain one.
func (f *secretField) checkDiagnostics(t *testing.T, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	if text := acctest.Describe(diags); strings.Contains(text, secretPart) || strings.Contains(text, f.name+"\")") || strings.Contains(text, "_wo\")") {
		t.Errorf("the diagnostics show a secret:\n%s", text)
	}
}

// privateHash is the private state of a field.
type privateHash struct{ Salt, Written, Stored []byte }

// private returns the content of private state.
func private(t *testing.T, state acctest.State) (keys map[string][]byte) {
	t.Helper()
	if len(state.Private) > 0 {
		if err := json.Unmarshal(state.Private, &keys); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// privateHashes returns the hashes in private state.
func privateHashes(t *testing.T, state acctest.State) map[string]privateHash {
	t.Helper()
	var content struct{ Hashes map[string]privateHash }
	if text := private(t, state)["write_only"]; text != nil {
		if err := json.Unmarshal(text, &content); err != nil {
			t.Fatal(err)
		}
	}
	return content.Hashes
}

// withPrivate returns a state with another content of a key in private state, or without the key if content is "".
func withPrivate(t *testing.T, state acctest.State, key, content string) acctest.State {
	t.Helper()
	keys := private(t, state)
	keys[key] = []byte(content)
	if content == "" {
		delete(keys, key)
	}
	var err error
	if state.Private, err = json.Marshal(keys); err != nil {
		t.Fatal(err)
	}
	return state
}
