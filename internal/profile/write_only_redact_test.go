// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// The message of the API may quote the value. The error shows at most the host of a URL.
func TestWriteOnly_RejectedUpdate_MessageIsRedacted(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			before, after acctest.Values
			shown         string
		}{
			{writeOnly(secretB), writeOnly(secretA), "(the value of " + f.name + ")"},
			{versioned(secretA, 1), versioned(secretA, 2), "(the value of " + f.name + ")"},
			{plain(secretB), versioned(secretA, 1), "(the value of " + f.name + ")"},
			{writeOnly(secretA), with(writeOnly(secretA), "name", "b"), "https://a.example"}, // the client doesn't know the value
		} {
			f := &secretField{attribute: f.attribute, env: f.env, mayShow: true}
			value := test.before["_wo"]
			if value == nil {
				value = test.before[""]
			}
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.Method {
				case http.MethodPatch:
					respond(w, http.StatusBadRequest, fmt.Sprintf(`{"success":false,"message":"no response from %[1]s","fields":{"params.%[2]s":{"message":"can't reach %[1]s"}}}`, secretA, f.name))
				case http.MethodGet:
					respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
				default:
					respond(w, http.StatusOK, profileJSON(fmt.Sprintf(`,%q:%q`, f.name, value)))
				}
			})
			planned, _ := p.Plan(t, f.resourceType, acctest.State{}, f.config(test.before))
			state, diags := f.apply(t, p, acctest.State{}, planned, f.config(test.before))
			acctest.NoDiagnostics(t, diags)
			planned, _ = p.Plan(t, f.resourceType, state, f.config(test.after))
			_, diags = f.apply(t, p, state, planned, f.config(test.after)) // checks that there is no secret
			acctest.WantError(t, diags, "", "can't reach "+test.shown, "no response from "+test.shown)
		}
	})
}
