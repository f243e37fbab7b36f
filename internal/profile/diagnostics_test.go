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
		respond(w, status, `{"success":false,"message":"`+message+`","status":400}`)
	}}
}

// rejectsSilently rejects requests without a message. Its responses have the given header.
func rejectsSilently(header, value string) brokenAPI {
	return brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(header, value)
		respond(w, http.StatusBadRequest, `{"success":false}`)
	}}
}

// notHTTP responds with the greeting of an SSH server.
var notHTTP = brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(conn, "SSH-2.0-s3cret\r\n")
	_ = conn.Close()
}}

// returns responds with a body to each request.
func returns(body string) brokenAPI {
	return brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, body) }}
}

// returnsList responds with a list of one profile, which is the payload of the given body.
func returnsList(profile string) brokenAPI {
	payload := strings.TrimSuffix(strings.TrimPrefix(profile, `{"success":true,"payload":`), "}")
	return returns(`{"success":true,"payload":[` + payload + `]}`)
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
	reading       = call{`Could not read messaging profile "a"`, withID(read)}
	importing     = call{`Could not import messaging profile "UUID"`, readImported}
	listing       = call{`Could not list messaging profiles`, list}
	querying      = call{`Could not list messaging profiles`, query}
	finding       = call{`Could not find messaging profile "UUID"`, find}
	findingByName = call{`Could not find messaging profile "a"`, findByName}
	updating      = call{`Could not update messaging profile "a"`, withID(update)}
	deleting      = call{`Could not delete messaging profile "a"`, withID(remove)}

	// updatingNothing applies a plan that equals the state.
	updatingNothing = call{`Could not update messaging profile "a"`, func(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
		t.Helper()
		_, diags := p.Apply(t, messagingProfile, stateOf(t, p, uuid), stateOf(t, p, uuid), acctest.Values{"name": "a"})
		return diags
	}}
)

const mayBeFailing = "The API, or a gateway in front of it, may be failing or restarting. Try again later, or raise the provider's max_retries to retry more often."

const invalidID = "The id in the state is not valid. Remove the resource from the state with terraform state rm, and import the profile by its UUID."

// withInvalidID makes a call with a state whose id is not a UUID.
func withInvalidID(verb string, run func(*testing.T, *acctest.Protocol, string) []*tfprotov6.Diagnostic) call {
	return call{`Could not ` + verb + ` messaging profile "a"`, func(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
		t.Helper()
		return run(t, p, "17")
	}}
}

func at(url string) brokenAPI { return brokenAPI{url: func(*testing.T) string { return url }} }

// emptyAPI is an API without profiles.
var emptyAPI = apiWithoutProfiles(func(w http.ResponseWriter) { respond(w, http.StatusOK, `{"success":true,"payload":[]}`) })

// apiWithoutProfiles returns an API that responds to each profile with 404. list responds to lists.
func apiWithoutProfiles(list func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "messaging") {
			list(w)
			return
		}
		respond(w, http.StatusNotFound, `{"success":false,"message":"No such profile"}`)
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
			"401: rejected token", rejects(401, "Unauthorized"), reading,
			`The API at API rejected the token from the provider's attribute token: read messaging profile (GET API/profile/messaging/UUID): the API responded with status 401: Unauthorized.`,
			`The profile is still in the state. ` + checkToken + notJWT + mayLackPermission,
		},
		{
			"403: no permission", rejects(403, "Forbidden"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 403: Forbidden.`,
			`The profile is still in the state. The credentials are valid, but do not have permission for this request. Ask the account's administrator for the permission.`,
		},
		{
			"403: no permission to list, data source by name", rejects(403, "Forbidden"), findingByName,
			`List messaging profiles (GET API/profile/messaging): the API responded with status 403: Forbidden.`,
			`The credentials are valid, but do not have permission for this request. Ask the account's administrator for the permission.`,
		},
		{
			"404: update of a profile that is not found", brokenAPI{respond: emptyAPI}, updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 404: No such profile.`,
			`Nothing was changed. The profile was deleted after Terraform planned, or the credentials belong to another account than those of the plan. Check the account of the credentials, and run terraform plan.`,
		},
		{
			"404: wrong path, update", rejects(404, "Not found"), updating,
			`List messaging profiles (GET API/profile/messaging): unexpected response with status 404: neither the profile nor its collection is found, so the path in base_url may be wrong.`,
			`Nothing was changed. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: data source", brokenAPI{respond: emptyAPI}, finding,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 404: No such profile.`,
			`The account of the credentials has no such profile. Check the id, the account of the credentials, and base_url or OPENTACT_BASE_URL.`,
		},
		{
			"404: wrong path, read", rejects(404, "Not found"), reading,
			`List messaging profiles (GET API/profile/messaging): unexpected response with status 404: neither the profile nor its collection is found, so the path in base_url may be wrong.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: profile not found, and a firewall blocks the list", brokenAPI{respond: apiWithoutProfiles(func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusForbidden)
			})}, reading,
			`The API responded that the profile does not exist. The provider could not confirm this, because the list of profiles failed: ` +
				`list messaging profiles (GET API/profile/messaging): unexpected response with status 403: it is empty.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"404: page of a web server", showsPage(404), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 404: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"409: conflict", rejects(409, "Profile is used by 3 numbers"), deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): the API responded with status 409: Profile is used by 3 numbers.`,
			`Nothing was changed. The request conflicts with other data in the account, or with another change at the same time. See the API's message, and run Terraform again.`,
		},
		{
			"400: rejected value", rejects(400, "name is taken"), updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 400: name is taken.`,
			`Nothing was changed. Correct the problem that the API's message describes, and run Terraform again.`,
		},
		{
			"429: rate limit", rejects(429, "Too many requests"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 429: Too many requests.`,
			`The profile is still in the state. The API rejects requests because there are too many. Wait some minutes, or set the provider's requests_per_second to the limit of the API.`,
		},
		{
			"500: read", rejects(500, "Internal error"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 500: Internal error.`,
			`The profile is still in the state. The API, or a gateway in front of it, is failing but may recover. Try again later, or raise the provider's max_retries to retry more often.`,
		},
		{
			"500: update", rejects(500, "Internal error"), updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 500: Internal error.`,
			`The change may have been applied. Run terraform plan to check. The API, or a gateway in front of it, is failing but may recover. Try again later, or raise the provider's max_retries to retry more often.`,
		},
		{
			"502: page of a gateway", showsPage(502), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 502: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. The API, or a gateway in front of it, is failing but may recover. Try again later, or raise the provider's max_retries to retry more often.`,
		},
		{
			"500: page of a gateway, delete", showsPage(500), deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): unexpected response with status 500: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile may have been deleted. Run terraform plan to check. The API, or a gateway in front of it, is failing but may recover. Try again later, or raise the provider's max_retries to retry more often.`,
		},
		{
			"redirect", brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://www.example.com/login?next=secret", http.StatusFound)
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 302: a redirect to https://www.example.com, which is not followed; base_url must name the API itself.`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"sign-in page", showsPage(200), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 200: a body that is not the API's JSON (text/html, 13 bytes).`,
			`The profile is still in the state. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"delete during a maintenance of the API", brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					respond(w, http.StatusOK, `{"status":"maintenance"}`)
					return
				}
				respond(w, http.StatusOK, profileJSON(""))
			}}, deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): unexpected response with status 200: JSON without "success" (application/json, 24 bytes); ` +
				`a GET after it shows that the profile still exists.`,
			`The profile is still in the state. The API may be under maintenance, or another server may have responded. Run Terraform again.`,
		},
		{
			"list from a cache", brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Age", "60")
				respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
			}}, listing,
			`List messaging profiles (GET API/profile/messaging): the response can't be used: it is a copy from a cache: its Age is 1m0s.`,
			"A cache or proxy between Terraform and the API ignores `Cache-Control: no-cache`. Exempt the API's host from it.",
		},
		{
			"timeout", brokenAPI{respond: func(_ http.ResponseWriter, r *http.Request) {
				select {
				case <-r.Context().Done():
				case <-time.After(time.Minute):
				}
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): no response: it took longer than request_timeout (1s).`,
			`The profile is still in the state. If the API is slow, raise the provider's request_timeout. Otherwise, check that this machine can reach the host in base_url.`,
		},
		{
			"DNS: unknown host", at("https://" + strings.Repeat("a", 64) + ".example/rest"), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that this machine can resolve the name of its host.`,
		},
		{
			"TLS: certificate not trusted", brokenAPI{url: func(t *testing.T) string {
				server := httptest.NewUnstartedServer(nil)
				server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake fails
				server.StartTLS()
				t.Cleanup(server.Close)
				return server.URL
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest). If a proxy decrypts TLS, this machine must trust the proxy's certificate authority.`,
		},
		{
			"TLS: server without TLS", brokenAPI{url: func(t *testing.T) string {
				server := httptest.NewServer(nil)
				t.Cleanup(server.Close)
				return "https" + strings.TrimPrefix(server.URL, "http")
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. The server at this address does not use TLS. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest).`,
		},
		{
			"connection refused by a loopback address", brokenAPI{url: acctest.ClosedURL}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): the request could not be sent: …`,
			`The profile is still in the state. No program listens at this address of this machine. To use the emulator, start it with ` + "`make try` or `opentact-emulator`" + `, and load the settings that it prints. Otherwise, correct base_url or OPENTACT_BASE_URL.`,
		},
		{
			"connection lost", brokenAPI{respond: func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			}}, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): no response: the connection was closed before the response was complete.`,
			`The profile is still in the state. ` + mayBeFailing,
		},
		{
			"data that is not HTTP", notHTTP, reading,
			`Read messaging profile (GET API/profile/messaging/UUID): no response: the server sent data that is not valid HTTP.`,
			`The profile is still in the state. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest). If it is correct, try again later.`,
		},
		{
			"connection lost during a delete", brokenAPI{respond: func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			}}, deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): no response: the connection was closed before the response was complete.`,
			`The profile may have been deleted. Run terraform plan to check. ` + mayBeFailing,
		},
		{
			"400: no message", rejectsSilently("X-Request-Id", "r-1"), updating,
			`Update messaging profile (PATCH API/profile/messaging/UUID): the API responded with status 400 and gave no message (request id r-1).`,
			`Nothing was changed. The API does not say what is wrong. Run Terraform again with TF_LOG_PROVIDER=DEBUG, which logs each attempt, and give OpenTact's support the time, the status and the request id.`,
		},
		{
			"400: no message and no request id", rejectsSilently("Server", "x"), deleting,
			`Delete messaging profile (DELETE API/profile/messaging/UUID): the API responded with status 400 and gave no message.`,
			`Nothing was changed. The API does not say what is wrong. Run Terraform again with TF_LOG_PROVIDER=DEBUG, which logs each attempt, and give OpenTact's support the time and the status.`,
		},
		{
			"import: 401", rejects(401, "Unauthorized"), importing,
			`The API at API rejected the token from the provider's attribute token: read messaging profile (GET API/profile/messaging/UUID): the API responded with status 401: Unauthorized.`,
			`Nothing was imported. ` + checkToken + notJWT + mayLackPermission,
		},
		{
			"import: 503", rejects(503, "Busy"), importing,
			`Read messaging profile (GET API/profile/messaging/UUID): the API responded with status 503: Busy.`,
			`Nothing was imported. The API, or a gateway in front of it, is failing but may recover. Try again later, or raise the provider's max_retries to retry more often.`,
		},
		{
			"import: wrong path", rejects(404, "Not found"), importing,
			`List messaging profiles (GET API/profile/messaging): unexpected response with status 404: neither the profile nor its collection is found, so the path in base_url may be wrong.`,
			`Nothing was imported. Another server may have responded, such as a firewall, a proxy or a sign-in page. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and that nothing blocks requests to it.`,
		},
		{
			"malformed profile: read", returns(profileJSON(`"long_code_weight":"x","sticky_sender":7`)), reading,
			`The API's data of messaging profile UUID is malformed: long_code_weight came back as "x", which is not a valid value; sticky_sender came back as 7, which is not a valid value.`,
			`The profile is still in the state. Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"malformed profile: update that sends nothing", returns(profileJSON(`"sticky_sender":7`)), updatingNothing,
			`The API's data of messaging profile UUID is malformed: sticky_sender came back as 7, which is not a valid value.`,
			`Nothing was changed. Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"malformed profile: import", returns(profileJSON(`"name":7`)), importing,
			`The API's data of messaging profile UUID is malformed: name came back as 7, which is not a valid value.`,
			`Nothing was imported. Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"malformed profile: data source by id", returns(profileJSON(`"name":7`)), finding,
			`The API's data of messaging profile UUID is malformed: name came back as 7, which is not a valid value.`,
			`Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"malformed profile: data source by name", returnsList(profileJSON(`"sticky_sender":"x"`)), findingByName,
			`The API's data of messaging profile UUID is malformed: sticky_sender has an invalid value.`,
			`Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"malformed profile: data source of all", returnsList(profileJSON(`"sticky_sender":"x"`)), listing,
			`The API's data of messaging profile UUID is malformed: sticky_sender has an invalid value.`,
			`Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support. Until then, set name_regex to a pattern that does not match the profile.`,
		},
		{
			"malformed profile: list resource", returnsList(profileJSON(`"sticky_sender":"x"`)), querying,
			`The API's data of messaging profile UUID is malformed: sticky_sender has an invalid value.`,
			`Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support. Until then, set name_regex to a pattern that does not match the profile.`,
		},
		{
			"profile without a UUID: list", returns(`{"success":true,"payload":[{"name":"a"}]}`), listing,
			`1 item of the list could not be used: the profile has no uuid.`,
			`Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support. Until then, set name_regex to a pattern that does not match the profile.`,
		},
		{
			"profile without a UUID: read", returns(`{"success":true,"payload":{"name":"a"}}`), reading,
			`Read messaging profile (GET API/profile/messaging/UUID): unexpected response with status 200: the profile has no uuid.`,
			`The profile is still in the state. The API responded with success, but its data does not have the documented form. Ask the administrator of the OpenTact account to check its profiles in the OpenTact portal, or ask OpenTact's support.`,
		},
		{
			"invalid id in the state: read", returns(""), withInvalidID("read", read),
			`Read messaging profile: no request was sent: "17" is not a UUID in lower case (32 hexadecimal digits in groups of 8-4-4-4-12).`,
			`The profile is still in the state. ` + invalidID,
		},
		{
			"invalid id in the state: update", returns(""), withInvalidID("update", update),
			`Update messaging profile: no request was sent: "17" is not a UUID in lower case (32 hexadecimal digits in groups of 8-4-4-4-12).`,
			`Nothing was changed. ` + invalidID,
		},
		{
			"invalid id in the state: delete", returns(""), withInvalidID("delete", remove),
			`Delete messaging profile: no request was sent: "17" is not a UUID in lower case (32 hexadecimal digits in groups of 8-4-4-4-12).`,
			`Nothing was changed. ` + invalidID,
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
			timeout := "30s"
			if test.name == "timeout" {
				timeout = "1s"
			}
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{
				"base_url": url, "token": "token", "max_retries": 0, "request_timeout": timeout, "retry_max_wait": "1ms",
			}))
			got := acctest.Describe(test.call.run(t, p))
			got = strings.NewReplacer(url, "API", uuid, "UUID").Replace(got)
			if test.api.url != nil { // the text of such an error depends on the operating system
				got = regexp.MustCompile(`the request could not be sent: .*`).ReplaceAllString(got, "the request could not be sent: …")
			}
			if want := "ERROR : " + test.call.summary + ": " + test.cause + "\n\n" + test.rest + "\n"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// If nothing listens at a loopback address, the error comes after one attempt.
func TestRead_NothingListensOnLoopback_IsTriedOnce(t *testing.T) {
	t.Parallel()
	url := acctest.ClosedURL(t)
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": url, "token": "token", "max_retries": 5, "retry_max_wait": "1ms"}))
	_, diags := p.Read(t, messagingProfile, stateOf(t, p, uuid))
	acctest.WantError(t, diags, "", "(GET "+url+"/profile/messaging/"+uuid+"): the request could not be sent", "To use the emulator, start it")
}

// An import can't read the profile while the configuration of the provider is unknown.
func TestImport_UnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": acctest.Unknown, "token": "token"}))
	acctest.WantError(t, readImported(t, p), "", `Could not import messaging profile "`+uuid+`"`, "base_url", "Nothing was imported.")
}

// A read or a delete removes a profile that is not found from the state only if the
// response to a list comes from the API. Otherwise an error appears, and the state stays.
func TestResource_NotFound_CollectionDecides(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list   func(http.ResponseWriter)
		isKept bool
	}{
		"list":             {func(w http.ResponseWriter) { respond(w, http.StatusOK, `{"success":true,"payload":[]}`) }, false},
		"403":              {func(w http.ResponseWriter) { respond(w, http.StatusForbidden, `{"success":false,"message":"No"}`) }, false},
		"403 page":         {func(w http.ResponseWriter) { respond(w, http.StatusForbidden, `<h1>Blocked`) }, true},
		"401 with a token": {func(w http.ResponseWriter) { respond(w, http.StatusUnauthorized, `{"success":false,"message":"No"}`) }, true},
		"302":              {func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(http.StatusFound) }, true},
		"404":              {func(w http.ResponseWriter) { respond(w, http.StatusNotFound, `{"success":false,"message":"No"}`) }, true},
		"410":              {func(w http.ResponseWriter) { respond(w, http.StatusGone, `{"success":false,"message":"No"}`) }, true},
		"500": {func(w http.ResponseWriter) {
			respond(w, http.StatusInternalServerError, `{"success":false,"message":"No"}`)
		}, true},
		"page":        {func(w http.ResponseWriter) { respond(w, http.StatusOK, `<h1>Sign in`) }, true},
		"maintenance": {func(w http.ResponseWriter) { respond(w, http.StatusOK, `{"status":"maintenance"}`) }, true},
		"no response": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(apiWithoutProfiles(test.list))
			t.Cleanup(server.Close)
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": server.URL, "token": "token", "max_retries": 0}))
			before := stateOf(t, p, uuid)
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

// withID makes a call with the state of a profile that the API may have.
func withID(run func(*testing.T, *acctest.Protocol, string) []*tfprotov6.Diagnostic) func(*testing.T, *acctest.Protocol) []*tfprotov6.Diagnostic {
	return func(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
		t.Helper()
		return run(t, p, uuid)
	}
}

// stateOf returns the state of a profile named a.
func stateOf(t *testing.T, p *acctest.Protocol, id string) acctest.State {
	t.Helper()
	return acctest.State{Value: p.Object(t, messagingProfile, acctest.Values{"id": id, "name": "a"})}
}

func read(t *testing.T, p *acctest.Protocol, id string) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.Read(t, messagingProfile, stateOf(t, p, id))
	return diags
}

// readImported imports a profile and reads it, as Terraform does.
func readImported(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	state, diags := p.Import(t, messagingProfile, uuid)
	acctest.NoDiagnostics(t, diags)
	_, diags = p.Read(t, messagingProfile, state)
	return diags
}

func find(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"id": uuid})
	return diags
}

func findByName(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "a"})
	return diags
}

func list(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.ReadDataSource(t, messagingProfile+"s", nil)
	return diags
}

func query(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.List(t, messagingProfile, nil, false, everything, everything)
	return diags
}

func update(t *testing.T, p *acctest.Protocol, id string) []*tfprotov6.Diagnostic {
	t.Helper()
	config := acctest.Values{"name": "b"}
	planned, diags := p.Plan(t, messagingProfile, stateOf(t, p, id), config)
	acctest.NoDiagnostics(t, diags)
	_, diags = p.Apply(t, messagingProfile, stateOf(t, p, id), planned, config)
	return diags
}

func remove(t *testing.T, p *acctest.Protocol, id string) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.Apply(t, messagingProfile, stateOf(t, p, id), acctest.State{Value: p.Null(t, messagingProfile)}, nil)
	return diags
}
