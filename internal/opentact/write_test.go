// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

const (
	post  = "POST /rest/profile/messaging "
	get   = "GET /rest/profile/messaging/" + uuidA
	patch = "PATCH /rest/profile/messaging/" + uuidA + " "
)

func weight(n int64) messagingFields {
	return messagingFields{Named: named("a"), TollFreeWeight: opentact.Value(n)}
}

// TestCreateIsJudgedByItsAnswer is rules 4, 9 and 10 of the contract: which
// requests follow a POST, and what comes of them.
func TestCreateIsJudgedByItsAnswer(t *testing.T) {
	t.Parallel()
	const (
		documented = `{"name":"a","toll_free_weight":7}`
		other      = `{"name":"a","tollfree_weight":7}`
		alone      = `{"tollfree_weight":7}`
	)
	seven := withA(map[string]any{"tollfree_weight": 7})
	lacking := withA(map[string]any{"tollfree_weight": omitted})
	named400 := reply{status: 400, body: `{"success":false,"message":"Invalid","fields":{"params.toll_free_weight":{"message":"unknown"}}}`}
	for _, test := range []struct {
		name     string
		replies  []reply
		requests []string
		want     opentact.Optional[int64]
		mismatch string
	}{
		{name: "stored as sent", replies: []reply{created(seven)}, requests: []string{post + documented}, want: opentact.Value[int64](7)},
		{name: "ignored, and heeded under the other spelling", replies: []reply{created(profileA), ok(seven)},
			requests: []string{post + documented, patch + alone}, want: opentact.Value[int64](7)},
		{name: "refused by field, and heeded under the other spelling", replies: []reply{named400, created(seven)},
			requests: []string{post + documented, post + other}, want: opentact.Value[int64](7)},
		{name: "refused by message, and heeded under the other spelling", replies: []reply{refusal(400, "unknown field toll_free_weight"), created(seven)},
			requests: []string{post + documented, post + other}, want: opentact.Value[int64](7)},
		{name: "ignored under both", replies: []reply{created(profileA), ok(profileA)},
			requests: []string{post + documented, patch + alone}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "ignored, and refused under the other", replies: []reply{created(profileA), refusal(400, "unknown field tollfree_weight")},
			requests: []string{post + documented, patch + alone}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "missing, and found by a GET", replies: []reply{created(lacking), ok(seven)},
			requests: []string{post + documented, get}, want: opentact.Value[int64](7)},
		{name: "missing everywhere", replies: []reply{created(lacking), ok(lacking), refusal(400, "unknown field"), ok(lacking)},
			requests: []string{post + documented, get, patch + alone}, want: opentact.Value[int64](7)},
		{name: "missing, ignored, and heeded under the other", replies: []reply{created(lacking), ok(profileA), ok(lacking), ok(seven)},
			requests: []string{post + documented, get, patch + alone, get}, want: opentact.Value[int64](7)},
		{name: "all but the uuid missing", replies: []reply{created(`{"uuid":"` + uuidA + `"}`), ok(seven)},
			requests: []string{post + documented, get}, want: opentact.Value[int64](7)},
		{name: "missing, and the GET lags behind", replies: []reply{created(`{"uuid":"` + uuidA + `","name":"a","tollfree_weight":7}`), refusal(404, "Profile not found")},
			requests: []string{post + documented, get}, want: opentact.Value[int64](7)},
		{name: "missing, and the GET refused", replies: []reply{created(`{"uuid":"` + uuidA + `","name":"a","tollfree_weight":7}`), refusal(403, "no reading")},
			requests: []string{post + documented, get}, want: opentact.Value[int64](7)},
		{name: "refused by field, accepted under the other, and ignored there", replies: []reply{named400, created(profileA), ok(profileA)},
			requests: []string{post + documented, post + other, patch + `{"toll_free_weight":7}`}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "malformed", replies: []reply{created(withA(map[string]any{"tollfree_weight": "x"})), ok(withA(map[string]any{"tollfree_weight": "x"}))},
			requests: []string{post + documented, patch + alone}, want: opentact.Value[int64](7),
			mismatch: `toll_free_weight was sent as 7 and came back as "x", which is not of this field's type`},
		{name: "another field malformed", replies: []reply{created(withA(map[string]any{"tollfree_weight": 7, "sticky_sender": "x"}))},
			requests: []string{post + documented}, want: opentact.Value[int64](7),
			mismatch: `sticky_sender came back as "x", which is not of this field's type`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newCreateAPI(t, test.replies...)
			got, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
			if diff := cmp.Diff(test.requests, a.log()); diff != "" {
				t.Errorf("requests: %s", diff)
			}
			if got.UUID != uuidA || got.Fields.TollFreeWeight != test.want || got.Fields.ProfileName() != "a" {
				t.Errorf("got %+v", got)
			}
			if test.mismatch == "" && err != nil {
				t.Error(err)
			}
			if test.mismatch != "" {
				wantInError(t, err, "create messaging profile "+uuidA, test.mismatch)
				if _, isMismatch := errors.AsType[*opentact.MismatchError](err); !isMismatch {
					t.Errorf("got a %T", err)
				}
			}
		})
	}
}

// Both spellings refused means that the value is: the first answer is the one
// to show, and nothing was created.
func TestBothSpellingsRefused(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, refusal(400, "toll_free_weight is out of range"), refusal(400, "tollfree_weight is unknown"))
	got, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
	wantInError(t, err, "toll_free_weight is out of range")
	if got.UUID != "" || len(a.log()) != 2 {
		t.Errorf("got %+v after %v", got, a.log())
	}
}

// Refused for another reason under the other spelling, it is that reason which
// counts: nothing says that the value is bad.
func TestOtherSpellingRefusedForAnotherReason(t *testing.T) {
	t.Parallel()
	for status, message := range map[int]string{403: "no rights", 409: "there is one of this name", 429: "slow down"} {
		a := newCreateAPI(t, refusal(400, "toll_free_weight is unknown"), refusal(status, message))
		_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
		wantInError(t, err, message)
	}
}

// A value that is refused, and then ignored under a name that the API does not
// know: what it said of the value is not lost.
func TestRefusalIsToldWhereTheOtherSpellingIsIgnored(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, refusal(400, "toll_free_weight must be at most 5"), created(profileA), refusal(400, "toll_free_weight must be at most 5"))
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
	wantInError(t, err, "toll_free_weight was sent as 7 and came back as 1", "toll_free_weight must be at most 5")
}

// An answer that names something else, such as a lease, is none to believe: the
// profile may exist under another uuid.
func TestCreateThatNamesNoProfile(t *testing.T) {
	t.Parallel()
	for _, lease := range []string{
		`{"uuid":"` + uuidB + `","messaging_profile":"` + uuidA + `"}`,
		`{"uuid":"` + uuidB + `","messaging_profile":[` + profileA + `]}`,
		`{"uuid":"` + uuidB + `","tn":"+1"}`,
	} {
		a := newCreateAPI(t, created(lease), refusal(404, "Profile not found"))
		got, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
		if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); !unknown || got.UUID != "" {
			t.Errorf("%s: got %+v, %v", lease, got, err)
		}
	}
}

// A second POST whose answer is lost is as unknown as a first.
func TestOtherSpellingWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, refusal(400, "toll_free_weight is unknown"), reply{drop: true})
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
	if unknown, isUnknown := errors.AsType[*opentact.UnknownOutcomeError](err); !isUnknown || unknown.Name != "a" {
		t.Errorf("got %v", err)
	}
	if len(a.log()) != 2 {
		t.Errorf("requests: %v", a.log())
	}
}

func TestSpellingIsRemembered(t *testing.T) {
	t.Parallel()
	seven := withA(map[string]any{"tollfree_weight": 7})
	a := newCreateAPI(t, created(profileA), ok(seven), created(seven), ok(seven))
	client := a.client(t)
	for range 2 {
		if _, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := opentact.CollectionOf(client, &messaging).Update(t.Context(), at(uuidA, weight(1)), weight(7)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		post + `{"name":"a","toll_free_weight":7}`, patch + `{"tollfree_weight":7}`,
		post + `{"name":"a","tollfree_weight":7}`,
		patch + `{"tollfree_weight":7}`,
	}
	if diff := cmp.Diff(want, a.log()); diff != "" {
		t.Error(diff)
	}
}

// What was refused under one name is sent under the other from then on, and what
// is no longer heeded under that under the first again.
func TestSpellingIsLearnedAndUnlearned(t *testing.T) {
	t.Parallel()
	seven := withA(map[string]any{"tollfree_weight": 7})
	a := newCreateAPI(t, refusal(400, "toll_free_weight is unknown"), created(seven), created(profileA), ok(seven), created(seven))
	client := a.client(t)
	for range 3 {
		if _, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		post + `{"name":"a","toll_free_weight":7}`, post + `{"name":"a","tollfree_weight":7}`,
		post + `{"name":"a","tollfree_weight":7}`, patch + `{"toll_free_weight":7}`,
		post + `{"name":"a","toll_free_weight":7}`,
	}
	if diff := cmp.Diff(want, a.log()); diff != "" {
		t.Error(diff)
	}
}

// A spelling that was of no use is not remembered.
func TestSpellingThatDidNotHelpIsForgotten(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, created(profileA), ok(profileA), created(withA(map[string]any{"tollfree_weight": 7})))
	client := a.client(t)
	if _, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7)); err == nil {
		t.Error("no error")
	}
	if _, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7)); err != nil {
		t.Error(err)
	}
	if got := a.log()[2]; got != post+`{"name":"a","toll_free_weight":7}` {
		t.Errorf("the second create was %s", got)
	}
}

// Only a 400 says that a field is not known by its name.
func TestOtherErrorsThatNameAFieldAreFinal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 409, 422} {
		a := newCreateAPI(t, refusal(status, "toll_free_weight is not yours to set"))
		_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
		wantInError(t, err, "not yours to set")
		if len(a.log()) != 1 {
			t.Errorf("%d: requests: %v", status, a.log())
		}
	}
}

// If the request that tries the other spelling fails, the profile is there and
// the failure is told beside what is wrong with it.
func TestOtherSpellingThatCannotBeTried(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, created(profileA), reply{status: 502, body: "<h1>Bad Gateway"})
	got, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), weight(7))
	wantInError(t, err, "toll_free_weight was sent as 7 and came back as 1", "update messaging profile", "status 502")
	if got.UUID != uuidA {
		t.Errorf("got %+v", got)
	}
}

// Many creates at once learn the spelling without a race; each is judged by the
// spelling that it used itself.
func TestSpellingIsLearnedByManyAtOnce(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, ok(withA(map[string]any{"tollfree_weight": 7})))
	client := a.client(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			got, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7))
			if err != nil || got.Fields.TollFreeWeight != opentact.Value[int64](7) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	group.Wait()
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	full := messagingFields{
		Named: named("a"), CallbackURL: opentact.Value("https://a.example"),
		TollFreeWeight: opentact.Value[int64](1), StickySender: opentact.Value(false),
	}
	change := func(set func(*messagingFields)) messagingFields {
		f := full
		set(&f)
		return f
	}
	stored := withA(map[string]any{"callback_url": "https://a.example"})
	for _, test := range []struct {
		name     string
		to       messagingFields
		replies  []reply
		requests []string
	}{
		{name: "nothing", to: full, replies: []reply{ok(stored)}, requests: []string{get}},
		{name: "one field", to: change(func(f *messagingFields) { f.Name = opentact.Value("b") }),
			replies:  []reply{ok(withA(map[string]any{"name": "b"}))},
			requests: []string{patch + `{"name":"b"}`}},
		{name: "false and zero survive", to: change(func(f *messagingFields) {
			f.StickySender, f.TollFreeWeight = opentact.Value(true), opentact.Value[int64](0)
		}), replies: []reply{ok(withA(map[string]any{"sticky_sender": true, "tollfree_weight": 0}))},
			requests: []string{patch + `{"sticky_sender":true,"toll_free_weight":0}`}},
		{name: "a field of which nothing is said", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Optional[string]{} }),
			replies: []reply{ok(stored)}, requests: []string{get}},
		{name: "null unsets", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Null[string]() }),
			replies: []reply{ok(profileA)}, requests: []string{patch + `{"callback_url":null}`}},
		{name: "null is matched by any answer", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Null[string]() }),
			replies:  []reply{ok(withA(map[string]any{"callback_url": "https://default.example"}))},
			requests: []string{patch + `{"callback_url":null}`}},
		{name: "a null that was not heeded", to: change(func(f *messagingFields) { f.TollFreeWeight = opentact.Null[int64]() }),
			replies:  []reply{ok(profileA), ok(withA(map[string]any{"tollfree_weight": nil}))},
			requests: []string{patch + `{"toll_free_weight":null}`, patch + `{"tollfree_weight":null}`}},
		{name: "an & stays readable", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Value("https://a.example?b&c") }),
			replies:  []reply{ok(withA(map[string]any{"callback_url": "https://a.example?b&c"}))},
			requests: []string{patch + `{"callback_url":"https://a.example?b&c"}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.replies...)
			got, err := opentact.CollectionOf(a.client(t), &messaging).Update(t.Context(), at(uuidA, full), test.to)
			if err != nil || got.UUID != uuidA {
				t.Errorf("got %+v, %v", got, err)
			}
			if diff := cmp.Diff(test.requests, a.log()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The API may keep 32 bits of a number. What is the same at that precision is
// the value that was sent, or that is known already (rule 6).
func TestNumbersKeptIn32Bits(t *testing.T) {
	t.Parallel()
	limit := func(v float64) voiceFields {
		return voiceFields{Named: named("v"), DailySpendLimit: opentact.Value(v)}
	}
	answer := func(number string) reply {
		return ok(`{"uuid":"` + uuidA + `","created_on":"x","modified_on":"y","name":"v","daily_spend_limit":` + number + `}`)
	}
	const single = "0.10000000149011612" // what 0.1 is in 32 bits
	a := newCreateAPI(t, answer(single))
	profiles := opentact.CollectionOf(a.client(t), &voice)
	created, err := profiles.Create(t.Context(), limit(0.1))
	if err != nil || created.Fields != limit(0.1) {
		t.Errorf("create: got %+v, %v", created, err)
	}
	read, err := profiles.Get(t.Context(), at(uuidA, limit(0.1)))
	if err != nil || read.Fields != limit(0.1) {
		t.Errorf("read: got %+v, %v", read, err)
	}
	if fresh, err := profiles.Get(t.Context(), at(uuidA, voiceFields{})); err != nil || fresh.Fields != limit(0.10000000149011612) {
		t.Errorf("read without knowing: got %+v, %v", fresh, err)
	}
	if drifted, err := profiles.Get(t.Context(), at(uuidA, limit(0.2))); err != nil || drifted.Fields != limit(0.10000000149011612) {
		t.Errorf("read after a change: got %+v, %v", drifted, err)
	}
	updated, err := profiles.Update(t.Context(), at(uuidA, limit(0.2)), limit(0.1))
	if err != nil || updated.Fields != limit(0.1) {
		t.Errorf("update: got %+v, %v", updated, err)
	}
}

// The same holds for a field that an update did not send, and for one that the
// answers lack.
func TestUpdateKeepsWhatItDidNotSend(t *testing.T) {
	t.Parallel()
	before := voiceFields{Named: named("v"), DailySpendLimit: opentact.Value(0.1)}
	after := voiceFields{Named: named("w"), DailySpendLimit: opentact.Value(0.1)}
	const rest = `{"uuid":"` + uuidA + `","created_on":"x","modified_on":"y","name":"w"`
	for name, answer := range map[string]reply{
		"kept in 32 bits": ok(rest + `,"daily_spent_limit":0.10000000149011612}`),
		"lacking":         ok(rest + `}`),
	} {
		a := newAPI(t, answer)
		got, err := opentact.CollectionOf(a.client(t), &voice).Update(t.Context(), at(uuidA, before), after)
		if err != nil || got.Fields != after {
			t.Errorf("%s: got %+v, %v", name, got.Fields, err)
		}
	}
}

// A null is matched by any answer, but not by one of another type.
func TestNullThatCameBackMalformed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(withA(map[string]any{"sticky_sender": "x"})))
	_, err := opentact.CollectionOf(a.client(t), &messaging).Update(t.Context(), at(uuidA, messagingFields{Named: named("a"), StickySender: opentact.Value(true)}), messagingFields{Named: named("a"), StickySender: opentact.Null[bool]()})
	wantInError(t, err, `sticky_sender was sent as null and came back as "x", which is not of this field's type`)
}

// A read that lacks a field says nothing about it: what is known stays.
func TestReadKeepsWhatTheAnswerLacks(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(withA(map[string]any{"tollfree_weight": omitted, "sticky_sender": nil})))
	known := messagingFields{Named: named("old"), TollFreeWeight: opentact.Value[int64](5), StickySender: opentact.Value(true)}
	got, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, known))
	want := messagingFields{Named: named("a"), CallbackURL: opentact.Null[string](), TollFreeWeight: opentact.Value[int64](5), StickySender: opentact.Null[bool]()}
	if err != nil || got.Fields != want {
		t.Errorf("got %+v, %v", got.Fields, err)
	}

	a = newAPI(t, ok(withA(map[string]any{"created_on": omitted, "modified_on": omitted})))
	before := at(uuidA, known)
	before.CreatedOn, before.ModifiedOn = opentact.Value("then"), opentact.Value("later")
	got, err = opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), before)
	if err != nil || got.CreatedOn != before.CreatedOn || got.ModifiedOn != before.ModifiedOn {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadOfAMalformedField(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(withA(map[string]any{"sticky_sender": "yes", "callback_url": 7})))
	_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	wantInError(t, err, "read messaging profile "+uuidA, `sticky_sender came back as "yes"`, "callback_url came back as something that is not a string")

	// What is no value of any field may be anything, a user with a password included.
	a = newAPI(t, ok(withA(map[string]any{"sticky_sender": map[string]any{"password": "hunter2"}})))
	_, err = opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	if wantInError(t, err, "sticky_sender came back as an object with the members [password]"); err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// Callback URLs may carry credentials: no error shows one, whoever wrote it (rule 11).
func TestCallbackURLsAreConcealed(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/T0123-s3cret?k=s3cret&key=s3cret-key"
	planned := messagingFields{Named: named("a"), CallbackURL: opentact.Value(secret)}
	for name, answer := range map[string]reply{
		"stored otherwise":        created(withA(map[string]any{"callback_url": secret + "/"})),
		"stored in another field": created(withA(map[string]any{"name": "see " + secret, "callback_url": secret})),
		"in a field of a number":  created(withA(map[string]any{"tollfree_weight": secret, "callback_url": secret})),
		"refused with the value":  refusal(400, "callback_url "+secret+" is not reachable"),
		"cut in the middle of it": refusal(400, strings.Repeat("x", 490)+" "+secret),
		"in a field's message":    {status: 400, body: `{"success":false,"fields":{"params.callback_url":{"message":"` + secret + ` is bad"}}}`},
		"echoed by a page":        {status: 403, body: "<p>blocked: " + secret},
		"echoed as HTML":          {status: 403, body: "<p>blocked: " + html.EscapeString(secret)},
		"echoed as a parameter":   {status: 403, body: "<p>blocked: ?" + url.QueryEscape(secret)},
		"without its end":         refusal(400, "callback_url https://user:s3cret@hook.exam… is not reachable"),
		"without its scheme":      refusal(400, "user:s3cret@hook.example is not reachable"),
		"in capitals":             refusal(400, "HTTPS://user:s3cret@HOOK.EXAMPLE is not reachable"),
		"nothing but its query":   refusal(400, "no answer to ?k=s3cret&key=s3cret-key"),
		"nothing but its key":     refusal(400, "no answer to s3cret-key"),
		"nothing but its path":    refusal(400, "no route to /T0123-s3cret/"),
	} {
		a := newCreateAPI(t, answer)
		_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), planned)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		text := err.Error()
		if apiErr, isAPI := errors.AsType[*opentact.APIError](err); isAPI {
			text += apiErr.Fields["callback_url"]
		}
		if strings.Contains(text, "user:") || strings.Contains(text, "s3cret") {
			t.Errorf("%s: %s", name, text)
		}
	}
	for name, call := range map[string]func(*opentact.Collection[messagingFields]) error{
		"read": func(c *opentact.Collection[messagingFields]) error {
			_, err := c.Get(t.Context(), at(uuidA, planned))
			return err
		},
		"update of another field": func(c *opentact.Collection[messagingFields]) error {
			_, err := c.Update(t.Context(), at(uuidA, planned), messagingFields{Named: named("b")})
			return err
		},
		"delete": func(c *opentact.Collection[messagingFields]) error {
			return c.Delete(t.Context(), at(uuidA, planned))
		},
	} {
		a := newCreateAPI(t, refusal(409, secret+" is down"))
		if err := call(opentact.CollectionOf(a.client(t), &messaging)); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := newCreateAPI(t, created(withA(map[string]any{"callback_url": secret + "/"})))
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), planned)
	wantInError(t, err, "callback_url was sent as a value of 69 characters that is not shown here and came back as a value of 70 characters")
}

// The lists before a create, and after a lost one, may show the URL too.
func TestCallbackURLsAreConcealedInLists(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/"
	lost, failed := reply{status: 201, body: "lost"}, refusal(403, "row "+secret)
	for name, script := range map[string][]reply{
		"before": {failed, lost, list()},
		"after":  {list(), lost, failed},
	} {
		a := newAPI(t, script...)
		_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a"), CallbackURL: opentact.Value(secret)})
		if wantInError(t, err, "could not be read", "row (the value of callback_url)"); err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
