// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	messagingProfile = "opentact_messaging_profile"
	secretToken      = "s3cret-token"
)

// wantError expects one error about an attribute, which does not show the token. It
// points at the attribute, unless Terraform would print a secret, and then names it.
func wantError(t *testing.T, diags []*tfprotov6.Diagnostic, attribute string, texts ...string) {
	t.Helper()
	switch attribute {
	case "base_url", "token", "email", "password":
		attribute, texts = "", append(slices.Clone(texts), attribute)
	}
	acctest.WantError(t, diags, attribute, texts...)
	if strings.Contains(acctest.Describe(diags), secretToken) {
		t.Errorf("the diagnostic shows the token:\n%s", acctest.Describe(diags))
	}
}

// TestProvider_InvalidAttribute lists what is refused before anything is planned.
func TestProvider_InvalidAttribute(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, attribute string
		value           any
		want            string
	}{
		{"a relative base URL", "base_url", "api.opentact.org/rest", "must be an absolute https URL such as https://api.opentact.org/rest, or an http URL of a loopback address: it does not begin with https://"},
		{"an unparseable base URL", "base_url", "https://[::1", "it is no URL"},
		{"plain http", "base_url", "http://api.opentact.org/rest", "plain http would send the token in the clear"},
		{"a password in the base URL", "base_url", "https://user:" + secretToken + "@api.opentact.org", "it contains an @, so it may hold a user name and password"},
		{"an empty base URL", "base_url", "", "it does not begin with https://"},
		{"an empty token", "token", "", "it is empty"},
		{"a token with a line break", "token", secretToken + "\n", "white space"},
		{"a timeout without a unit", "request_timeout", "30", `must be a duration from 1s to 10m, such as 45s or 1m30s: it is "30"`},
		{"a timeout of zero", "request_timeout", "0s", `must be a duration from 1s to 10m, such as 45s or 1m30s: it is "0s"`},
		{"a negative timeout", "request_timeout", "-1s", `it is "-1s"`},
		{"a timeout just too short", "request_timeout", "999ms", `it is "999ms"`},
		{"a timeout just too long", "request_timeout", "10m0.000000001s", `it is "10m0.000000001s"`},
		{"a timeout that overflows sums", "request_timeout", "2000000h", `it is "2000000h"`},
		{"a timeout that is no number of nanoseconds", "request_timeout", "3000000h", `it is "3000000h"`},
		{"negative retries", "max_retries", -1, `must be an integer from 0 to 100: it is "-1"`},
		{"a fraction of retries", "max_retries", 1.5, "must be an integer of 64 bits: it is 1.5"},
		{"too many retries", "max_retries", 101, `must be an integer from 0 to 100: it is "101"`},
		{"a negative longest wait", "retry_max_wait", "-1ns", `must be a duration from 0s to 10m, such as 45s or 1m30s: it is "-1ns"`},
		{"a longest wait without a unit", "retry_max_wait", "60", `it is "60"`},
		{"a longest wait just too long", "retry_max_wait", "10m0.000000001s", `it is "10m0.000000001s"`},
		{"a longest wait that overflows sums", "retry_max_wait", "2000000h", `it is "2000000h"`},
		{"more retries than any integer", "max_retries", "1e20", "must be an integer of 64 bits"},
		{"no requests at all", "requests_per_second", 0, `must be a number from 0.01 to 1000000: it is "0"`},
		{"fewer than no requests", "requests_per_second", -0.5, `it is "-0.5"`},
		{"fewer requests than one waits for", "requests_per_second", 0.001, `it is "0.001"`},
		{"more requests than any number", "requests_per_second", "1e400", "must be a number that 64 bits of floating point can hold"},
		{"more requests than anybody counts", "requests_per_second", 1e9, `it is "1000000000"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := acctest.Values{"base_url": "https://api.opentact.org/rest", "token": secretToken}
			config[test.attribute] = test.value
			wantError(t, acctest.NewProtocol(t).Configure(t, config), test.attribute,
				test.want, "Attribute "+test.attribute)
		})
	}
}

// Whoever sets a value from a script sees which variable would do as well.
func TestConfigurationNamesTheVariable(t *testing.T) {
	t.Parallel()
	for attribute, value := range (acctest.Values{"base_url": "a.example", "token": " ", "request_timeout": "soon", "max_retries": -1, "retry_max_wait": "long", "requests_per_second": 0}) {
		config := acctest.Values{"token": secretToken}
		config[attribute] = value
		wantError(t, acctest.NewProtocol(t).Configure(t, config), attribute, "OPENTACT_"+strings.ToUpper(attribute))
	}
}

func TestProvider_ValidConfiguration(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]acctest.Values{
		"the least":         {"token": secretToken},
		"everything":        {"token": secretToken, "base_url": "https://api.stage.opentact.org/rest", "request_timeout": "1m30s", "max_retries": 0, "retry_max_wait": "2m", "requests_per_second": 0.5},
		"a login":           {"email": "ops@example.com", "password": "pass word:ü"},
		"the least of each": {"token": secretToken, "max_retries": 0, "request_timeout": "1s", "retry_max_wait": "0s", "requests_per_second": 0.01},
		"the most of each":  {"token": secretToken, "max_retries": 100, "request_timeout": "10m", "retry_max_wait": "10m", "requests_per_second": 1e6},
		"loopback http":     {"token": secretToken, "base_url": "http://localhost:8480/rest"},
	} {
		if diags := acctest.NewProtocol(t).Configure(t, config); len(diags) > 0 {
			t.Errorf("%s: %s", name, acctest.Describe(diags))
		}
	}
}

func TestProvider_Environment(t *testing.T) {
	env := acctest.New(t, emulator.Options{Token: secretToken})
	all := map[string]string{
		"OPENTACT_BASE_URL": env.URL, "OPENTACT_TOKEN": secretToken, "OPENTACT_REQUEST_TIMEOUT": "10s", "OPENTACT_MAX_RETRIES": "0",
		"OPENTACT_RETRY_MAX_WAIT": "1s", "OPENTACT_REQUESTS_PER_SECOND": "1000.5",
	}
	for variable, value := range all {
		t.Setenv(variable, value)
	}
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, nil))
	if state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"}); state.Values()["name"] != "a" {
		t.Errorf("got %v", state.Values())
	}

	t.Run("a variable that is malformed", func(t *testing.T) {
		for variable, value := range map[string]string{
			"OPENTACT_BASE_URL": "https://a.example/" + secretToken + "@b", "OPENTACT_TOKEN": secretToken + " ", "OPENTACT_REQUEST_TIMEOUT": "soon", "OPENTACT_MAX_RETRIES": "many",
			"OPENTACT_RETRY_MAX_WAIT": "1", "OPENTACT_REQUESTS_PER_SECOND": "NaN",
		} {
			t.Run(variable, func(t *testing.T) {
				t.Setenv(variable, value)
				attribute := strings.ToLower(strings.TrimPrefix(variable, "OPENTACT_"))
				wantError(t, acctest.NewProtocol(t).Configure(t, nil), attribute, "the environment variable "+variable)
			})
		}
	})

	t.Run("a variable that is out of range", func(t *testing.T) {
		for variable, values := range map[string][]string{
			"OPENTACT_REQUEST_TIMEOUT":     {"0s", "999ms", "10m1s", "2000000h"},
			"OPENTACT_RETRY_MAX_WAIT":      {"-1s", "10m1s", "2000000h"},
			"OPENTACT_MAX_RETRIES":         {"-1", "101", "1.5", "99999999999999999999"},
			"OPENTACT_REQUESTS_PER_SECOND": {"0", "-1", "1e7", "1e400", "Inf", "-Inf", "NaN"},
		} {
			for _, value := range values {
				t.Run(variable+"="+value, func(t *testing.T) {
					t.Setenv(variable, value)
					attribute := strings.ToLower(strings.TrimPrefix(variable, "OPENTACT_"))
					wantError(t, acctest.NewProtocol(t).Configure(t, nil), attribute, "the environment variable "+variable, fmt.Sprintf("it is %q", value))
				})
			}
		}
	})

	t.Run("the attribute wins", func(t *testing.T) {
		t.Setenv("OPENTACT_TOKEN", "another")
		t.Setenv("OPENTACT_MAX_RETRIES", "malformed, and not looked at")
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"token": secretToken, "max_retries": 1}))
		p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "b"})
	})

	t.Run("credentials that are missing", func(t *testing.T) {
		t.Setenv("OPENTACT_TOKEN", "")
		wantError(t, acctest.NewProtocol(t).Configure(t, nil), "", "No credentials are set", "OPENTACT_TOKEN", "OPENTACT_EMAIL", "OPENTACT_PASSWORD")
	})

	t.Run("a wrong token", func(t *testing.T) {
		t.Setenv("OPENTACT_TOKEN", secretToken+"-not")
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, nil))
		_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", "401", env.URL, "the environment variable OPENTACT_TOKEN")
	})
}

func TestProvider_TokenRejected_ErrorNamesAttribute(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Token: "right"})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "token": secretToken}))
	config := acctest.Values{"name": "a"}
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	wantError(t, diags, "", "401", env.URL, "the provider's attribute token")
	if state.Values() != nil {
		t.Errorf("nothing was created, and the state is %v", state.Values())
	}
	if n := len(env.Requests()); n != 1 {
		t.Errorf("a refused token was tried %d times", n)
	}
}

// What is not known yet is an error at its first use, and not before: a create
// can be planned all the same.
func TestProvider_UnknownConfiguration_FirstUseFails(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	existing := env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	requests := len(env.Requests())
	for _, test := range []struct {
		config acctest.Values
		what   string
	}{
		{acctest.Values{"base_url": env.URL, "token": acctest.Unknown}, "token"},
		{acctest.Values{"base_url": acctest.Unknown, "token": env.Token}, "base_url"},
		{acctest.Values{"base_url": env.URL, "email": "ops@example.com", "password": acctest.Unknown}, "password"},
		{acctest.Values{"base_url": acctest.Unknown, "token": acctest.Unknown}, "base_url, token"},
		{acctest.Values{"base_url": env.URL, "token": env.Token, "max_retries": acctest.Unknown}, "max_retries"},
	} {
		want := "these attributes of the provider are not known before apply: " + test.what + "."
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, test.config))
		config := acctest.Values{"name": "b"}
		planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
		acctest.NoDiagnostics(t, diags)
		_, diags = p.Apply(t, messagingProfile, acctest.State{}, planned, config)
		wantError(t, diags, "", want)

		kept, diags := p.Read(t, messagingProfile, existing)
		wantError(t, diags, "", want, "terraform apply -target")
		if kept.Values()["name"] != "a" {
			t.Errorf("the profile was forgotten: %v", kept.Values())
		}
		_, diags = p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", want)
		_, diags = p.List(t, messagingProfile, nil, false, 1, 1)
		wantError(t, diags, "", want)
	}
	if len(env.Requests()) > requests {
		t.Error("a request was made")
	}
}

// Where Terraform can put things off, they are, and nothing is an error.
func TestProvider_UnknownConfiguration_Deferral(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	existing := env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	requests := len(env.Requests())
	p := acctest.NewProtocol(t).WithDeferral()
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "token": acctest.Unknown}))
	want := &tfprotov6.Deferred{Reason: tfprotov6.DeferredReasonProviderConfigUnknown}

	read, diags := p.Read(t, messagingProfile, existing)
	acctest.NoDiagnostics(t, diags)
	if diff := cmp.Diff(want, read.Deferred); diff != "" || read.Values()["name"] != "a" {
		t.Errorf("read %v: %s", read.Values(), diff)
	}
	for _, prior := range []acctest.State{{}, existing} {
		planned, diags := p.Plan(t, messagingProfile, prior, acctest.Values{"name": "b"})
		acctest.NoDiagnostics(t, diags)
		if diff := cmp.Diff(want, planned.Deferred); diff != "" {
			t.Errorf("planned %v: %s", planned.Values(), diff)
		}
	}
	_, diags = p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	acctest.NoDiagnostics(t, diags)
	if len(env.Requests()) > requests {
		t.Error("a request was made")
	}
}

// The environment may mean another account: it does not stand in for what is
// not known yet.
func TestProvider_UnknownToken_IgnoresEnvironment(t *testing.T) {
	env := acctest.New(t, emulator.Options{Token: secretToken})
	t.Setenv("OPENTACT_TOKEN", secretToken)
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "token": acctest.Unknown}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "not known before apply")
	if len(env.Requests()) > 0 {
		t.Error("a request was made")
	}
}

// Something else than the API answers, or nothing does. Nothing is forgotten.
func TestProvider_WrongBaseURL_KeepsState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	existing := env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})

	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<html><h1>It works!</h1>"))
	}))
	t.Cleanup(page.Close)
	closed := httptest.NewServer(nil)
	closed.Close()

	for name, test := range map[string]struct {
		url  string
		want []string
	}{
		"a web server":    {page.URL, []string{"status 404", "text/html", "a body that is not the API's JSON (text/html, 24 bytes)", "base_url", "GET " + page.URL}},
		"no such path":    {strings.TrimSuffix(env.URL, "/rest"), []string{"404", "base_url"}},
		"nothing listens": {closed.URL, []string{"connection refused", "base_url", "GET " + closed.URL}},
	} {
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": test.url, "token": secretToken, "max_retries": 0}))
		kept, diags := p.Read(t, messagingProfile, existing)
		wantError(t, diags, "", append(test.want, `Could not read messaging profile "a"`)...)
		if kept.Values()["name"] != "a" {
			t.Errorf("%s: the profile was forgotten: %v", name, kept.Values())
		}
		kept, diags = p.Apply(t, messagingProfile, existing, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		wantError(t, diags, "", `Could not delete messaging profile "a"`)
		if kept.Values()["name"] != "a" {
			t.Errorf("%s: the profile was taken for deleted: %v", name, kept.Values())
		}
		_, diags = p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", test.want...)
	}
}

// Terraform configures the provider three times for a plan, and most of these
// processes never call the API.
func TestProvider_Configure_MakesNoRequest(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]acctest.Values{
		"token": {"token": emulator.DefaultToken},
		"login": {"email": emulator.DefaultEmail, "password": emulator.DefaultPassword},
	} {
		env := acctest.New(t, emulator.Options{})
		config["base_url"] = env.URL
		acctest.NoDiagnostics(t, acctest.NewProtocol(t).Configure(t, config))
		if requests := env.Requests(); len(requests) > 0 {
			t.Errorf("%s: %v", name, requests)
		}
	}
}

func TestProvider_UserAgent(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	if got := env.Requests()[0].UserAgent; got != "terraform-provider-opentact/dev (unknown) Terraform/1.11.4" {
		t.Errorf("the User-Agent is %q", got)
	}
}
