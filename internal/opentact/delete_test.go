// SPDX-License-Identifier: MPL-2.0

package opentact_test

import "testing"

func TestCollection_Delete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		want  string // in the error; "" if the profile is deleted
	}{
		{"object", success(`{}`), ""},
		{"profile", success(profileA), ""},
		{"leases", success(`[{"uuid":"` + uuidB + `","messaging_profile":` + profileA + `}]`), ""},
		{"no content", reply{status: 204}, ""},
		{"empty body", reply{status: 200}, ""},
		{"white space", reply{status: 200, body: " \n"}, ""},
		{"object without success", reply{status: 200, body: "{}"}, ""},
		{"success alone", reply{status: 202, body: `{"success":true}`}, ""},
		{"page with status 404", reply{status: 404, body: "<html>"}, "a body that is not the API's JSON"},
		{"page with status 200", reply{status: 200, body: "<html>"}, "a body that is not the API's JSON"},
		{"another profile", success(profileAWith(map[string]any{"uuid": uuidB})), "it describes another profile, " + uuidB},
		{"another profile in a lease", success(`[{"messaging_profile":` + profileAWith(map[string]any{"uuid": uuidB}) + `}]`), "it describes another profile, " + uuidB},
		{"in use", rejection(400, "Profile is in use"), "Profile is in use"},
		{"in use with status 200", rejection(200, "Profile is in use"), "Profile is in use"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.reply)
			err := a.messaging(t).Delete(t.Context(), knownA())
			if test.want != "" {
				wantErrorContains(t, err, test.want, "delete messaging profile")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// The first DELETE took effect, so the second one gets a 404.
func TestCollection_Delete_LostResponse_ThenNotFound_IsSuccess(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, reply{drop: true}, rejection(404, "Profile not found"), listOf())
	if err := a.messaging(t).Delete(t.Context(), knownA()); err != nil {
		t.Error(err)
	}
}
