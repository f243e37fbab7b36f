// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// An import and a data source say that an id belongs to a profile of the other kind.
func TestOtherKind_IsNamed(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		for otherType, otherKind := range kindsByType {
			if otherType == resourceType {
				continue
			}
			env := acctest.New(t, emulator.Options{})
			p := env.Protocol(t)
			id := add(t, env, otherKind, map[string]any{"name": "a"})
			text := func(name string) string { return strings.ReplaceAll(strings.TrimPrefix(name, "opentact_"), "_", " ") }
			want := func(verb, effect string) string {
				return fmt.Sprintf("ERROR : Could not %s %s %q: The account has no %s with the id %s, but this is the id of another kind of profile: %s.\n\n%sUse %s instead of %s.\n",
					verb, text(resourceType), id, text(resourceType), id, text(otherType), effect, otherType, resourceType)
			}
			_, diags := p.ReadDataSource(t, resourceType, acctest.Values{"id": id})
			if got := acctest.Describe(diags); got != want("find", "") {
				t.Errorf("got\n%s\nwant\n%s", got, want("find", ""))
			}
			state, diags := p.Import(t, resourceType, id)
			acctest.NoDiagnostics(t, diags)
			_, diags = p.Read(t, resourceType, state)
			if got := acctest.Describe(diags); got != want("import", "Nothing was imported. ") {
				t.Errorf("got\n%s\nwant\n%s", got, want("import", "Nothing was imported. "))
			}

			// Without the error, the requests stay the same.
			own := add(t, env, kind, map[string]any{"name": "a"})
			before := len(env.Requests())
			state, _ = p.Import(t, resourceType, own)
			refresh(t, p, resourceType, refresh(t, p, resourceType, state))
			_, diags = p.ReadDataSource(t, resourceType, acctest.Values{"id": own})
			acctest.NoDiagnostics(t, diags)
			for _, request := range env.Requests()[before:] {
				if !strings.Contains(request.Path, "/"+string(kind)) {
					t.Errorf("unexpected request %s %s", request.Method, request.Path)
				}
			}
		}
	}
}

// If no kind has the id, the profile is not found. A data source and an import send one GET for
// the other kind. An error of this GET doesn't change the outcome. A refresh doesn't send it.
func TestOtherKind_NotFound(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"not found": http.StatusNotFound, "no permission": http.StatusForbidden, "failure": http.StatusInternalServerError} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var others []string
			own := 0
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/messaging/"+uuid) {
					own++
				}
				if strings.Contains(r.URL.Path, "outbound_voice") {
					others = append(others, r.Method+" "+r.URL.Path)
					respond(w, status, `{"success":false,"message":"No"}`)
					return
				}
				emptyAPI(w, r)
			})
			want := []string{"GET /profile/outbound_voice/" + uuid}
			acctest.WantError(t, find(t, p), "", "Could not find messaging profile", "404", "The account of the credentials has no such profile.")
			if !slices.Equal(others, want) || own != 1 {
				t.Errorf("data source: got the requests %q after %d of the own kind", others, own)
			}
			others = nil
			state, diags := p.Import(t, messagingProfile, uuid)
			acctest.NoDiagnostics(t, diags)
			if read := refresh(t, p, messagingProfile, state); read.Values() != nil {
				t.Errorf("import: the state is %v", read.Values())
			}
			if !slices.Equal(others, want) {
				t.Errorf("import: got the requests %q", others)
			}
			others = nil
			if refreshNotFound(t, p, messagingProfile, stateOf(t, p, uuid)); len(others) != 0 {
				t.Errorf("refresh: got the requests %q", others)
			}
		})
	}
}

// TestAccImport_Fails shows what Terraform prints, and that nothing is in the state.
func TestAccImport_Fails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault *emulator.Fault
		kind  emulator.Kind
		want  []string
	}{
		"503": {&emulator.Fault{Action: emulator.ActionRespond, Status: 503}, emulator.MessagingProfile,
			[]string{`Could not import messaging profile "ID"`, "status 503", "Nothing was imported.", "may recover"}},
		"other kind": {nil, emulator.OutboundVoiceProfile,
			[]string{`Could not import messaging profile "ID"`, "Nothing was imported. Use opentact_outbound_voice_profile instead of opentact_messaging_profile."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			w := acctest.NewWorkspace(t, env.Files(acctest.Block(messagingProfile, "test", acctest.Values{"name": "a"})))
			id := add(t, env, test.kind, map[string]any{"name": "a"})
			if test.fault != nil {
				env.Inject(t, emulator.Rule{Faults: []emulator.Fault{*test.fault}})
			}
			output, err := w.Command(t, "import", "-no-color", messagingProfile+".test", id).CombinedOutput()
			if err == nil {
				t.Fatalf("the import succeeded:\n%s", output)
			}
			text := strings.Join(strings.Fields(strings.ReplaceAll(string(output), "│", " ")), " ") // Terraform wraps lines
			for _, want := range test.want {
				if want = strings.ReplaceAll(want, "ID", id); !strings.Contains(text, want) {
					t.Errorf("Terraform does not print %q:\n%s", want, output)
				}
			}
			if states := stateList(t, w); states != "" {
				t.Errorf("the state has %s", states)
			}
		})
	}
}

// stateList returns the addresses in the state, or "" if there is no state.
func stateList(t *testing.T, w *acctest.Workspace) string {
	t.Helper()
	output, err := w.Command(t, "state", "list").Output()
	if err != nil {
		return ""
	}
	return string(output)
}
