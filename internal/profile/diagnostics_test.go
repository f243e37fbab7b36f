// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// brokenAPI is an API that fails in one way.
type brokenAPI struct {
	// respond responds to every request.
	respond http.HandlerFunc
	// url returns a base_url where no API is. It replaces respond.
	url func(*testing.T) string
}

func rejects(status int, message string) brokenAPI {
	return brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
		answer(w, status, `{"success":false,"message":"`+message+`","status":400}`)
	}}
}

func showsPage(status int) brokenAPI {
	return brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<h1>Oops</h1>"))
	}}
}

// call is one call of Terraform about the profile "a".
type call struct {
	summary string
	run     func(*testing.T, *acctest.Protocol) []*tfprotov6.Diagnostic
}

var (
	reading  = call{`Could not read messaging profile "a"`, read}
	listing  = call{`Could not list messaging profiles`, list}
	finding  = call{`Could not find messaging profile "UUID"`, find}
	updating = call{`Could not update messaging profile "a"`, update}
	deleting = call{`Could not delete messaging profile "a"`, remove}
)

func at(url string) brokenAPI { return brokenAPI{url: func(*testing.T) string { return url }} }

// emptyAPI is an API without profiles.
var emptyAPI = notFoundBeside(func(w http.ResponseWriter) { answer(w, http.StatusOK, `{"success":true,"payload":[]}`) })

// notFoundBeside returns an API that finds no profile. list responds to lists.
func notFoundBeside(list func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "messaging") {
			list(w)
			return
		}
		answer(w, http.StatusNotFound, `{"success":false,"message":"No such profile"}`)
	}
}

// TestDiagnostics_FailedRequest_Text is the specification of the whole text of an error:
// cause, effect and next step. API and UUID stand for the address of the API and the id of
// the profile.
func TestDiagnostics_FailedRequest_Text(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		api  brokenAPI
		call call
		// cause is the first paragraph of the detail. rest is the effect and the next step.
		cause, rest string
	}{
		{
			"401: the token is not accepted", rejects(401, "Unauthorized"), reading,
			`The API at API rejected the credentials from the provider's attribute token: read messaging profile (GET API/profile/messaging/UUID): the API responded with status 401: Unauthorized.`,
			`The profile is still in the state. Check that the token is one for API and has not expired: OpenTact tokens are valid for a day.`,
		},
		{
			"403: the token may not do this", rejects(403, "Forbidden"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 403: Forbidden.`,
			`The profile is still in the state. The token is valid but lacks the right to do this: ask the account's administrator for it.`,
		},
		{
			"404: the profile is gone, and an update comes too late", brokenAPI{respond: emptyAPI}, updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 404: No such profile.`,
			`Nothing was changed. The profile was deleted by somebody else. The next plan will propose to create it anew.`,
		},
		{
			"404: nothing is there, so the path is wrong, and an update shows it first", rejects(404, "Not found"), updating,
			`List messaging profiles (GET API/profile/messaging): unexpected response with status 404: neither the profile nor its collection is found, so the path in base_url is wrong.`,
			`Nothing was changed. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: what a data source looks for is not there", brokenAPI{respond: emptyAPI}, finding,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 404: No such profile.`,
			`No such profile is in the account that the token belongs to. Check the id, the token and the provider's base_url.`,
		},
		{
			"404: nothing is there, so the path is wrong", rejects(404, "Not found"), reading,
			`List messaging profiles (GET API/profile/messaging): unexpected response with status 404: neither the profile nor its collection is found, so the path in base_url is wrong.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: the profile is not found, and a firewall blocks the list", brokenAPI{respond: notFoundBeside(func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusForbidden)
			})}, reading,
			`The API responded that the profile does not exist. The provider could not confirm this, because the list of profiles failed: ` +
				`list messaging profiles (GET API/profile/messaging): unexpected response with status 403: it is empty.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: a web server does not know the path", showsPage(404), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 404: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"409: there is a conflict", rejects(409, "Profile is used by 3 numbers"), deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): the API responded with status 409: Profile is used by 3 numbers.`,
			`Nothing was changed. Something in the account is in the way, or was changed at the same time: see the API's message, and run Terraform again.`,
		},
		{
			"400: a value is refused", rejects(400, "name is taken"), updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 400: name is taken.`,
			`Nothing was changed. Correct what the API's message names, and try again.`,
		},
		{
			"429: there were too many requests", rejects(429, "Too many requests"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 429: Too many requests.`,
			`The profile is still in the state. The API rejects requests because there are too many. Wait some minutes, or set the provider's requests_per_second to what the API allows.`,
		},
		{
			"500: the API fails", rejects(500, "Internal error"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 500: Internal error.`,
			`The profile is still in the state. The API, or a gateway in front of it, is failing and may recover: try again later. The provider's max_retries says how often it tries by itself.`,
		},
		{
			"500: the API fails at a write", rejects(500, "Internal error"), updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 500: Internal error.`,
			`The change may have been applied. Run terraform plan to check. The API, or a gateway in front of it, is failing and may recover: try again later. The provider's max_retries says how often it tries by itself.`,
		},
		{
			"502: a gateway fails", showsPage(502), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 502: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. The API, or a gateway in front of it, is failing and may recover: try again later. The provider's max_retries says how often it tries by itself.`,
		},
		{
			"a redirect", brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://www.example.com/login?next=secret", http.StatusFound)
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 302: a redirect to https://www.example.com, which is not followed; base_url must name the API itself.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"a sign-in page", showsPage(200), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 200: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check the provider's base_url (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"a delete that an API under maintenance does not carry out", brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					answer(w, http.StatusOK, `{"status":"maintenance"}`)
					return
				}
				answer(w, http.StatusOK, profileJSON(""))
			}}, deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): unexpected response with status 200: JSON without "success" (application/json, 24 bytes); ` +
				`a GET after it shows that the profile still exists.`,
			`The profile is still in the state. Run Terraform again. The API may be under maintenance, or another server may have responded.`,
		},
		{
			"a list from a cache", brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Age", "60")
				answer(w, http.StatusOK, `{"success":true,"payload":[]}`)
			}}, listing,
			`List messaging profiles (GET API/profile/messaging): the response can't be used: it is a copy from a cache: its Age is 1m0s.`,
			"A cache or proxy between Terraform and the API ignores `Cache-Control: no-cache`: exempt the API's host from it.",
		},
		{
			"time-out", brokenAPI{respond: func(_ http.ResponseWriter, r *http.Request) {
				select {
				case <-r.Context().Done():
				case <-time.After(time.Minute):
				}
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): no response: it took longer than request_timeout (1s): context deadline exceeded.`,
			`The profile is still in the state. If the API is merely slow, raise the provider's request_timeout.`,
		},
		{
			"DNS: there is no such host", at("https://" + strings.Repeat("a", 64) + ".example/rest"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check the provider's base_url (the default is https://api.opentact.org/rest), and that this machine can resolve the name of its host.`,
		},
		{
			"TLS: the certificate is not trusted", brokenAPI{url: func(t *testing.T) string {
				server := httptest.NewUnstartedServer(nil)
				server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
				server.StartTLS()
				t.Cleanup(server.Close)
				return server.URL
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check the provider's base_url (the default is https://api.opentact.org/rest). If a proxy here decrypts TLS, this machine has to trust its certificate authority.`,
		},
		{
			"TLS: there is none", brokenAPI{url: func(t *testing.T) string {
				server := httptest.NewServer(nil)
				t.Cleanup(server.Close)
				return "https" + strings.TrimPrefix(server.URL, "http")
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check the provider's base_url (the default is https://api.opentact.org/rest): what answers there does not speak TLS.`,
		},
		{
			"the connection is refused", brokenAPI{url: func(*testing.T) string {
				server := httptest.NewServer(nil)
				server.Close()
				return server.URL
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check the provider's base_url (the default is https://api.opentact.org/rest): nothing listens there, or a firewall is in the way.`,
		},
		{
			"the connection breaks off", brokenAPI{respond: func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): no response: the connection was closed before the response was complete.`,
			`The profile is still in the state. Check the provider's base_url (the default is https://api.opentact.org/rest) and that it can be reached from here.`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := ""
			if test.api.url != nil {
				url = test.api.url(t)
			} else {
				server := httptest.NewServer(test.api.respond)
				t.Cleanup(server.Close)
				url = server.URL
			}
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{
				"base_url": url, "token": "token", "max_retries": 0, "request_timeout": "1s", "retry_max_wait": "1ms",
			}))
			got := acctest.Describe(test.call.run(t, p))
			got = strings.NewReplacer(url, "API", uuid, "UUID").Replace(got)
			if test.api.url != nil { // what the system calls it differs from one to the next
				got = regexp.MustCompile(`the request could not be sent: .*`).ReplaceAllString(got, "the request could not be sent: …")
			}
			if want := "ERROR : " + test.call.summary + ": " + test.cause + "\n\n" + test.rest + "\n"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A read or a delete removes a profile that is not found from the state only if the
// response to a list comes from the API. Otherwise an error appears, and the state stays.
func TestResource_NotFound_CollectionDecides(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list   func(http.ResponseWriter)
		isKept bool
	}{
		"list":             {func(w http.ResponseWriter) { answer(w, http.StatusOK, `{"success":true,"payload":[]}`) }, false},
		"403":              {func(w http.ResponseWriter) { answer(w, http.StatusForbidden, `{"success":false,"message":"No"}`) }, false},
		"403 page":         {func(w http.ResponseWriter) { answer(w, http.StatusForbidden, `<h1>Blocked`) }, true},
		"401 with a token": {func(w http.ResponseWriter) { answer(w, http.StatusUnauthorized, `{"success":false,"message":"No"}`) }, true},
		"302":              {func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(http.StatusFound) }, true},
		"404":              {func(w http.ResponseWriter) { answer(w, http.StatusNotFound, `{"success":false,"message":"No"}`) }, true},
		"410":              {func(w http.ResponseWriter) { answer(w, http.StatusGone, `{"success":false,"message":"No"}`) }, true},
		"500": {func(w http.ResponseWriter) {
			answer(w, http.StatusInternalServerError, `{"success":false,"message":"No"}`)
		}, true},
		"page":        {func(w http.ResponseWriter) { answer(w, http.StatusOK, `<h1>Sign in`) }, true},
		"maintenance": {func(w http.ResponseWriter) { answer(w, http.StatusOK, `{"status":"maintenance"}`) }, true},
		"no response": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(notFoundBeside(test.list))
			t.Cleanup(server.Close)
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": server.URL, "token": "token", "max_retries": 0}))
			before := existing(t, p)
			read, readDiags := p.Read(t, messagingProfile, before)
			deleted, deleteDiags := p.Apply(t, messagingProfile, before, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
			for verb, after := range map[string]struct {
				state acctest.State
				diags []*tfprotov6.Diagnostic
			}{"read": {read, readDiags}, "delete": {deleted, deleteDiags}} {
				isKept := after.state.Value.Equal(before.Value)
				hasError := len(after.diags) == 1 && after.diags[0].Severity == tfprotov6.DiagnosticSeverityError
				if isKept != test.isKept || hasError != test.isKept || !isKept && !after.state.Value.IsNull() {
					t.Errorf("%s: the state is %v: %s", verb, after.state.Values(), acctest.Describe(after.diags))
				}
			}
		})
	}
}

// existing is the state of a profile named a.
func existing(t *testing.T, p *acctest.Protocol) acctest.State {
	t.Helper()
	return acctest.State{Value: p.Object(t, messagingProfile, acctest.Values{"id": uuid, "name": "a"})}
}

func read(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.Read(t, messagingProfile, existing(t, p))
	return diags
}

func find(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"id": uuid})
	return diags
}

func list(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.ReadDataSource(t, messagingProfile+"s", nil)
	return diags
}

func update(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	config := acctest.Values{"name": "b"}
	planned, diags := p.Plan(t, messagingProfile, existing(t, p), config)
	acctest.NoDiagnostics(t, diags)
	_, diags = p.Apply(t, messagingProfile, existing(t, p), planned, config)
	return diags
}

func remove(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.Apply(t, messagingProfile, existing(t, p), acctest.State{Value: p.Null(t, messagingProfile)}, nil)
	return diags
}
