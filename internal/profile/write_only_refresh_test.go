// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// One list serves the refresh of many profiles with write-only values. A profile whose value differs needs a GET.
func TestWriteOnly_RefreshOfManyProfiles_OneList(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		const count = 1000
		p := f.env.Protocol(t)
		m := &manyProfiles{env: f.env, typ: f.resourceType, kind: f.kind}
		template := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		for i := range count { // with the hashes of the first profile, because creates take longer
			values := template.Values()
			values["id"] = add(t, f.env, f.kind, map[string]any{"name": fmt.Sprint("n", i), f.name: secretA})
			created, _ := f.env.Profile(f.kind, values.Text("id"))
			for _, name := range []string{"name", "created_on", "modified_on"} {
				values[name] = created[name]
			}
			m.ids = append(m.ids, values.Text("id"))
			m.states = append(m.states, acctest.State{Value: p.Object(t, f.resourceType, values), Private: template.Private})
		}
		after, calls := m.refresh(t)
		if diff := cmp.Diff(map[string]int{"get": 3, "list": 1}, calls); diff != "" {
			t.Errorf("no changes: %s", diff)
		}
		m.wantSame(t, after)
		f.wantPlan(t, after[count-1], f.config(with(writeOnly(secretA), "name", fmt.Sprint("n", count-1))), noChange, "")
	})
}

// Only the hashes show that two values have changed.
func TestWriteOnly_RefreshOfManyProfiles_ChangedValue_IsReadByGET(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		var states []acctest.State
		for i := range 20 {
			states = append(states, f.converge(t, acctest.State{}, f.config(with(writeOnly(secretA), "name", fmt.Sprint("n", i)))))
		}
		f.change(t, states[7], byHand)
		f.change(t, states[8], nil)
		for _, i := range []int{7, 8} { // as if the changes had kept the time
			values := states[i].Values()
			changed, _ := f.env.Profile(f.kind, values.Text("id"))
			values["modified_on"] = changed["modified_on"]
			states[i].Value = f.env.Protocol(t).Object(t, f.resourceType, values)
		}
		p := f.env.Protocol(t)
		warm(t, f.env, p, f.attribute)
		from := len(f.env.Requests())
		after := make([]acctest.State, len(states))
		var group sync.WaitGroup
		for i, state := range states {
			group.Go(func() { after[i] = refresh(t, p, f.resourceType, state) })
		}
		group.Wait()
		collection := "GET /rest/profile/" + string(f.kind)
		wantRequests(t, f.env, from, collection, collection+"/"+states[7].Values().Text("id"), collection+"/"+states[8].Values().Text("id"))
		for i, state := range after {
			f.checkState(t, state)
			planned, warning := noChange, ""
			if i == 7 || i == 8 {
				planned, warning = "null", fmt.Sprintf("F of %s profile \"n%d\" was changed outside of Terraform", f.noun(), i)
			}
			f.wantPlan(t, state, f.config(with(writeOnly(secretA), "name", fmt.Sprint("n", i))), planned, warning)
		}
	})
}

// A refresh shows a changed value once by GET. After it, the list confirms the new hash.
func TestWriteOnly_Refresh_AfterChange_ListServesRead(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		f.change(t, state, byHand)
		state = f.refresh(t, state, true)
		p := f.env.Protocol(t)
		warm(t, f.env, p, f.attribute)
		from := len(f.env.Requests())
		again := refresh(t, p, f.resourceType, state)
		wantRequests(t, f.env, from, "GET /rest/profile/"+string(f.kind))
		if string(again.Private) != string(state.Private) || !again.Value.Equal(state.Value) {
			t.Errorf("the second refresh changes the state: %s and %s", state.Private, again.Private)
		}
	})
}

// A response without the field says nothing about its value.
func TestWriteOnly_Refresh_ResponseLacksField_KeepsHash(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
			response := profileJSON(fmt.Sprintf(`,%q:%q`, f.name, secretA))
			switch {
			case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, string(f.kind)):
				response = `{"success":true,"payload":[]}`
			case r.Method == http.MethodGet:
				response = strings.Replace(response, fmt.Sprintf("%q:", f.name), `"another_field":`, 1)
			}
			respond(w, http.StatusOK, response)
		})
		config := f.config(writeOnly(secretA))
		planned, diags := p.Plan(t, f.resourceType, acctest.State{}, config)
		acctest.NoDiagnostics(t, diags)
		created, diags := f.apply(t, p, acctest.State{}, planned, config)
		acctest.NoDiagnostics(t, diags)
		state := refresh(t, p, f.resourceType, created)
		f.checkState(t, state)
		if diff := cmp.Diff(privateHashes(t, created), privateHashes(t, state)); diff != "" {
			t.Error(diff)
		}
		f.wantPlan(t, state, config, noChange, "")
	})
}

// A profile that is replaced or deleted needs no value.
func TestWriteOnly_Delete_NeedsNoValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		config := f.config(versioned(secretA, 1))
		state := f.converge(t, acctest.State{}, config)
		p := f.env.Protocol(t)
		planned, diags := p.Plan(t, f.resourceType, state, nil)
		acctest.NoDiagnostics(t, diags)
		deleted, diags := p.Apply(t, f.resourceType, state, planned, nil)
		acctest.NoDiagnostics(t, diags)
		if !deleted.Value.IsNull() || len(f.env.Profiles(f.kind)) > 0 {
			t.Errorf("the state is %v", deleted.Values())
		}
		replaced := f.converge(t, acctest.State{}, config)
		if got := f.stored(t, replaced); got != secretA {
			t.Errorf("the API stores %v", got)
		}
		f.wantPlan(t, f.refresh(t, replaced, false), config, noChange, "")
	})
}
