// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// cafe is a name in Unicode NFC. Terraform converts all text to this form.
const cafe = "Caf\u00e9"

// newNFDEmulator starts an emulator whose responses show text in NFD.
func newNFDEmulator(t *testing.T) (*emulator.Emulator, *opentact.Collection[messagingFields]) {
	t.Helper()
	api, client := newEmulatorWith(t, emulator.Options{Decompose: true})
	return api, opentact.CollectionOf(client, &messaging)
}

func TestCollection_Create_ResponseInNFD_IsNoMismatch(t *testing.T) {
	t.Parallel()
	_, profiles := newNFDEmulator(t)
	made, err := profiles.Create(t.Context(), messagingFields{Named: named(cafe)})
	if err != nil || made.Fields.ProfileName() != cafe {
		t.Errorf("got %q, %v", made.Fields.ProfileName(), err)
	}
}

// The client must not resend a create because the list shows the name in NFD.
func TestCollection_Create_LostResponse_ListInNFD_AdoptsProfile(t *testing.T) {
	t.Parallel()
	api, profiles := newNFDEmulator(t)
	inject(t, api, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
	made, err := profiles.Create(t.Context(), messagingFields{Named: named(cafe)})
	if err != nil || made.Ambiguous == nil || made.Resends != 0 {
		t.Errorf("got %+v, %v", made, err)
	}
	if stored := api.Profiles(emulator.MessagingProfile); len(stored) != 1 || stored[0]["uuid"] != made.UUID {
		t.Errorf("the API holds %v", stored)
	}
}

// A refresh needs three GETs and one list, even if the list shows names in NFD.
func TestCollection_Get_ListInNFD_ServesReads(t *testing.T) {
	t.Parallel()
	api, profiles := newNFDEmulator(t)
	var known []opentact.Profile[messagingFields]
	for i := range 40 {
		name := fmt.Sprint(cafe, i)
		uuid, err := api.Add(emulator.MessagingProfile, map[string]any{"name": name})
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, profileWith(uuid, messagingFields{Named: named(name)}))
	}
	for _, profile := range known {
		if got, err := profiles.Get(t.Context(), profile); err != nil || got.Fields.ProfileName() != profile.Fields.ProfileName() {
			t.Errorf("got %q, %v, want %q", got.Fields.ProfileName(), err, profile.Fields.ProfileName())
		}
	}
	if requests := len(api.Requests()); requests != 4 {
		t.Errorf("the client sent %d requests, want 4", requests)
	}
	list, err := profiles.List(t.Context())
	if err != nil || len(list) != 40 || list[0].Fields.ProfileName() != cafe+"0" {
		t.Errorf("got %d profiles, %v", len(list), err)
	}
}
