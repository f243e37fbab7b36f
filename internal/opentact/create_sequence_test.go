// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// A list that lacks a profile which this process created lags. It can't prove that an
// ambiguous create made nothing.
func TestCollection_Create_ListLacksEarlierProfile(t *testing.T) {
	t.Parallel()
	earlier := asUUIDB(profileAWith(map[string]any{"name": "b"}))
	create := func(profiles *opentact.Collection[messagingFields], name string) error {
		_, err := profiles.Create(t.Context(), messagingFields{Named: named(name)})
		return err
	}
	t.Run("list lags", func(t *testing.T) {
		t.Parallel()
		a := newScriptedAPI(t, created(earlier), lost)
		a.lists = []reply{listOf()}
		profiles := a.messaging(t)
		if err := create(profiles, "b"); err != nil {
			t.Fatal(err)
		}
		wantAmbiguous(t, create(profiles, "a"), "the list does not show profiles that were created before: "+uuidB)
	})
	for name, deleted := range map[string]reply{"earlier profile was deleted": success("{}"), "earlier profile was not found": rejection(404, "no such profile")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, created(earlier), deleted, lost, created(profileA))
			a.lists = []reply{listOf()}
			profiles := a.messaging(t)
			if err := create(profiles, "b"); err != nil {
				t.Error(err)
			}
			if err := profiles.Delete(t.Context(), profileWith(uuidB, messagingFields{})); err != nil && !opentact.IsNotFound(err) {
				t.Error(err)
			}
			if err := create(profiles, "a"); err != nil {
				t.Error(err)
			}
		})
	}
}

// A list that lags may show a profile that this process deleted. No create adopts it.
func TestCollection_Create_DeletedProfileInList_IsNotAdopted(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, created(profileA), success("{}"), lost)
	a.lists = []reply{listOf(), listOf(profileA)}
	profiles := a.messaging(t, noRetries)
	if _, err := profiles.Create(t.Context(), namedA()); err != nil {
		t.Fatal(err)
	}
	if err := profiles.Delete(t.Context(), knownA()); err != nil {
		t.Fatal(err)
	}
	made, err := profiles.Create(t.Context(), namedA())
	wantAmbiguous(t, err, "no new profile has this name, and")
	if made.UUID != "" {
		t.Errorf("the create adopted %s", made.UUID)
	}
}

// An ambiguous create may have made a profile. If the next create of that name is
// ambiguous too, the client can't tell the profiles apart and names all candidates.
func TestCollection_Create_AfterAmbiguousCreate_NamesAllCandidates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lists      reply
		reason     string
		candidates []opentact.Candidate
	}{
		"two equal profiles": {
			listOf(profileA, asUUIDB(profileA)), "2 new profiles have this name and the values that were sent, and only 1 of these requests had an ambiguous outcome",
			[]opentact.Candidate{{UUID: uuidA}, {UUID: uuidB}},
		},
		"another value": {
			listOf(profileSeven), "a profile that the first list did not show has this name and other values than were sent",
			[]opentact.Candidate{{UUID: uuidA, Doubts: []string{"toll_free_weight is 7, but was sent as 1"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, lost)
			a.lists = []reply{listOf(), rejection(403, "no"), test.lists}
			profiles := a.messaging(t, noRetries)
			_, err := profiles.Create(t.Context(), fieldsWithWeight(1))
			wantAmbiguous(t, err, "no")
			_, err = profiles.Create(t.Context(), fieldsWithWeight(1))
			wantAmbiguous(t, err, test.reason, test.candidates...)
		})
	}
}
