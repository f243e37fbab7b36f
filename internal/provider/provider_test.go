// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
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
	secretKey        = "s3cret-key"
)

// wantError expects one error about an attribute, which does not show the token or the API key. The error
// points at the attribute, unless Terraform would print a sensitive value.
func wantError(t *testing.T, diags []*tfprotov6.Diagnostic, attribute string, texts ...string) {
	t.Helper()
	switch attribute {
	case "base_url", "api_key", "token", "email", "password":
		attribute = ""
	}
	acctest.WantError(t, diags, attribute, texts...)
	if text := acctest.Describe(diags); strings.Contains(text, secretToken) || strings.Contains(text, secretKey) {
		t.Errorf("the diagnostic shows the token or the API key:\n%s", text)
	}
}

// TestProvider_InvalidAttribute lists the errors of `terraform validate`. Each names the
// attribute and its rule, and the value unless that is sensitive.
func TestProvider_InvalidAttribute(t *testing.T) {
	t.Parallel()
	const (
		baseURL  = "base_url must be an absolute https URL such as https://api.opentact.org/rest, or an http URL of a loopback address, "
		token    = "token must be a token exactly as the API issued it, "
		timeout  = "request_timeout must be a duration from 1s to 10m, such as 45s or 1m30s, "
		maxWait  = "retry_max_wait must be a duration from 0s to 10m, such as 45s or 1m30s, "
		retries  = "max_retries must be an integer from 0 to 100, "
		requests = "requests_per_second must be a number from 0.01 to 1000000, "
		check    = `duplicate_check must be "warn", "error" or "off", `
	)
	for _, test := range []struct {
		name, attribute string
		value           any
		want            string
	}{
		{"relative base URL", "base_url", "api.opentact.org/rest", baseURL + "got text that does not begin with https://."},
		{"malformed base URL", "base_url", "https://[::1", baseURL + "got text that is not a valid URL."},
		{"plain http", "base_url", "http://api.opentact.org/rest", baseURL + "got an http URL of another host, which would send the credentials unencrypted."},
		{"password in the base URL", "base_url", "https://user:" + secretToken + "@api.opentact.org", baseURL + "got a URL with an @, which may be part of a user name and a password."},
		{"base URL with a space at the end", "base_url", "https://api.opentact.org/rest ", baseURL + "got a space (U+0020) at position 30."},
		{"base URL with a space at the beginning", "base_url", " https://api.opentact.org/rest", baseURL + "got a space (U+0020) at position 1."},
		{"base URL with a no-break space", "base_url", "https://api.opentact.org\u00a0/rest", baseURL + "got a no-break space (U+00A0) at position 25."},
		{"base URL with a zero-width space", "base_url", "https://api.opentact.org/rest\u200b", baseURL + "got a zero-width space (U+200B) at position 30."},
		{"blank base URL", "base_url", "  ", baseURL + "got a space (U+0020) at position 1."},
		{"empty base URL", "base_url", "", "base_url must not be empty; remove it to use OPENTACT_BASE_URL or the default."},
		{"empty token", "token", "", "token must not be empty; remove it to use OPENTACT_TOKEN."},
		{"blank token", "token", " ", token + "got a space (U+0020) at position 1."},
		{"token with a space at the end", "token", secretToken + " ", token + "got a space (U+0020) at position 13."},
		{"token with a space at the beginning", "token", " " + secretToken, token + "got a space (U+0020) at position 1."},
		{"token with a line break", "token", secretToken + "\n", token + "got a line break (U+000A) at position 13."},
		{"token with a zero-width space", "token", secretToken + "\u200b", token + "got a zero-width space (U+200B) at position 13."},
		{"token with a letter outside ASCII", "token", "é", token + "got a character outside ASCII at position 1."},
		{"timeout without a unit", "request_timeout", "30", timeout + `got "30".`},
		{"timeout of zero", "request_timeout", "0s", timeout + `got "0s".`},
		{"negative timeout", "request_timeout", "-1s", timeout + `got "-1s".`},
		{"timeout just too short", "request_timeout", "999ms", timeout + `got "999ms".`},
		{"timeout just too long", "request_timeout", "10m0.000000001s", timeout + `got "10m0.000000001s".`},
		{"timeout that overflows sums", "request_timeout", "2000000h", timeout + `got "2000000h".`},
		{"timeout that overflows nanoseconds", "request_timeout", "3000000h", timeout + `got "3000000h".`},
		{"timeout with a space", "request_timeout", " 30s", timeout + `got " 30s".`},
		{"empty timeout", "request_timeout", "", "request_timeout must not be empty; remove it to use OPENTACT_REQUEST_TIMEOUT or the default."},
		{"negative retries", "max_retries", -1, retries + "got -1."},
		{"fraction of retries", "max_retries", 1.5, retries + "got 1.5."},
		{"almost an integer of retries", "max_retries", "1.0000000000000000000000001", retries + "got 1.0000000000000000000…; round it with floor(number + 0.5)."},
		{"too many retries", "max_retries", 101, retries + "got 101."},
		{"more retries than any integer", "max_retries", "1e20", retries + "got 1e+20."},
		{"more digits than an error shows", "max_retries", "123456789012345678901234567890.5", retries + "got 1.234567890123456789e+29."},
		{"negative maximum wait", "retry_max_wait", "-1ns", maxWait + `got "-1ns".`},
		{"maximum wait without a unit", "retry_max_wait", "60", maxWait + `got "60".`},
		{"maximum wait just too long", "retry_max_wait", "10m0.000000001s", maxWait + `got "10m0.000000001s".`},
		{"maximum wait that overflows sums", "retry_max_wait", "2000000h", maxWait + `got "2000000h".`},
		{"empty maximum wait", "retry_max_wait", "", "retry_max_wait must not be empty; remove it to use OPENTACT_RETRY_MAX_WAIT or the default."},
		{"no requests", "requests_per_second", 0, requests + "got 0."},
		{"negative requests", "requests_per_second", -0.5, requests + "got -0.5."},
		{"too few requests", "requests_per_second", 0.001, requests + "got 0.001."},
		{"more requests than a 64-bit number", "requests_per_second", "1e400", requests + "got 1e+400."},
		{"more digits of requests than an error shows", "requests_per_second", "123456789012345678901234567890.5", requests + "got 1.234567890123456789e+29."},
		{"too many requests", "requests_per_second", 1e9, requests + "got 1000000000."},
		{"unknown duplicate check", "duplicate_check", "warnings", check + `got "warnings".`},
		{"duplicate check in upper case", "duplicate_check", "Error", check + `got "Error".`},
		{"duplicate check with a space", "duplicate_check", " warn", check + `got " warn".`},
		{"long duplicate check", "duplicate_check", strings.Repeat("x", 1000), check + `got "` + strings.Repeat("x", 60) + `".`},
		{"empty duplicate check", "duplicate_check", "", "duplicate_check must not be empty; remove it to use OPENTACT_DUPLICATE_CHECK or the default."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := acctest.Values{"base_url": "https://api.opentact.org/rest", "token": secretToken}
			config[test.attribute] = test.value
			wantError(t, acctest.NewProtocol(t).ValidateProvider(t, config), test.attribute, "Invalid Provider Configuration: "+test.want)
		})
	}
}

func TestProvider_ValidConfiguration(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]acctest.Values{
		"only a token":   {"token": secretToken},
		"all attributes": {"token": secretToken, "base_url": "https://api.stage.opentact.org/rest", "request_timeout": "1m30s", "max_retries": 0, "retry_max_wait": "2m", "requests_per_second": 0.5, "duplicate_check": "error"},
		"a login":        {"email": "ops@example.com", "password": "pass word:ü"},
		"minimums":       {"token": secretToken, "max_retries": 0, "request_timeout": "1s", "retry_max_wait": "0s", "requests_per_second": 0.01},
		"maximums":       {"token": secretToken, "max_retries": 100, "request_timeout": "10m", "retry_max_wait": "10m", "requests_per_second": 1e6},
		"loopback http":  {"token": secretToken, "base_url": "http://localhost:8480/rest"},
	} {
		if diags := acctest.NewProtocol(t).Configure(t, config); len(diags) > 0 {
			t.Errorf("%s: %s", name, acctest.Describe(diags))
		}
	}
}

func TestProvider_Environment(t *testing.T) {
	env := acctest.New(t, emulator.Options{Token: secretToken})
	all := map[string]string{
		"OPENTACT_BASE_URL": env.URL, "OPENTACT_TOKEN": secretToken, "OPENTACT_REQUEST_TIMEOUT": "10s", "OPENTACT_MAX_RETRIES": "0.0",
		"OPENTACT_RETRY_MAX_WAIT": "1s", "OPENTACT_REQUESTS_PER_SECOND": "1000.5", "OPENTACT_DUPLICATE_CHECK": "error",
	}
	for variable, value := range all {
		t.Setenv(variable, value)
	}
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, nil))
	if state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"}); state.Values()["name"] != "a" {
		t.Errorf("got %v", state.Values())
	}

	t.Run("a malformed variable", func(t *testing.T) {
		for _, test := range []struct{ variable, value, want string }{
			{"OPENTACT_BASE_URL", "https://a.example/" + secretToken + "@b", "must be an absolute https URL such as https://api.opentact.org/rest, or an http URL of a loopback address, " +
				"got a URL with an @, which may be part of a user name and a password."},
			{"OPENTACT_BASE_URL", " " + env.URL, "an http URL of a loopback address, got a space (U+0020) at position 1."},
			{"OPENTACT_BASE_URL", "https://a.example/rest\n", "an http URL of a loopback address, got a line break (U+000A) at position 23."},
			{"OPENTACT_BASE_URL", "https://a.example/rest\u00a0", "an http URL of a loopback address, got a no-break space (U+00A0) at position 23."},
			{"OPENTACT_BASE_URL", " ", "an http URL of a loopback address, got a space (U+0020) at position 1."},
			{"OPENTACT_TOKEN", secretToken + " ", "must be a token exactly as the API issued it, got a space (U+0020) at position 13."},
			{"OPENTACT_TOKEN", " " + secretToken, "must be a token exactly as the API issued it, got a space (U+0020) at position 1."},
			{"OPENTACT_TOKEN", "\ufeff" + secretToken, "must be a token exactly as the API issued it, got a byte order mark (U+FEFF) at position 1."},
			{"OPENTACT_TOKEN", "\n" + secretToken, "must be a token exactly as the API issued it, got a line break (U+000A) at position 1."},
			{"OPENTACT_TOKEN", " ", "must be a token exactly as the API issued it, got a space (U+0020) at position 1."},
			{"OPENTACT_REQUEST_TIMEOUT", "soon", `must be a duration from 1s to 10m, such as 45s or 1m30s, got "soon".`},
			{"OPENTACT_REQUEST_TIMEOUT", "0s", `got "0s".`},
			{"OPENTACT_REQUEST_TIMEOUT", "999ms", `got "999ms".`},
			{"OPENTACT_REQUEST_TIMEOUT", "10m1s", `got "10m1s".`},
			{"OPENTACT_REQUEST_TIMEOUT", "2000000h", `got "2000000h".`},
			{"OPENTACT_RETRY_MAX_WAIT", "1", `must be a duration from 0s to 10m, such as 45s or 1m30s, got "1".`},
			{"OPENTACT_RETRY_MAX_WAIT", "-1s", `got "-1s".`},
			{"OPENTACT_RETRY_MAX_WAIT", "10m1s", `got "10m1s".`},
			{"OPENTACT_RETRY_MAX_WAIT", "2000000h", `got "2000000h".`},
			{"OPENTACT_MAX_RETRIES", "many", `must be an integer from 0 to 100, got "many".`},
			{"OPENTACT_MAX_RETRIES", "-1", "got -1."},
			{"OPENTACT_MAX_RETRIES", "101", "got 101."},
			{"OPENTACT_MAX_RETRIES", "1.5", "got 1.5."},
			{"OPENTACT_MAX_RETRIES", "99999999999999999999", "got 99999999999999999999."},
			{"OPENTACT_MAX_RETRIES", strings.Repeat("9", 1000), "got 1e+1000."},
			{"OPENTACT_MAX_RETRIES", strings.Repeat("x", 1000), `got "` + strings.Repeat("x", 60) + `".`},
			{"OPENTACT_REQUESTS_PER_SECOND", "NaN", "must be a number from 0.01 to 1000000, got \"NaN\"."},
			{"OPENTACT_REQUESTS_PER_SECOND", "0", "got 0."},
			{"OPENTACT_REQUESTS_PER_SECOND", "-1", "got -1."},
			{"OPENTACT_REQUESTS_PER_SECOND", "1e7", "got 10000000."},
			{"OPENTACT_REQUESTS_PER_SECOND", "1e400", "got 1e+400."},
			{"OPENTACT_REQUESTS_PER_SECOND", "Inf", `got "Inf".`},
			{"OPENTACT_REQUESTS_PER_SECOND", "-Inf", `got "-Inf".`},
			{"OPENTACT_DUPLICATE_CHECK", "warnings", `must be "warn", "error" or "off", got "warnings".`},
			{"OPENTACT_DUPLICATE_CHECK", "Error", `got "Error".`},
			{"OPENTACT_DUPLICATE_CHECK", " warn", `got " warn".`},
			{"OPENTACT_DUPLICATE_CHECK", "off\n", `got "off\n".`},
		} {
			t.Run(test.variable+"="+test.value, func(t *testing.T) {
				t.Setenv(test.variable, test.value)
				attribute := strings.ToLower(strings.TrimPrefix(test.variable, "OPENTACT_"))
				wantError(t, acctest.NewProtocol(t).Configure(t, nil), attribute, "Invalid Provider Configuration: The environment variable "+test.variable+" must be ", test.want)
			})
		}
	})

	t.Run("a token with a line break at its end", func(t *testing.T) {
		for _, end := range []string{"\n", "\r\n"} {
			t.Setenv("OPENTACT_TOKEN", secretToken+end)
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, nil))
			_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
			acctest.NoDiagnostics(t, diags)
		}
	})

	t.Run("the attribute takes precedence", func(t *testing.T) {
		t.Setenv("OPENTACT_TOKEN", "another")
		t.Setenv("OPENTACT_MAX_RETRIES", "malformed, but not used")
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"token": secretToken, "max_retries": 1}))
		p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "b"})
	})

	// The environment may belong to another account.
	t.Run("an empty attribute does not select the variable", func(t *testing.T) {
		t.Setenv("OPENTACT_TOKEN", secretToken)
		wantError(t, acctest.NewProtocol(t).Configure(t, acctest.Values{"token": ""}), "token", "token must not be empty; remove it to use OPENTACT_TOKEN.")
	})

	t.Run("no credentials", func(t *testing.T) {
		for _, text := range []string{"", "\n"} {
			t.Setenv("OPENTACT_TOKEN", text)
			wantError(t, acctest.NewProtocol(t).Configure(t, nil), "", "No credentials are set", "OPENTACT_TOKEN", "OPENTACT_EMAIL", "OPENTACT_PASSWORD")
		}
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
	wantError(t, diags, "", "Could not authenticate with the API", "401", env.URL, "the provider's attribute token")
	if n := len(env.Requests()); n != 1 {
		t.Errorf("the plan sent the rejected token %d times", n)
	}

	// Terraform does not apply such a plan. Another process may have made the plan, with a token that has expired since.
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	wantError(t, diags, "", `Could not create messaging profile "a"`, "401", env.URL, "the provider's attribute token")
	if state.Values() != nil {
		t.Errorf("the profile was not created, but the state is %v", state.Values())
	}
	if n := len(env.Requests()); n != 2 {
		t.Errorf("plan and apply sent the rejected token %d times", n)
	}
}

// An unknown attribute is an error when the provider calls the API. A create can still be
// planned, without any request.
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
		{acctest.Values{"base_url": env.URL, "token": env.Token, "duplicate_check": acctest.Unknown}, "duplicate_check"},
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
			t.Errorf("the state lost the profile: %v", kept.Values())
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

// The attribute takes precedence over the environment variable.
func TestProvider_DuplicateCheck_SelectsSeverity(t *testing.T) {
	const none, warning, failure = tfprotov6.DiagnosticSeverityInvalid, tfprotov6.DiagnosticSeverityWarning, tfprotov6.DiagnosticSeverityError
	env := acctest.New(t, emulator.Options{})
	if _, err := env.Add(emulator.MessagingProfile, map[string]any{"name": "a"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		attribute any
		variable  string
		want      tfprotov6.DiagnosticSeverity
	}{
		{nil, "", warning},
		{nil, "warn", warning},
		{nil, "error", failure},
		{nil, "off", none},
		{"warn", "error", warning},
		{"error", "off", failure},
		{"off", "not valid, but not used", none},
	} {
		t.Run(fmt.Sprintf("%v, %s", test.attribute, test.variable), func(t *testing.T) {
			t.Setenv("OPENTACT_DUPLICATE_CHECK", test.variable)
			p := env.Protocol(t, acctest.Values{"duplicate_check": test.attribute})
			_, diags := p.Plan(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
			got := none
			if len(diags) > 0 {
				got = diags[0].Severity
			}
			if got != test.want || len(diags) > 1 {
				t.Errorf("want %s, got %s", test.want, acctest.Describe(diags))
			}
		})
	}
}

// If Terraform supports deferral, the provider defers each call that needs the API.
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

// If another server or no server responds, the profile stays in the state.
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
	closed := acctest.ClosedURL(t)

	for name, test := range map[string]struct {
		url  string
		want []string
	}{
		"a web server":    {page.URL, []string{"status 404", "text/html", "a body that is not the API's JSON (text/html, 24 bytes)", "base_url", "GET " + page.URL}},
		"no such path":    {strings.TrimSuffix(env.URL, "/rest"), []string{"404", "base_url"}},
		"nothing listens": {closed, []string{"No program listens at this address", "base_url", "GET " + closed}},
	} {
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": test.url, "token": secretToken, "max_retries": 0}))
		kept, diags := p.Read(t, messagingProfile, existing)
		wantError(t, diags, "", append(test.want, `Could not read messaging profile "a"`)...)
		if kept.Values()["name"] != "a" {
			t.Errorf("%s: the state lost the profile: %v", name, kept.Values())
		}
		kept, diags = p.Apply(t, messagingProfile, existing, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		wantError(t, diags, "", `Could not delete messaging profile "a"`)
		if kept.Values()["name"] != "a" {
			t.Errorf("%s: the profile counts as deleted: %v", name, kept.Values())
		}
		_, diags = p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", test.want...)
	}
}

// Terraform configures the provider three times for a plan. Most of these processes never
// call the API.
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
