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
		{"success alone", reply{status: 202, body: `{"success":true}`}, ""},
		{"page with status 404", reply{status: 404, body: "<html>"}, "a body that is not the API's JSON"},
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
			if got := len(a.requestLines()); got != 1 {
				t.Errorf("there were %d requests", got)
			}
		})
	}
}

// Any other 2xx is confirmed by a GET.
func TestCollection_Delete_AmbiguousSuccess_IsConfirmed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		want  string // in the error if the profile still exists
	}{
		{"no content", reply{status: 204}, "it is empty"},
		{"empty body", reply{status: 200}, "it is empty"},
		{"white space", reply{status: 200, body: " \n"}, "it is empty"},
		{"object without success", reply{status: 200, body: "{}"}, `JSON without "success"`},
		{"maintenance", reply{status: 200, body: `{"status":"maintenance"}`}, `JSON without "success"`},
		{"page", reply{status: 200, body: "<html>"}, "a body that is not the API's JSON"},
		{"another profile", success(profileAWith(map[string]any{"uuid": uuidB})), "it describes another profile, " + uuidB},
		{"another profile in a lease", success(`[{"messaging_profile":` + profileAWith(map[string]any{"uuid": uuidB}) + `}]`), "it describes another profile, " + uuidB},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.reply, rejection(404, "Profile not found"), listOf())
			if err := a.messaging(t).Delete(t.Context(), knownA()); err != nil {
				t.Error(err)
			}
			a = newScriptedAPI(t, test.reply, success(profileA))
			err := a.messaging(t).Delete(t.Context(), knownA())
			wantErrorContains(t, err, "delete messaging profile", test.want, "the profile still exists")
			if got := a.requestLines(); len(got) != 2 || got[1] != get {
				t.Errorf("requests: %v", got)
			}
		})
	}
}
