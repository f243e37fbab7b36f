// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// list is the answer to a list.
func list(profiles ...string) reply { return ok("[" + strings.Join(profiles, ",") + "]") }

// asB is the same profile with another uuid.
func asB(profile string) string { return strings.ReplaceAll(profile, uuidA, uuidB) }

// TestLostAnswers is the table of what becomes of a create whose first answer
// does not arrive. The first list is the one before the create.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	lost := reply{drop: true}
	seven := withA(map[string]any{"tollfree_weight": 7})
	six := withA(map[string]any{"tollfree_weight": 6, "callback_url": "https://u:s3cret@a.example"})
	other := withA(map[string]any{"name": "other"})
	for _, test := range []struct {
		name    string
		posts   []reply
		lists   []reply
		retries int
		// callback is sent beside a weight of 7.
		callback opentact.Optional[string]
		// sent is how many POSTs are sent, listed how often is listed in all.
		sent, listed int
		uuid         string
		// reason is why the outcome stays unknown, candidates what may be it.
		reason     string
		candidates []opentact.Candidate
		surplus    []string
	}{
		{name: "it is listed", posts: []reply{lost}, lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "it is listed the second time", posts: []reply{lost}, lists: []reply{list(), list(), list(seven)}, sent: 1, listed: 3, uuid: uuidA},
		{name: "a gateway's error", posts: []reply{{status: 502, body: "<h1>Bad Gateway"}}, lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "the API's own failure", posts: []reply{refusal(500, "oops")}, lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "201 without a body", posts: []reply{{status: 201}}, lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "201 with a page", posts: []reply{{status: 201, body: "<p>Welcome"}}, lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "an answer that is cut short", posts: []reply{{status: 201, body: `{"success":true,"payload":` + seven + `}`, cut: true}},
			lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "an answer about a profile that does not exist", posts: []reply{created(`{"uuid":"` + uuidB + `"}`), refusal(404, "no such profile")},
			lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "a null was sent, and the API chose a value", callback: opentact.Null[string](), posts: []reply{lost},
			lists: []reply{list(), list(withA(map[string]any{"tollfree_weight": 7, "callback_url": "https://chosen.example"}))}, sent: 1, listed: 2, uuid: uuidA},
		{name: "an answer without a name, about a profile that cannot be read", posts: []reply{created(`{"uuid":"` + uuidB + `","tollfree_weight":7}`), refusal(403, "no reading")},
			lists: []reply{list(), list(seven)}, sent: 1, listed: 2, uuid: uuidA},
		{name: "an answer about a profile that was there before", posts: []reply{created(asB(seven))}, lists: []reply{list(asB(other)), list(asB(other), seven)},
			sent: 1, listed: 2, uuid: uuidA},
		{name: "it did not happen", retries: 1, posts: []reply{lost, created(seven)}, lists: []reply{list(), list(), list(), list(seven)},
			sent: 2, listed: 4, uuid: uuidA},
		{name: "it did not happen, and the next one is lost too", retries: 2, posts: []reply{lost, lost}, lists: []reply{list(), list(), list(), list(seven)},
			sent: 2, listed: 5, uuid: uuidA},
		{name: "both happened after all", retries: 1, posts: []reply{lost, created(seven)}, lists: []reply{list(), list(), list(), list(seven, asB(seven))},
			sent: 2, listed: 4, uuid: uuidA, surplus: []string{uuidB}},
		{name: "both happened after all, and both were lost", retries: 1, posts: []reply{lost, lost}, lists: []reply{list(), list(), list(), list(seven, asB(seven))},
			sent: 2, listed: 5, uuid: uuidA, surplus: []string{uuidB}},
		{name: "one that is alike was there before", retries: 1, posts: []reply{lost, created(seven)}, lists: []reply{list(asB(seven))},
			sent: 2, listed: 4, uuid: uuidA},
		{name: "the list shows fewer fields", posts: []reply{lost, ok(seven)}, lists: []reply{list(), list(`{"uuid":"` + uuidA + `","name":"a"}`)},
			sent: 1, listed: 2, uuid: uuidA},

		{name: "the list shows fewer fields, and a stranger", posts: []reply{lost, ok(six)}, lists: []reply{list(), list(`{"uuid":"` + uuidA + `","name":"a"}`)},
			sent: 1, listed: 2, reason: "a new profile has this name, and other values than were sent",
			candidates: []opentact.Candidate{{UUID: uuidA, Differences: []string{"toll_free_weight is 6, and was sent as 7"}}}},
		{name: "the list shows fewer fields, and more cannot be had", posts: []reply{lost, refusal(403, "no reading")}, lists: []reply{list(), list(`{"uuid":"` + uuidA + `","name":"a"}`)},
			sent: 1, listed: 2, reason: "the API answered with status 403 and an error: no reading"},
		{name: "it happened after all, so that the next one is refused", retries: 1, posts: []reply{lost, refusal(409, "there is one of this name")},
			lists: []reply{list(), list(), list(), list(seven)}, sent: 2, listed: 4, uuid: uuidA},
		{name: "the next one is refused, and none is found", retries: 1, posts: []reply{lost, refusal(400, "bad")}, lists: []reply{list()}, sent: 2, listed: 4,
			reason: "no new profile has this name, and when the request was sent again: create messaging profile (POST "},
		{name: "the next one is refused, and the list fails", retries: 1, posts: []reply{lost, refusal(400, "bad")},
			lists: []reply{list(), list(), list(), refusal(403, "no lists today")}, sent: 2, listed: 4, reason: "the list could not be read: "},
		{name: "a gateway gave up waiting", retries: 5, posts: []reply{{status: 504, body: "<h1>Gateway Timeout"}}, lists: []reply{list()}, sent: 1, listed: 3,
			reason: "no new profile has this name yet, and the API may still be working on it"},
		{name: "the API spells the name otherwise", retries: 5, posts: []reply{lost}, lists: []reply{list(), list(withA(map[string]any{"name": " A ", "tollfree_weight": 7}))},
			sent: 1, listed: 2, reason: "a new profile has this name, and other values than were sent",
			candidates: []opentact.Candidate{{UUID: uuidA, Differences: []string{`name is " A ", and was sent as "a"`}}}},
		{name: "it did not happen, and no more may be sent", posts: []reply{lost}, lists: []reply{list(), list(other)}, sent: 1, listed: 3,
			reason: "no new profile has this name, and it has been tried as often as max_retries (0) allows"},
		{name: "the list fails", posts: []reply{lost}, lists: []reply{list(), refusal(403, "no lists today")}, sent: 1, listed: 2,
			reason: "the list could not be read: list messaging profiles (GET "},
		{name: "the list fails the second time", posts: []reply{lost}, lists: []reply{list(), list(), refusal(403, "no lists today")}, sent: 1, listed: 3,
			reason: "the API answered with status 403 and an error: no lists today"},
		{name: "the first list failed", posts: []reply{lost}, lists: []reply{refusal(403, "no lists yet"), list(seven)}, sent: 1, listed: 2,
			reason:     "which profiles are new is not known, because the list before the first create could not be read: list messaging profiles",
			candidates: []opentact.Candidate{{UUID: uuidA}}},
		{name: "two new profiles match", posts: []reply{lost}, lists: []reply{list(), list(seven, asB(seven))}, sent: 1, listed: 2,
			reason:     "2 new profiles have this name and the values that were sent, and the answers to 1 such requests were lost",
			candidates: []opentact.Candidate{{UUID: uuidA}, {UUID: uuidB}}},
		{name: "a new profile has another value", callback: opentact.Value("https://a.example/b"), posts: []reply{lost}, lists: []reply{list(), list(six)}, sent: 1, listed: 2,
			reason: "a new profile has this name, and other values than were sent",
			candidates: []opentact.Candidate{{UUID: uuidA, Differences: []string{
				"callback_url is a value of 26 characters that is not shown here, and was sent as a value of 19 characters that is not shown here",
				"toll_free_weight is 6, and was sent as 7",
			}}}},
		{name: "a new profile shows no name", posts: []reply{lost, ok(withA(map[string]any{"name": omitted, "tollfree_weight": 7}))}, lists: []reply{list(), list(withA(map[string]any{"name": omitted, "tollfree_weight": 7}))}, sent: 1, listed: 2,
			reason: "a new profile has this name, and other values than were sent", candidates: []opentact.Candidate{{UUID: uuidA}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.posts...)
			a.lists = test.lists
			client := a.client(t, func(c *opentact.Config) { c.MaxRetries, c.RequestTimeout = test.retries, time.Second })
			planned := weight(7)
			planned.CallbackURL = test.callback
			made, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), planned)
			posts := 0
			for _, request := range a.requests {
				if request.method == http.MethodPost {
					posts++
				}
			}
			if posts != test.sent || a.listed != test.listed || made.UUID != test.uuid {
				t.Errorf("%d POSTs and %d lists, the profile is %q: %v", posts, a.listed, made.UUID, err)
			}
			if diff := cmp.Diff(test.surplus, made.Surplus); diff != "" {
				t.Errorf("surplus: %s", diff)
			}
			if test.reason == "" {
				if err != nil {
					t.Error(err)
				}
				if weight, _ := made.Fields.TollFreeWeight.Get(); weight != 7 {
					t.Errorf("the profile is %+v", made.Profile)
				}
				return
			}
			wantUnknown(t, err, test.reason, test.candidates...)
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a callback URL is shown: %v", err)
			}
		})
	}
}

// wantUnknown expects the outcome of a create to be unknown, for a reason.
func wantUnknown(t *testing.T, err error, reason string, candidates ...opentact.Candidate) {
	t.Helper()
	unknown, ok := errors.AsType[*opentact.UnknownOutcomeError](err)
	if !ok {
		t.Errorf("the outcome is not unknown: %v", err)
		return
	}
	if !strings.Contains(unknown.Reason, reason) {
		t.Errorf("the reason is %q, want %q", unknown.Reason, reason)
	}
	if diff := cmp.Diff(candidates, unknown.Candidates); diff != "" {
		t.Errorf("candidates: %s", diff)
	}
}

// A create tells whether its answer was lost, and whether it was sent again.
func TestCreationSaysHowItWasFound(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, created(profileA))
	made, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
	if err != nil || made.Lost != nil {
		t.Errorf("the API answered, and yet: %v, %v", made.Lost, err)
	}
	a = newAPI(t, reply{status: 502, body: "<h1>Bad Gateway"})
	a.lists = []reply{list(), list(profileA)}
	made, err = opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
	if err != nil {
		t.Fatal(err)
	}
	wantInError(t, made.Lost, "status 502", "create messaging profile (POST ")
}

// What this process has made and not deleted has to be in a list, or the list
// lags behind and says nothing about what it lacks.
func TestListsThatLackWhatWasCreated(t *testing.T) {
	t.Parallel()
	other := asB(withA(map[string]any{"name": "b"}))
	create := func(profiles *opentact.Collection[messagingFields], name string) error {
		_, err := profiles.Create(t.Context(), messagingFields{Named: named(name)})
		return err
	}
	t.Run("it lags", func(t *testing.T) {
		t.Parallel()
		a := newAPI(t, created(other), reply{drop: true})
		a.lists = []reply{list()}
		profiles := opentact.CollectionOf(a.client(t), &messaging)
		if err := create(profiles, "b"); err != nil {
			t.Fatal(err)
		}
		wantUnknown(t, create(profiles, "a"), "the list does not show what was certainly created before: "+uuidB)
	})
	t.Run("it was deleted", func(t *testing.T) {
		t.Parallel()
		a := newAPI(t, created(other), ok("{}"), reply{drop: true}, created(profileA))
		a.lists = []reply{list()}
		profiles := opentact.CollectionOf(a.client(t), &messaging)
		if err := errors.Join(create(profiles, "b"), profiles.Delete(t.Context(), at(uuidB, messagingFields{})), create(profiles, "a")); err != nil {
			t.Error(err)
		}
	})
	t.Run("it was gone already", func(t *testing.T) {
		t.Parallel()
		a := newAPI(t, created(other), refusal(404, "no such profile"), reply{drop: true}, created(profileA))
		a.lists = []reply{list()}
		profiles := opentact.CollectionOf(a.client(t), &messaging)
		if err := errors.Join(create(profiles, "b"), profiles.Delete(t.Context(), at(uuidB, messagingFields{})), create(profiles, "a")); err != nil {
			t.Error(err)
		}
	})
}

// The one profile that is new belongs to a sibling.
func TestProfileOfASiblingIsNotTaken(t *testing.T) {
	t.Parallel()
	a := newAPI(t, created(profileA), reply{drop: true})
	a.lists = []reply{list(), list(profileA)}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil {
		t.Fatal(err)
	}
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	wantUnknown(t, err, "no new profile has this name except those of other resources, "+uuidA+", and it has been tried as often as max_retries (0) allows")
	if made.UUID != "" {
		t.Errorf("took %s", made.UUID)
	}
}

// A profile of the same name that a sibling's lost POST accounts for is neither
// taken nor an obstacle.
func TestLostSiblingsOfTheSameName(t *testing.T) {
	t.Parallel()
	seven, three := withA(map[string]any{"tollfree_weight": 7}), asB(withA(map[string]any{"tollfree_weight": 3}))
	a := newAPI(t, reply{drop: true})
	// While the first is looked for, lists fail: its POST stays unsettled.
	a.lists = []reply{list(), refusal(403, "no"), list(seven, three)}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	_, err := profiles.Create(t.Context(), weight(7))
	wantUnknown(t, err, "no")
	made, err := profiles.Create(t.Context(), weight(3))
	if err != nil || made.UUID != uuidB {
		t.Errorf("got %q, %v", made.UUID, err)
	}
}

// That of a sibling with other values is not an obstacle either where there is no
// other.
func TestLostSiblingIsNoObstacle(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{drop: true})
	a.lists = []reply{list(), refusal(403, "no"), list(withA(map[string]any{"tollfree_weight": 7}))}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	_, err := profiles.Create(t.Context(), weight(7))
	wantUnknown(t, err, "no")
	_, err = profiles.Create(t.Context(), weight(3))
	wantUnknown(t, err, "no new profile has this name, and it has been tried as often as max_retries (0) allows")
}

// Of two profiles that match a create which sent little, it takes the one that the
// other create cannot have made.
func TestLostSiblingsThatSentMore(t *testing.T) {
	t.Parallel()
	seven, plain := withA(map[string]any{"tollfree_weight": 7}), asB(profileA)
	a := newAPI(t, reply{drop: true})
	a.lists = []reply{list(), refusal(403, "no"), list(seven, plain)}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	_, err := profiles.Create(t.Context(), weight(7))
	wantUnknown(t, err, "no")
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	if err != nil || made.UUID != uuidB {
		t.Errorf("got %q, %v", made.UUID, err)
	}
}

// A create that gave up leaves a lost POST behind. The next one of its kind
// names what that has made.
func TestSurplusOfASibling(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{drop: true})
	a.lists = []reply{list(), refusal(403, "no"), list(profileA, asB(profileA))}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	_, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	wantUnknown(t, err, "no")
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	if diff := cmp.Diff([]string{uuidB}, made.Surplus); err != nil || made.UUID != uuidA || diff != "" {
		t.Errorf("got %q, %v: %s", made.UUID, err, diff)
	}
}

// An answer about a profile that another create has is not one's own.
func TestAnswerAboutAProfileOfASibling(t *testing.T) {
	t.Parallel()
	a := newAPI(t, created(profileA))
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	a.script = []reply{list(), created(profileA), created(profileA), list(profileA)}
	if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil {
		t.Fatal(err)
	}
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	wantUnknown(t, err, "no new profile has this name except those of other resources, "+uuidA)
	wantInError(t, err, "it is about profile "+uuidA+", which belongs to another resource")
	if made.UUID != "" {
		t.Errorf("%s was given to both", made.UUID)
	}
}

// A list that lags shows what was deleted. It is not taken for what was lost.
func TestDeletedProfileIsNotTaken(t *testing.T) {
	t.Parallel()
	a := newAPI(t, created(profileA), ok("{}"), reply{drop: true})
	a.lists = []reply{list(), list(profileA)}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 0 }), &messaging)
	if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil {
		t.Fatal(err)
	}
	if err := profiles.Delete(t.Context(), at(uuidA, messagingFields{})); err != nil {
		t.Fatal(err)
	}
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	wantUnknown(t, err, "no new profile has this name, and")
	if made.UUID != "" {
		t.Errorf("took %s", made.UUID)
	}
}

// A create that was sent again says so, however well it ended.
func TestCreationSaysThatItWasSentAgain(t *testing.T) {
	t.Parallel()
	for name, lists := range map[string][]reply{
		"the last list is good": {list(), list(), list(), list(profileA)},
		"the last list fails":   {list(), list(), list(), refusal(403, "no")},
		"the last list lags":    {list()},
	} {
		a := newAPI(t, reply{drop: true}, created(profileA))
		a.lists = lists
		made, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
		if err != nil || made.Lost == nil || made.Repeats != 1 || made.Surplus != nil {
			t.Errorf("%s: %+v, %v", name, made, err)
		}
	}
}

// A profile that was set aside as surplus is not given to a later create.
func TestSurplusIsSetAside(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{drop: true}, created(profileA), reply{drop: true})
	a.lists = []reply{list(), list(), list(), list(profileA, asB(profileA))}
	profiles := opentact.CollectionOf(a.client(t, func(c *opentact.Config) { c.MaxRetries = 1 }), &messaging)
	made, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	if err != nil || cmp.Diff([]string{uuidB}, made.Surplus) != "" {
		t.Fatalf("surplus %v, %v", made.Surplus, err)
	}
	made, err = profiles.Create(t.Context(), messagingFields{Named: named("a")})
	wantUnknown(t, err, "no new profile has this name except those of other resources, "+uuidA)
	if made.UUID != "" {
		t.Errorf("took %s", made.UUID)
	}
}

// The list before the first create is asked for once, whatever comes of it, and
// not believed where the caller gave up.
func TestFirstListIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]reply{"read": list(), "refused": refusal(403, "no lists")} {
		a := newAPI(t, created(profileA))
		a.lists = []reply{first}
		profiles := opentact.CollectionOf(a.client(t), &messaging)
		for range 3 {
			if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil {
				t.Error(err)
			}
		}
		if a.listed != 1 {
			t.Errorf("%s: listed %d times", name, a.listed)
		}
	}
	a := newAPI(t, created(profileA))
	a.lists = []reply{list()}
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := profiles.Create(ended, messagingFields{Named: named("a")}); !errors.Is(err, context.Canceled) || a.listed != 0 {
		t.Errorf("got %v after %d lists", err, a.listed)
	}
	if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil || a.listed != 1 {
		t.Errorf("got %v after %d lists", err, a.listed)
	}
}

// Nobody who is not let in to list would be let in to create.
func TestCredentialsThatAreRefusedEndACreate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, created(profileA))
	a.lists = []reply{refusal(401, "who?")}
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
	if _, refused := errors.AsType[*opentact.CredentialsError](err); !refused || len(a.requests) != 0 {
		t.Errorf("got %v after %v", err, a.log())
	}
}
