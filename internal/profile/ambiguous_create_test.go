// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const otherUUID = "22222222-2222-4222-8222-222222222222"

// create plans and applies a messaging profile.
func create(t *testing.T, p *acctest.Protocol, config acctest.Values) (acctest.State, []*tfprotov6.Diagnostic) {
	t.Helper()
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	return p.Apply(t, messagingProfile, acctest.State{}, planned, config)
}

// normalize describes diagnostics without the address of the API, which differs in each run.
func normalize(diags []*tfprotov6.Diagnostic) string {
	return regexp.MustCompile(`http://127\.0\.0\.1:\d+`).ReplaceAllString(strings.TrimSpace(acctest.Describe(diags)), "URL")
}

// TestCreate_AmbiguousOutcome_Text is the specification of the text for each way in which a
// create with an ambiguous outcome can end.
func TestCreate_AmbiguousOutcome_Text(t *testing.T) {
	t.Parallel()
	const noResponse = `The messaging profile "a" may or may not have been created. ` +
		`Create messaging profile (POST URL/profile/messaging): unexpected response with status 502: a body that is not the API's JSON (application/json, 4 bytes).` +
		"\n\nThe list of profiles does not show the outcome: "
	const address = "\n\nReplace opentact_messaging_profile.NAME with the address of this resource."
	const lookForIt = "Look for the profile in the OpenTact account, or with the data source opentact_messaging_profiles. " +
		"If it exists, import it before the next apply:\n\n  terraform import 'opentact_messaging_profile.NAME' UUID" + address
	const importOne = "\nIf one of these profiles is the right one, import it before the next apply:\n\n"
	const checkOthers = "\n\nAnother provider alias, workspace or person may create equal profiles at the same time. " +
		"To find out whether another resource manages a profile, run this in each configuration and workspace that uses the account:\n\n  terraform state list -id=" + uuid
	const adopted = `WARNING : Adopted messaging profile "a" after an ambiguous create: The response to the create request was lost or unusable.` + "\n\n" +
		`The list shows profile ` + uuid + `, which has this name and these values. No other resource of this provider configuration manages it, so it is in the state now.`
	const errorPrefix = `ERROR : Could not create messaging profile "a": `

	mine := strings.TrimSuffix(strings.TrimPrefix(profileJSON(`"sticky_sender":true,"created_on":"2026-11-25T12:00:30Z"`), `{"success":true,"payload":`), "}")
	sameSecond, older := strings.ReplaceAll(mine, "12:00:30Z", "12:00:00Z"), strings.ReplaceAll(mine, "12:00:30Z", "11:59:59Z")
	other := strings.ReplaceAll(mine, `"sticky_sender":true`, `"sticky_sender":false`)
	second := strings.ReplaceAll(mine, uuid, otherUUID)
	changed := strings.ReplaceAll(strings.ReplaceAll(mine, `"callback_url":null`, `"callback_url":"https://u:s3cret@b.example"`), `"sticky_sender":true`, `"sticky_sender":false`)
	for name, test := range map[string]struct {
		status int
		body   string
		// lists are the payloads of the lists: that of the plan, which is the baseline unless it fails, and those after it.
		lists    []string
		callback any
		want     string
		created  bool
	}{
		"the profile is found": {
			status: 502, body: "<h1>", lists: []string{"[]", "[" + mine + "]"}, created: true,
			want: adopted + checkOthers + "\n\n" +
				`Create messaging profile (POST URL/profile/messaging): unexpected response with status 502: a body that is not the API's JSON (application/json, 4 bytes).`,
		},
		"201 without a body": {
			status: 201, lists: []string{"[]", "[" + mine + "]"}, created: true,
			want: adopted + checkOthers + "\n\n" +
				`Create messaging profile (POST URL/profile/messaging): unexpected response with status 201: it is empty.`,
		},
		"the profile is found, created in the second of the first list": {
			status: 502, body: "<h1>", lists: []string{"[]", "[" + sameSecond + "]"}, created: true,
			want: adopted + " The times in the API's responses do not show whether it is older than the request." + checkOthers + "\n\n" +
				`Create messaging profile (POST URL/profile/messaging): unexpected response with status 502: a body that is not the API's JSON (application/json, 4 bytes).`,
		},
		"the profile is older than the first list": {
			status: 502, body: "<h1>", lists: []string{"[]", "[" + older + "]"},
			want: errorPrefix + noResponse + "a profile has this name and the values that were sent, but its created_on is before the first list: it is older, or the clocks of the API differ.\n\n" +
				uuid + ": its created_on (2026-11-25T11:59:59Z) is before the first list (2026-11-25T12:00:00Z)\n" +
				importOne + "  terraform import 'opentact_messaging_profile.NAME' " + uuid + address + checkOthers,
		},
		"the response holds a profile with another name": {
			status: 200, body: strings.ReplaceAll(profileJSON(`"created_on":"2026-11-25T12:00:30Z"`), `"name":"a"`, `"name":"b"`), lists: []string{"[]"},
			want: errorPrefix + `The messaging profile "a" may or may not have been created. Create messaging profile (POST URL/profile/messaging): ` +
				`unexpected response: it describes profile ` + uuid + `, which has another name.` +
				"\n\nThe list of profiles does not show the outcome: no new profile has this name, and the provider does not resend a request after such a response.\n\n" +
				uuid + `: name is "b", but was sent as "a"; sticky_sender is false, but was sent as true` + "\n" +
				importOne + "  terraform import 'opentact_messaging_profile.NAME' " + uuid + address + checkOthers,
		},
		"the response holds an existing profile": {
			status: 200, body: profileJSON(""), lists: []string{"[" + other + "]"},
			want: errorPrefix + `The messaging profile "a" may or may not have been created. Create messaging profile (POST URL/profile/messaging): ` +
				`unexpected response: it describes profile ` + uuid + `, which existed before.` +
				"\n\nThe list of profiles does not show the outcome: no new profile has this name, and the provider does not resend a request after such a response.\n\n" +
				"Do not import " + uuid + ". The response holds this profile, but the request did not create it.\n\n" + strings.Replace(lookForIt, "the profile", "another profile with this name", 1),
		},
		"the list fails": {
			status: 502, body: "<h1>", lists: []string{"[]", ""},
			want: errorPrefix + noResponse + "the list could not be read: list messaging profiles (GET URL/profile/messaging): " +
				"unexpected response with status 200: it is empty.\n\n" + lookForIt,
		},
		"the list before the create failed": {
			status: 502, body: "<h1>", lists: []string{"", "", "[" + mine + "]"},
			want: errorPrefix + noResponse + "it is not known which profiles are new, because the list before the first create could not be read: " +
				"list messaging profiles (GET URL/profile/messaging): unexpected response with status 200: it is empty.\n\n" +
				uuid + "\n" + importOne + "  terraform import 'opentact_messaging_profile.NAME' " + uuid + address + checkOthers,
		},
		"two new profiles match": {
			status: 502, body: "<h1>", lists: []string{"[]", "[" + mine + "," + second + "]"},
			want: errorPrefix + noResponse + "2 new profiles have this name and the values that were sent, and only 1 of these requests had an ambiguous outcome.\n\n" +
				uuid + "\n" + otherUUID + "\n" + importOne +
				"  terraform import 'opentact_messaging_profile.NAME' " + uuid + "\n  terraform import 'opentact_messaging_profile.NAME' " + otherUUID + address + checkOthers + "\n  terraform state list -id=" + otherUUID,
		},
		"a candidate has other values": {
			status: 502, body: "<h1>", lists: []string{"[]", "[" + changed + "]"}, callback: "https://u:s3cret@a.example/x",
			want: errorPrefix + noResponse + "a profile that the first list did not show has this name and other values than were sent.\n\n" +
				uuid + ": callback_url is a sensitive value of 26 characters, but was sent as a sensitive value of 28 characters; " +
				"sticky_sender is false, but was sent as true\n" + importOne + "  terraform import 'opentact_messaging_profile.NAME' " + uuid + address + checkOthers,
		},
		"there is none": {
			status: 502, body: "<h1>", lists: []string{"[]"},
			want: errorPrefix + noResponse + "no new profile has this name, and the create was tried as often as max_retries (0) allows.\n\n" + lookForIt,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listed := 0
			date := time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					date = date.Add(30 * time.Second)
				}
				w.Header().Set("Date", date.Format(http.TimeFormat))
				switch {
				case r.Method == http.MethodPost:
					respond(w, test.status, test.body)
				case test.lists[min(listed, len(test.lists)-1)] == "":
					listed++
				default:
					respond(w, http.StatusOK, `{"success":true,"payload":`+test.lists[min(listed, len(test.lists)-1)]+`}`)
					listed++
				}
			})
			state, diags := create(t, p, acctest.Values{"name": "a", "sticky_sender": true, "callback_url": test.callback})
			if diff := cmp.Diff(test.want, normalize(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if created := state.Values() != nil; created != test.created || created && state.Values()["id"] != uuid {
				t.Errorf("the state is %v", state.Values())
			}
		})
	}
}

// An error names only the first of many candidates.
func TestCreate_ManyCandidates_NamesTen(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf(`{"uuid":"%08x-0000-4000-8000-000000000000","name":"a","sticky_sender":true,"callback_url":null}`, i))
	}
	lists := []string{"[]", "[" + strings.Join(many, ",") + "]"}
	p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			respond(w, http.StatusBadGateway, "<h1>")
			return
		}
		respond(w, http.StatusOK, `{"success":true,"payload":`+lists[0]+`}`)
		lists = lists[len(lists)-1:]
	})
	_, diags := create(t, p, acctest.Values{"name": "a", "sticky_sender": true})
	text := acctest.Describe(diags)
	if strings.Count(text, "terraform import") != 10 || len(text) > 5000 || !strings.Contains(text, "several profiles have this name") || !strings.Contains(text, "(these are the first 10 of 1000)") {
		t.Errorf("the error has %d bytes:\n%.6000s", len(text), text)
	}
}

// A resource does not adopt the profile that another resource of the process has adopted.
func TestCreate_CandidateOfAnotherResource_IsNotAdopted(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t, acctest.Values{"max_retries": 0})
	env.Inject(t, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
	env.Inject(t, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseBefore}}})
	first, diags := create(t, p, acctest.Values{"name": "a"})
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("got %s", acctest.Describe(diags))
	}
	second, diags := create(t, p, acctest.Values{"name": "a"})
	acctest.WantError(t, diags, "", `Could not create messaging profile "a"`,
		"does not show the outcome: no new profile has this name except those of other resources, "+first.Values().Text("id")+
			", and the create was tried as often as max_retries (0) allows.")
	if second.Values() != nil || len(env.Profiles(emulator.MessagingProfile)) != 1 {
		t.Errorf("the second is %v", second.Values())
	}
}

// The beginning of each warning about a create that was resent.
const (
	resent = "The outcome of a create request was ambiguous, and lists showed no new profile with this name and these values, " +
		"so the provider resent the request. "
	resentLater = " is in the state. If another profile with this name appears later, the API may have carried out the earlier request late. " +
		"If no other resource manages that profile (terraform state list -id=UUID), delete it or import it."
)

// Lists lag so much that the create is resent. Both profiles exist: one is in the state, and
// the warning names the other.
func TestCreate_ListsLag_NamesPossibleDuplicate(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	env.Inject(t, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
	env.Inject(t, emulator.Rule{Method: http.MethodGet, Path: "/profile/messaging", Skip: 1, Times: 2,
		Faults: []emulator.Fault{{Action: emulator.ActionLag, For: emulator.Duration(time.Hour)}}})
	state, diags := create(t, p, acctest.Values{"name": "a"})
	var duplicate string
	for _, profile := range env.Profiles(emulator.MessagingProfile) {
		if id, _ := profile["uuid"].(string); id != state.Values().Text("id") {
			duplicate = id
		}
	}
	want := `WARNING : Possible duplicates of messaging profile "a": ` + resent + state.Values().Text("id") + resentLater +
		"\n\nThese profiles have the same name and values, but another client may have created them: " + duplicate + ". Find out who manages them before you change them.\n\n" +
		"Another provider alias, workspace or person may create equal profiles at the same time. To find out whether another resource manages a profile, " +
		"run this in each configuration and workspace that uses the account:\n\n  terraform state list -id=" + duplicate +
		"\n\nCreate messaging profile (POST URL/rest/profile/messaging): no response: the connection was closed before the response was complete."
	if diff := cmp.Diff(want, normalize(diags)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// The times in the responses show which profiles the first request made.
func TestCreate_NewerProfile_NamesDuplicate(t *testing.T) {
	t.Parallel()
	stored := func(uuid, created string) string {
		return fmt.Sprintf(`{"uuid":%q,"name":"a","created_on":"2026-11-25T%sZ"}`, uuid, created)
	}
	const earlierUUID = "33333333-3333-4333-8333-333333333333"
	mine, duplicate, earlier := stored(uuid, "12:01:00"), stored(otherUUID, "12:00:30"), stored(earlierUUID, "11:59:59")
	posts, lists := 0, []string{"[]", "[]", "[]", "[" + earlier + "," + mine + "," + duplicate + "]"}
	date := time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posts++
			date = date.Add(30 * time.Second)
		}
		w.Header().Set("Date", date.Format(http.TimeFormat))
		switch {
		case r.Method == http.MethodPost && posts == 1:
			respond(w, http.StatusBadGateway, "<h1>")
		case r.Method == http.MethodPost || strings.HasSuffix(r.URL.Path, uuid):
			respond(w, http.StatusOK, `{"success":true,"payload":`+mine+`}`)
		default:
			respond(w, http.StatusOK, `{"success":true,"payload":`+lists[0]+`}`)
			lists = lists[1:]
		}
	}, acctest.Values{"max_retries": 1})
	_, diags := create(t, p, acctest.Values{"name": "a"})
	want := `WARNING : Duplicates of messaging profile "a": ` + resent + uuid + resentLater +
		"\n\nThe list shows more new profiles with the same name and values. No resource of this provider configuration manages them. " +
		"An earlier request probably created them. Delete them in the OpenTact account, or import them:" +
		"\n\n  terraform import 'opentact_messaging_profile.NAME' " + otherUUID +
		"\n\nAnother provider alias, workspace or person may create equal profiles at the same time. " +
		"To find out whether another resource manages a profile, run this in each configuration and workspace that uses the account:\n\n  terraform state list -id=" + otherUUID +
		"\n\nCreate messaging profile (POST URL/profile/messaging): unexpected response with status 502: a body that is not the API's JSON (application/json, 4 bytes)."
	if diff := cmp.Diff(want, normalize(diags)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// Terraform is interrupted before the create begins.
func TestCreate_InterruptedBefore_SendsNothing(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": "a"}
	planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
	from := len(env.Requests())
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	state, diags := p.WithContext(ctx).Apply(t, messagingProfile, acctest.State{}, planned, config)
	want := `ERROR : Could not create messaging profile "a": Create messaging profile (POST URL/rest/profile/messaging): interrupted before it was sent: context canceled.` +
		"\n\nNothing was created. Run Terraform again."
	if diff := cmp.Diff(want, normalize(diags)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if requests := env.Requests()[from:]; state.Values() != nil || len(requests) != 0 {
		t.Errorf("the state is %v after %d requests", state.Values(), len(requests))
	}
}

// Terraform stops while a create waits for the Retry-After of a response, or just before.
func TestCreate_StoppedDuringWait_Ends(t *testing.T) {
	t.Parallel()
	throttled := make(chan struct{}, 1)
	env := acctest.New(t, emulator.Options{OnRequest: func(r emulator.Request) {
		if r.Method == http.MethodPost {
			throttled <- struct{}{}
		}
	}})
	env.Inject(t, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 429, RetryAfter: 3600}}})
	p := env.Protocol(t, acctest.Values{"retry_max_wait": "10m"})
	stopped := make(chan error, 1)
	go func() {
		<-throttled
		stopped <- p.Stop(context.Background())
	}()
	state, diags := create(t, p, acctest.Values{"name": "a"})
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	acctest.WantError(t, diags, "", `Could not create messaging profile "a"`, "Nothing was created.")
	if state.Values() != nil || env.Counters().ByOperation["POST /profile/messaging"] != 1 {
		t.Errorf("the state is %v after %v", state.Values(), env.Counters().ByOperation)
	}
}

// TestWrites_EachFault shows the result of each write if the API or a gateway fails once.
func TestWrites_EachFault(t *testing.T) {
	t.Parallel()
	const (
		done      = "done"
		recovered = "Adopted messaging profile \"a\" after an ambiguous create"
		resending = "Resent the create of messaging profile \"a\""
		nothing   = "Nothing was c"
	)
	slow := emulator.Fault{Action: emulator.ActionDelay, For: emulator.Duration(time.Minute)} // longer than the client waits
	for name, test := range map[string]struct {
		fault emulator.Fault
		// The results, and how often each request is sent.
		create, update, remove string
		created, others        int
	}{
		"success is false": {emulator.Fault{Action: emulator.ActionReject}, nothing, nothing, nothing, 1, 1},
		"400":              {emulator.Fault{Action: emulator.ActionRespond, Status: 400}, nothing, nothing, nothing, 1, 1},
		"429":              {emulator.Fault{Action: emulator.ActionRespond, Status: 429}, done, done, done, 2, 2},
		"500":              {emulator.Fault{Action: emulator.ActionRespond, Status: 500}, resending, done, done, 2, 2},
		"502 as a page":    {emulator.Fault{Action: emulator.ActionPage, Status: 502}, resending, done, done, 2, 2},
		"404 as a page":    {emulator.Fault{Action: emulator.ActionPage, Status: 404}, nothing, nothing, nothing, 1, 1},
		"closed before":    {emulator.Fault{Action: emulator.ActionCloseBefore}, resending, done, done, 2, 2},
		"closed after":     {emulator.Fault{Action: emulator.ActionCloseAfter}, recovered, done, done, 1, 2},
		"cut short":        {emulator.Fault{Action: emulator.ActionCut}, recovered, done, done, 1, 2},
		"timeout":          {slow, recovered, done, done, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			afterPost := func() {}
			env := acctest.New(t, emulator.Options{OnRequest: func(r emulator.Request) {
				if r.Method == http.MethodPost {
					afterPost()
				}
			}})
			timeout := "30s"
			if test.fault.Action == emulator.ActionDelay {
				timeout = "2s" // enough for the other requests on a busy machine
				// The list after the timeout must show the profile, so it waits until the emulator has handled the POST.
				afterPost = env.Inject(t, emulator.Rule{
					Method: http.MethodGet, Path: "/profile/messaging", Skip: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}},
				}).Release
			}
			p := env.Protocol(t, acctest.Values{"max_retries": 1, "request_timeout": timeout})
			once := func(method string) {
				env.Inject(t, emulator.Rule{Method: method, Times: 1, Faults: []emulator.Fault{test.fault}})
			}
			check := func(method, want string, sent int, diags []*tfprotov6.Diagnostic) {
				t.Helper()
				switch want {
				case done:
					acctest.NoDiagnostics(t, diags)
				case recovered, resending:
					if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.HasPrefix(diags[0].Summary, want) {
						t.Errorf("%s: %s", method, acctest.Describe(diags))
					}
				default:
					acctest.WantError(t, diags, "", want)
				}
				if got := env.Counters().ByOperation; got[method+" /profile/messaging"]+got[method+" /profile/messaging/{uuid}"] != sent {
					t.Errorf("%s was not sent %d times: %v", method, sent, got)
				}
			}
			once(http.MethodPost)
			config := acctest.Values{"name": "a"}
			state, diags := create(t, p, config)
			check(http.MethodPost, test.create, test.created, diags)
			if existing := len(env.Profiles(emulator.MessagingProfile)); (state.Values() == nil) != (existing == 0) || existing > 1 {
				t.Fatalf("the state is %v, and there are %d profiles", state.Values(), existing)
			}
			if state.Values() == nil {
				state = p.Converge(t, messagingProfile, acctest.State{}, config)
			}

			once(http.MethodPatch)
			config = acctest.Values{"name": "b"}
			planned, _ := p.Plan(t, messagingProfile, state, config)
			state, diags = p.Apply(t, messagingProfile, state, planned, config)
			check(http.MethodPatch, test.update, test.others, diags)
			if stored := env.Profiles(emulator.MessagingProfile)[0]["name"]; state.Values()["name"] != stored {
				t.Errorf("the state is %v, the API stores %v", state.Values(), stored)
			}

			once(http.MethodDelete)
			state, diags = p.Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
			check(http.MethodDelete, test.remove, test.others, diags)
			if existing := len(env.Profiles(emulator.MessagingProfile)); (state.Values() == nil) != (existing == 0) {
				t.Errorf("the state is %v, and there are %d profiles", state.Values(), existing)
			}
		})
	}
}

// An error must not say that nothing was changed if an earlier attempt was ambiguous.
func TestWrites_ErrorAfterAmbiguousAttempt_Text(t *testing.T) {
	t.Parallel()
	const mayBeChanged = "The change may have been applied. Run terraform plan to check."
	const mayBeDeleted = "The profile may have been deleted. Run terraform plan to check."
	for name, next := range map[string]emulator.Fault{
		"403":      {Action: emulator.ActionRespond, Status: 403},
		"429":      {Action: emulator.ActionRespond, Status: 429},
		"rejected": {Action: emulator.ActionReject},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			p := env.Protocol(t, acctest.Values{"max_retries": 1})
			state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
			for _, method := range []string{http.MethodPatch, http.MethodDelete} {
				env.Inject(t, emulator.Rule{Method: method, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
				env.Inject(t, emulator.Rule{Method: method, Times: 1, Faults: []emulator.Fault{next}})
			}
			config := acctest.Values{"name": "b"}
			planned, _ := p.Plan(t, messagingProfile, state, config)
			state, diags := p.Apply(t, messagingProfile, state, planned, config)
			acctest.WantError(t, diags, "", `Could not update messaging profile "a"`, mayBeChanged)
			_, diags = p.Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
			acctest.WantError(t, diags, "", `Could not delete messaging profile "a"`, mayBeDeleted)
		})
	}
	t.Run("interrupted after it", func(t *testing.T) {
		t.Parallel()
		ctx, interrupt := context.WithCancel(t.Context())
		env := acctest.New(t, emulator.Options{OnRequest: func(r emulator.Request) {
			if r.Method == http.MethodDelete {
				interrupt()
			}
		}})
		p := env.Protocol(t, acctest.Values{"retry_max_wait": "10m"})
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
		env.Inject(t, emulator.Rule{Method: http.MethodDelete, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
		kept, diags := p.WithContext(ctx).Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		acctest.WantError(t, diags, "", `Could not delete messaging profile "a"`, mayBeDeleted)
		if kept.Values() == nil {
			t.Error("the state lost the profile")
		}
	})
	t.Run("login rejected after it", func(t *testing.T) {
		t.Parallel()
		env := acctest.New(t, emulator.Options{})
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{
			"base_url": env.URL, "email": emulator.DefaultEmail, "password": emulator.DefaultPassword, "retry_max_wait": "1ms",
		}))
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
		env.Inject(t, emulator.Rule{Method: http.MethodDelete, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
		env.Inject(t, emulator.Rule{Method: http.MethodDelete, Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
		env.Inject(t, emulator.Rule{Path: "/auth", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 401}}})
		_, diags := p.Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		acctest.WantError(t, diags, "", `Could not delete messaging profile "a"`, mayBeDeleted, "Check the e-mail address and the password.")
	})
	t.Run("never sent", func(t *testing.T) {
		t.Parallel()
		env := acctest.New(t, emulator.Options{})
		p := env.Protocol(t)
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		_, diags := p.WithContext(ctx).Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		acctest.WantError(t, diags, "", "Nothing was changed. Run Terraform again.")
	})
}

// A failed read keeps the state.
func TestRead_EachFault_KeepsState(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"404 as a page":    {Action: emulator.ActionPage, Status: 404},
		"502 as a page":    {Action: emulator.ActionPage, Status: 502},
		"500":              {Action: emulator.ActionRespond, Status: 500},
		"401":              {Action: emulator.ActionRespond, Status: 401},
		"success is false": {Action: emulator.ActionReject},
		"closed":           {Action: emulator.ActionCloseBefore},
		"cut short":        {Action: emulator.ActionCut},
		"timeout":          {Action: emulator.ActionDelay, For: emulator.Duration(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			timeout := "30s"
			if fault.Action == emulator.ActionDelay {
				timeout = "2s" // enough for the other requests on a busy machine
			}
			p := env.Protocol(t, acctest.Values{"max_retries": 1, "request_timeout": timeout})
			state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
			rule := env.Inject(t, emulator.Rule{Method: http.MethodGet, Faults: []emulator.Fault{fault}})
			kept, diags := p.Read(t, messagingProfile, state)
			acctest.WantError(t, diags, "", `Could not read messaging profile "a"`, "The profile is still in the state.")
			if diff := cmp.Diff(state.Values(), kept.Values()); diff != "" {
				t.Errorf("the state changed: %s", diff)
			}
			rule.Remove()
			kept, diags = p.Read(t, messagingProfile, state)
			acctest.NoDiagnostics(t, diags)
			if kept.Values() == nil {
				t.Error("the state lost the profile")
			}
		})
	}
}
