// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// credentialVariables are the environment variables of credentials, without their prefix.
var credentialVariables = []string{"API_KEY", "EMAIL", "PASSWORD", "TOKEN"}

// credentialEnvironment returns all environment variables of credentials. Those that values lacks are empty.
func credentialEnvironment(values map[string]string) map[string]string {
	environment := make(map[string]string)
	for _, variable := range credentialVariables {
		environment["OPENTACT_"+variable] = values[variable]
	}
	return environment
}

// recorder is an emulator that records the credentials of each request, as "METHOD PATH HEADER: VALUE".
type recorder struct {
	*acctest.Env
	mu       sync.Mutex
	requests []string
}

// newRecorder starts a recorder with the secrets of these tests.
func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{Env: acctest.New(t, emulator.Options{
		Token: secretToken, Email: emailAddress, Password: secretPassword, APIKeys: map[string]time.Duration{secretKey: 0},
	})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var headers []string
		for _, name := range []string{"Authorization", "X-Auth-Token"} {
			for _, value := range req.Header.Values(name) {
				headers = append(headers, name+": "+value)
			}
		}
		r.mu.Lock()
		r.requests = append(r.requests, fmt.Sprintf("%s %s %s", req.Method, req.URL.Path, strings.Join(headers, ", ")))
		r.mu.Unlock()
		r.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL + emulator.BasePath
	return r
}

// since returns the requests from a position on.
func (r *recorder) since(from int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests[from:])
}

// TestProvider_Credentials_AllCombinations sets each subset of the credentials in the block, and each subset in the
// environment with other values. The block decides over the environment, which adds only the other half of a login. The
// first request shows which values were used.
func TestProvider_Credentials_AllCombinations(t *testing.T) {
	r := newRecorder(t)
	inBlock := map[string]string{"API_KEY": secretKey, "EMAIL": emailAddress, "PASSWORD": secretPassword, "TOKEN": secretToken}
	inEnvironment := map[string]string{"API_KEY": "other-key", "EMAIL": "other@example.com", "PASSWORD": "other password", "TOKEN": "other-token"}
	hints := "an API key (attribute api_key or environment variable OPENTACT_API_KEY) or a token (attribute token or environment variable OPENTACT_TOKEN) instead."
	subset := func(values map[string]string, bits int) map[string]string {
		chosen := make(map[string]string)
		for i, variable := range credentialVariables {
			if bits&(1<<i) != 0 {
				chosen[variable] = values[variable]
			}
		}
		return chosen
	}
	// used returns the names of the credentials that are set, and the number of their ways.
	used := func(set map[string]string) (names []string, ways int) {
		for _, way := range [][]string{{"API_KEY"}, {"EMAIL", "PASSWORD"}, {"TOKEN"}} {
			before := len(names)
			for _, variable := range way {
				if set[variable] != "" {
					names = append(names, variable)
				}
			}
			if len(names) > before {
				ways++
			}
		}
		return names, ways
	}
	attribute, variable := strings.ToLower, func(name string) string { return "OPENTACT_" + name }
	conflict := func(noun string, names []string, nameOf func(string) string) string {
		list := nameOf(names[0])
		for _, name := range names[1 : len(names)-1] {
			list += ", " + nameOf(name)
		}
		return fmt.Sprintf("Conflicting Provider Configuration: The %s %s and %s are set, but the provider authenticates in only one way. %s",
			noun, list, nameOf(names[len(names)-1]), waysHint)
	}
	// missing returns the error about a login without one half.
	missing := func(half, other string, block, environment map[string]string) string {
		source := "the provider's attribute " + attribute(other)
		if block[other] == "" {
			source = "the environment variable " + variable(other)
		}
		text := fmt.Sprintf("Missing Provider Configuration: %[1]s must be set, because %[2]s is set. Set the attribute %[1]s or the environment variable %[3]s. "+
			"Or remove %[2]s, and set %[4]s", attribute(half), source, variable(half), hints)
		switch {
		case environment["API_KEY"] != "" && environment["TOKEN"] != "":
			text += " The provider ignores OPENTACT_API_KEY and OPENTACT_TOKEN, because the provider block has a login."
		case environment["API_KEY"] != "":
			text += " The provider ignores OPENTACT_API_KEY, because the provider block has a login."
		case environment["TOKEN"] != "":
			text += " The provider ignores OPENTACT_TOKEN, because the provider block has a login."
		}
		return text
	}
	for bits := range 1 << (2 * len(credentialVariables)) {
		block, environment := subset(inBlock, bits), subset(inEnvironment, bits>>len(credentialVariables))
		value := func(variable string) string { return cmp.Or(block[variable], environment[variable]) }
		chosen, ways := used(block)
		others, otherWays := used(environment)
		t.Run(fmt.Sprintf("block %v, environment %v", chosen, others), func(t *testing.T) {
			var wantError, wantRequest string
			switch {
			case ways > 1:
				wantError = conflict("attributes", chosen, attribute)
			case ways == 0 && otherWays > 1:
				wantError = conflict("environment variables", others, variable)
			case ways == 0:
				chosen = others
			}
			switch {
			case wantError != "":
			case len(chosen) == 0:
				wantError = "Missing Provider Configuration: No credentials are set. An empty environment variable counts as not set. " + waysHint
			case chosen[0] == "API_KEY":
				wantRequest = "GET /rest/profile/messaging Authorization: Bearer " + value("API_KEY")
			case chosen[0] == "TOKEN":
				wantRequest = "GET /rest/profile/messaging X-Auth-Token: " + value("TOKEN")
			case value("EMAIL") == "":
				wantError = missing("EMAIL", "PASSWORD", block, environment)
			case value("PASSWORD") == "":
				wantError = missing("PASSWORD", "EMAIL", block, environment)
			default:
				wantRequest = "GET /rest/auth Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(value("EMAIL")+":"+value("PASSWORD")))
			}
			for variable, value := range credentialEnvironment(environment) {
				t.Setenv(variable, value)
			}
			config := acctest.Values{"base_url": r.URL}
			for name, value := range block {
				config[attribute(name)] = value
			}
			p := acctest.NewProtocol(t)
			diags := p.Configure(t, config)
			if wantError != "" {
				if diff := gocmp.Diff("ERROR : "+wantError+"\n", acctest.Describe(diags)); diff != "" {
					t.Errorf("diagnostics (-want +got):\n%s", diff)
				}
				return
			}
			acctest.NoDiagnostics(t, diags)
			before := len(r.since(0))
			p.ReadDataSource(t, "opentact_messaging_profiles", nil)
			if got := r.since(before)[0]; got != wantRequest {
				t.Errorf("the first request is\n%s, want\n%s", got, wantRequest)
			}
		})
	}
}

// TestProvider_Ways_Table prints the facts about each way to authenticate, from real requests.
func TestProvider_Ways_Table(t *testing.T) {
	t.Parallel()
	rows := [][]string{}
	for _, test := range []struct {
		way         string
		credentials acctest.Values
		wrong       acctest.Values
		header      string
		requests    int // of the first read
		renewals    int // after a 401
		unknown     string
		forbidden   string
	}{
		{
			way: "api_key", credentials: acctest.Values{"api_key": secretKey}, wrong: acctest.Values{"api_key": "wrong"},
			header: "Authorization: Bearer KEY", requests: 1, renewals: 0,
			unknown: "rejected the API key from the provider's attribute api_key", forbidden: "The API accepted this API key for another request.",
		},
		{
			way: "email and password", credentials: acctest.Values{"email": emailAddress, "password": secretPassword},
			wrong:  acctest.Values{"email": emailAddress, "password": "wrong"},
			header: "X-Auth-Token: TOKEN", requests: 2, renewals: 1,
			unknown: "rejected the credentials from the provider's attribute email and the provider's attribute password", forbidden: "The API accepted this login for another request.",
		},
		{
			way: "token", credentials: acctest.Values{"token": secretToken}, wrong: acctest.Values{"token": "wrong"},
			header: "X-Auth-Token: TOKEN", requests: 1, renewals: 0,
			unknown: "rejected the token from the provider's attribute token", forbidden: "The API accepted this token for another request.",
		},
	} {
		r := newRecorder(t)
		id, err := r.Add(emulator.MessagingProfile, map[string]any{"name": "a"})
		if err != nil {
			t.Fatal(err)
		}
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, withBaseURL(test.credentials, r.URL)))
		state, diags := p.Import(t, messagingProfile, id)
		acctest.NoDiagnostics(t, diags)
		state, diags = p.Read(t, messagingProfile, state)
		acctest.NoDiagnostics(t, diags)
		first := r.since(0)

		r.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusUnauthorized}}})
		config := acctest.Values{"name": "b"}
		planned, diags := p.Plan(t, messagingProfile, state, config)
		acctest.NoDiagnostics(t, diags)
		_, forbidden := p.Apply(t, messagingProfile, state, planned, config)
		wantError(t, forbidden, "", test.forbidden, "Nothing was changed.")
		renewals := len(slices.DeleteFunc(r.since(len(first)), func(request string) bool { return !strings.HasPrefix(request, "GET /rest/auth ") }))

		wrong := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, wrong.Configure(t, withBaseURL(test.wrong, r.URL)))
		_, unknown := wrong.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, unknown, "", test.unknown)

		_, header, _ := strings.Cut(first[len(first)-1], id+" ")
		name, value, _ := strings.Cut(header, ": ")
		switch scheme, isBearer := strings.CutPrefix(value, "Bearer "); {
		case isBearer && scheme == secretKey:
			header = name + ": Bearer KEY"
		case value == secretToken, strings.Count(value, ".") == 2:
			header = name + ": TOKEN"
		}
		if header != test.header || len(first) != test.requests || renewals != test.renewals {
			t.Errorf("%s: the header is %q, %d requests, %d renewals", test.way, header, len(first), renewals)
		}
		text := func(text string) string {
			return requestID.ReplaceAllString(strings.NewReplacer(r.URL, "API", id, "UUID", "\n\n", " ").Replace(text), "")
		}
		rows = append(rows, []string{
			test.way, header, fmt.Sprint(len(first)), fmt.Sprint(renewals), text(unknown[0].Detail), text(forbidden[0].Detail),
		})
	}
	t.Log("\n" + acctest.Table([]string{
		"way", "header", "requests of the first read", "renewals after a 401", "error of a 401", "error of a 401 for a PATCH after a read",
	}, rows))
}

// requestID matches the id of a request in an error.
var requestID = regexp.MustCompile(` \(request id \w+\)`)

// withBaseURL returns credentials and a base URL.
func withBaseURL(credentials acctest.Values, url string) acctest.Values {
	config := acctest.Values{"base_url": url, "max_retries": 0}
	for name, value := range credentials {
		config[name] = value
	}
	return config
}
