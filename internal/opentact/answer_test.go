// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func wantInError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q:\n%v", text, err)
		}
	}
}

// TestUnusableAnswers lists what is not an answer of the API, and what is said
// of it. Each error names the operation.
func TestUnusableAnswers(t *testing.T) {
	t.Parallel()
	html := map[string]string{"Content-Type": "text/html; charset=utf-8"}
	for _, test := range []struct {
		name  string
		reply reply
		want  string
	}{
		{"a page", reply{status: 200, header: html, body: "<html>\n<h1>Sign in</h1>"}, `text/html; charset=utf-8, beginning "<html> <h1>Sign in</h1>"`},
		{"a page under 404", reply{status: 404, header: html, body: "<h1>Not found"}, `status 404 is not what the OpenTact API sends: it is not the API's JSON: text/html`},
		{"terminal escapes", reply{status: 200, header: html, body: "\x1b]0;title\x07\x1b[31mred\u202e"}, `beginning "]0;title [31mred"`},
		{"nothing", reply{status: 200}, "it is empty"},
		{"JSON that is no object", reply{status: 200, body: `[1]`}, "it is not the API's JSON"},
		{"a list without envelope", reply{status: 200, body: `[{"created_by":{"password":"s3cret"}}]`}, "application/json, an array of 1"},
		{"JSON behind a byte order mark", reply{status: 200, body: "\ufeff" + `{"token":"s3cret"}`}, "an object with the members [token]"},
		{"JSON behind a guard", reply{status: 200, body: `)]}',{"token":"s3cret"}`}, "an object with the members [token]"},
		{"the token in a page", reply{status: 403, header: html, body: "<p>X-Auth-Token: " + token}, "X-Auth-Token: (the token)"},
		{"the token in a redirect", reply{status: 302, header: map[string]string{"Location": "https://elsewhere.example/" + token}}, "https://elsewhere.example/(the token)"},
		{"no success", reply{status: 200, body: `{"payload":{"token":"s3cret"}}`}, `it is JSON without "success": application/json, an object with the members [payload]`},
		{"success of another type", reply{status: 200, body: `{"success":"true"}`}, "it is not the API's JSON"},
		{"success under 404", reply{status: 404, body: `{"success":true}`}, `status 404 is not what the OpenTact API sends: it says "success": true`},
		{"more than one object", reply{status: 200, body: `{"success":true,"payload":` + profileA + `}{}`}, "it is not the API's JSON"},
		{"no payload", reply{status: 200, body: `{"success":true}`}, "a profile was expected, found nothing"},
		{"null", ok(`null`), "a profile was expected, found null"},
		{"a string", ok(`"done"`), "a profile was expected, found a single JSON value"},
		{"an empty array", ok(`[]`), "a profile was expected, found an empty array"},
		{"an array of numbers", ok(`[1]`), "a profile was expected, found a single JSON value"},
		{"no uuid", ok(withA(map[string]any{"uuid": omitted})), "the profile has no uuid"},
		{"uuid of another form", ok(withA(map[string]any{"uuid": "17"})), `"17" is not a uuid`},
		{"uuid in capitals", ok(withA(map[string]any{"uuid": strings.ToUpper(uuidA)})), "is not a uuid"},
		{"uuid of another type", ok(withA(map[string]any{"uuid": 17})), "the profile's uuid is a single JSON value"},
		{"another profile", ok(withA(map[string]any{"uuid": uuidB})), "it is about another profile, " + uuidB},
		{"a redirect", reply{status: 301, header: map[string]string{"Location": "https://u:p@elsewhere.example/login?token=1"}}, "a redirect to https://elsewhere.example/login, which is not followed"},
		{"a redirect to nowhere", reply{status: 302}, "a redirect to an unreadable address"},
		{"too much", ok(`"` + strings.Repeat("x", 1<<20) + `"`), "it is larger than 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.reply)
			_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
			wantInError(t, err, test.want, "read messaging profile (GET "+a.URL+"/rest/profile/messaging/"+uuidA+")")
			if _, isAnswer := errors.AsType[*opentact.AnswerError](err); !isAnswer {
				t.Errorf("got a %T", err)
			}
			if opentact.IsGone(err) {
				t.Error("this is taken for the API's word that the profile is gone")
			}
			if len(a.log()) != 1 {
				t.Errorf("an answer is an answer, and yet there were %d requests", len(a.log()))
			}
			for _, secret := range []string{"s3cret", "u:p", "token=1", token} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows %q: %v", secret, err)
				}
			}
		})
	}
}

func TestAPIErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		reply  reply
		status int
		want   string
	}{
		{"refused under 200", refusal(200, "not today"), 200, "status 200 and an error: not today"},
		{"no message", reply{status: 400, body: `{"success":false}`}, 400, "no message given"},
		{"a message of another type", reply{status: 400, body: `{"success":false,"message":["a","b"]}`}, 400, "error: a, b"},
		{"an object as message", reply{status: 400, body: `{"success":false,"message":{"token":"s3cret"}}`}, 400, "an object with the members [token]"},
		{"a payload beside it", reply{status: 409, body: `{"success":false,"message":"No such route","payload":["x",{}]}`}, 409, "error: No such route"},
		{"control characters", refusal(400, "a\x1b[31m\nb"), 400, "error: a [31m b"},
		{"a long message", refusal(400, strings.Repeat("é", 5000)), 400, strings.Repeat("é", 500) + "…"},
		{"fields of another type", reply{status: 400, body: `{"success":false,"message":"bad","fields":7}`}, 400, "error: bad"},
		{"server error", refusal(500, "oops"), 500, "3 attempts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.reply)
			_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
			wantInError(t, err, test.want, "read messaging profile (GET ")
			apiErr, isAPI := errors.AsType[*opentact.APIError](err)
			if !isAPI || apiErr.Status != test.status || opentact.IsGone(err) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestAPIErrorDetails(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, reply{
		status: 400, header: map[string]string{"X-Request-Id": "r-1"},
		body: `{"success":false,"message":"Invalid","status":400,"fields":{"params.name":{"message":"too long"},"sticky_sender":"no","params.x":["y"]}}`,
	})
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(t.Context(), messagingFields{Named: named("a")})
	apiErr, isAPI := errors.AsType[*opentact.APIError](err)
	if !isAPI {
		t.Fatalf("got a %T: %v", err, err)
	}
	if apiErr.RequestID != "r-1" || apiErr.Fields["name"] != "too long" || apiErr.Fields["sticky_sender"] != "no" || apiErr.Fields["x"] != "y" {
		t.Errorf("got %#v", apiErr)
	}
	wantInError(t, err, "Invalid; name: too long; sticky_sender: no; x: y")
}

func TestRefusedCredentials(t *testing.T) {
	t.Parallel()
	a := newAPI(t, refusal(401, "Invalid token"))
	_, err := opentact.CollectionOf(a.client(t), &messaging).List(t.Context())
	wantInError(t, err, "the API at "+a.URL+"/rest refused the credentials, which came from the test", "Invalid token", "401")
	if _, isCredentials := errors.AsType[*opentact.CredentialsError](err); !isCredentials {
		t.Errorf("got a %T", err)
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the error shows the token: %v", err)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		want  string
	}{
		{"an object", ok(`{}`), ""},
		{"the profile", ok(profileA), ""},
		{"leases", ok(`[{"uuid":"` + uuidB + `","messaging_profile":` + profileA + `}]`), ""},
		{"no content", reply{status: 204}, ""},
		{"an empty body", reply{status: 200}, ""},
		{"white space", reply{status: 200, body: " \n"}, ""},
		{"an object without success", reply{status: 200, body: "{}"}, ""},
		{"success alone", reply{status: 202, body: `{"success":true}`}, ""},
		{"a page under 404", reply{status: 404, body: "<html>"}, "is not what the OpenTact API sends"},
		{"a page under 200", reply{status: 200, body: "<html>"}, "is not what the OpenTact API sends"},
		{"another profile", ok(withA(map[string]any{"uuid": uuidB})), "it is about another profile, " + uuidB},
		{"another profile in a lease", ok(`[{"messaging_profile":` + withA(map[string]any{"uuid": uuidB}) + `}]`), "it is about another profile, " + uuidB},
		{"in use", refusal(400, "Profile is in use"), "Profile is in use"},
		{"in use under 200", refusal(200, "Profile is in use"), "Profile is in use"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.reply)
			err := opentact.CollectionOf(a.client(t), &messaging).Delete(t.Context(), at(uuidA, messagingFields{}))
			if test.want != "" {
				wantInError(t, err, test.want, "delete messaging profile")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// A gateway may refuse the token as well, in words of its own, and the API may
// repeat it.
func TestRefusedCredentialsInOtherForms(t *testing.T) {
	t.Parallel()
	for _, answer := range []reply{
		{status: 401, body: "<h1>Unauthorized"},
		{status: 401, body: `{"message":"Unauthorized"}`},
		refusal(401, "token "+token+" has expired"),
	} {
		a := newAPI(t, answer)
		_, err := opentact.CollectionOf(a.client(t), &messaging).List(t.Context())
		wantInError(t, err, "refused the credentials, which came from the test", "401")
		if strings.Contains(err.Error(), token) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

// A 404 for the collection too is about the path, not the profile.
func TestGoneIsConfirmed(t *testing.T) {
	t.Parallel()
	gone := refusal(404, "Not found")
	list := "GET /rest/profile/messaging"
	for name, test := range map[string]struct {
		collection reply
		gone       bool
	}{
		"an empty collection":           {ok("[]"), true},
		"a collection with profiles":    {ok("[" + profileA + "]"), true},
		"a collection in pages":         {ok(`{"total":1,"data":[]}`), true},
		"a collection that fails":       {refusal(403, "No listing"), true},
		"no collection":                 {gone, false},
		"a page where it should be":     {reply{status: 404, body: "<h1>Not found"}, false},
		"a collection that is too busy": {refusal(503, "Busy"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, gone, test.collection)
			_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
			if opentact.IsGone(err) != test.gone || err == nil {
				t.Errorf("read: gone is %t, want %t: %v", opentact.IsGone(err), test.gone, err)
			}
			if got := a.log(); got[0] != get || got[1] != list {
				t.Errorf("requests: %v", got)
			}
			a = newAPI(t, gone, test.collection)
			err = opentact.CollectionOf(a.client(t), &messaging).Delete(t.Context(), at(uuidA, messagingFields{}))
			if test.gone && err != nil {
				t.Errorf("delete: %v", err)
			}
			if !test.gone {
				wantInError(t, err, "the path below base_url is wrong")
			}
		})
	}
}

func TestDeleteAfterALostAnswer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{drop: true}, refusal(404, "Profile not found"), ok("[]"))
	if err := opentact.CollectionOf(a.client(t), &messaging).Delete(t.Context(), at(uuidA, messagingFields{})); err != nil {
		t.Errorf("the first DELETE was carried out, the second says so: %v", err)
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, ok(profileA))
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	if _, err := profiles.Create(t.Context(), messagingFields{Named: named("a")}); err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Get(t.Context(), at(uuidA, messagingFields{})); err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]string{
		{"X-Auth-Token": token, "Accept": "application/json", "User-Agent": "test/1", "Content-Type": "application/json"},
		{"X-Auth-Token": token, "Accept": "application/json", "User-Agent": "test/1", "Content-Type": ""},
	} {
		for name, value := range want {
			if got := a.requests[i].header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", a.requests[i], name, got, value)
			}
		}
	}
}

func TestIDsNeverReachAURLUnchecked(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(profileA))
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	for _, id := range []string{"", "../account", "a", uuidA + "/x", strings.ToUpper(uuidA), uuidA + "\n"} {
		if _, err := profiles.Get(t.Context(), at(id, messagingFields{})); err == nil {
			t.Errorf("%q was accepted", id)
		}
		if err := profiles.Delete(t.Context(), at(id, messagingFields{})); err == nil {
			t.Errorf("%q was accepted", id)
		}
	}
	if len(a.log()) != 0 {
		t.Errorf("requests were made: %v", a.log())
	}
}

func TestUnusableClient(t *testing.T) {
	t.Parallel()
	reason := errors.New("not configured yet")
	profiles := opentact.CollectionOf(opentact.Unusable(reason), &messaging)
	_, err := profiles.Create(t.Context(), messagingFields{Named: named("a")})
	if !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown {
		t.Errorf("nothing was sent: %v", err)
	}
	if _, err := profiles.List(t.Context()); !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
}
