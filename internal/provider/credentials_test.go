// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	emailAddress   = "ops@example.com"
	secretPassword = secretToken + " of another kind" // so that wantError finds it too
	waysHint       = "Set exactly one of these: an API key (attribute api_key or environment variable OPENTACT_API_KEY), " +
		"an e-mail address and a password (attributes email and password, or environment variables OPENTACT_EMAIL and OPENTACT_PASSWORD), " +
		"or a token (attribute token or environment variable OPENTACT_TOKEN)."
)

// TestProvider_InvalidCredentials lists the errors about credentials that can't be used. Those of an API key are in
// TestProvider_APIKey_InvalidText.
func TestProvider_InvalidCredentials(t *testing.T) {
	const emailRule = "email must be the e-mail address of a user, "
	for name, test := range map[string]struct {
		block       acctest.Values
		environment map[string]string
		want        string // the text of the error
	}{
		"only a line break":                         {environment: map[string]string{"API_KEY": "\r\n", "TOKEN": "\n"}, want: "Missing Provider Configuration: No credentials are set. An empty environment variable counts as not set. " + waysHint},
		"empty address":                             {block: acctest.Values{"email": "", "password": secretPassword}, want: "email must not be empty; remove it to use OPENTACT_EMAIL."},
		"empty address beside the variable":         {block: acctest.Values{"email": "", "password": secretPassword}, environment: map[string]string{"EMAIL": emailAddress}, want: "email must not be empty; remove it to use OPENTACT_EMAIL."},
		"blank address":                             {block: acctest.Values{"email": " ", "password": secretPassword}, want: emailRule + "got a space (U+0020) at position 1."},
		"address with a space at the end":           {block: acctest.Values{"email": emailAddress + " ", "password": secretPassword}, want: emailRule + "got a space (U+0020) at position 16."},
		"address with a no-break space":             {block: acctest.Values{"email": "\u00a0" + emailAddress, "password": secretPassword}, want: emailRule + "got a no-break space (U+00A0) at position 1."},
		"address with a zero-width space":           {block: acctest.Values{"email": emailAddress + "\u200b", "password": secretPassword}, want: emailRule + "got a zero-width space (U+200B) at position 16."},
		"address with a line break, in a variable":  {environment: map[string]string{"EMAIL": emailAddress + "\n", "PASSWORD": secretPassword}, want: "The environment variable OPENTACT_EMAIL must be the e-mail address of a user, got a line break (U+000A) at position 16."},
		"address with a colon":                      {block: acctest.Values{"email": "a:b@c", "password": secretPassword}, want: emailRule + "got text with a colon."},
		"address without an @":                      {block: acctest.Values{"email": "ops", "password": secretPassword}, want: emailRule + "got text without an @."},
		"empty password":                            {block: acctest.Values{"email": emailAddress, "password": ""}, want: "password must not be empty; remove it to use OPENTACT_PASSWORD."},
		"password with a line break":                {block: acctest.Values{"email": emailAddress, "password": secretPassword + "\n"}, want: "password must not contain control characters, got a line break (U+000A)."},
		"password with CR and LF":                   {block: acctest.Values{"email": emailAddress, "password": secretPassword + "\r\n"}, want: "password must not contain control characters, got a line break (U+000D)."},
		"password with a control byte":              {block: acctest.Values{"email": emailAddress, "password": secretPassword + "\x00"}, want: "password must not contain control characters, got a control character (U+0000)."},
		"password with a line break, in a variable": {environment: map[string]string{"EMAIL": emailAddress, "PASSWORD": secretPassword + "\n"}, want: "The environment variable OPENTACT_PASSWORD must not contain control characters, got a line break (U+000A)."},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range credentialEnvironment(test.environment) {
				t.Setenv(variable, value)
			}
			wantError(t, acctest.NewProtocol(t).Configure(t, test.block), "", test.want)
		})
	}
}

// terraform validate reports the conflict too. TestProvider_Credentials_AllCombinations has the text of each conflict.
func TestProvider_Validate_SeveralWays_IsConflict(t *testing.T) {
	t.Parallel()
	diags := acctest.NewProtocol(t).ValidateProvider(t, acctest.Values{"api_key": secretKey, "token": secretToken})
	wantError(t, diags, "", "Conflicting Provider Configuration: The attributes api_key and token are set")
}

// An invalid base_url doesn't hide that the credentials are missing.
func TestProvider_InvalidBaseURL_ReportsMissingCredentials(t *testing.T) {
	for variable, value := range credentialEnvironment(nil) {
		t.Setenv(variable, value)
	}
	t.Setenv("OPENTACT_BASE_URL", "api.opentact.org")
	diags := acctest.NewProtocol(t).Configure(t, nil)
	if len(diags) != 2 {
		t.Fatalf("got %s", acctest.Describe(diags))
	}
	wantError(t, diags[:1], "base_url", "The environment variable OPENTACT_BASE_URL must be")
	wantError(t, diags[1:], "", "No credentials are set.")
}

// TestProvider_Password_IsUnchanged logs in with passwords that look like mistakes, from
// the attribute and from the environment.
func TestProvider_Password_IsUnchanged(t *testing.T) {
	for _, text := range []string{" ", "  s3cret ", "s3cret\u00a0", "\u200bs3cret"} {
		t.Run(text, func(t *testing.T) {
			t.Setenv("OPENTACT_PASSWORD", text)
			env := acctest.New(t, emulator.Options{Email: emailAddress, Password: text})
			for _, configured := range []any{nil, text} {
				p := acctest.NewProtocol(t)
				acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": emailAddress, "password": configured}))
				_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
				acctest.NoDiagnostics(t, diags)
			}
		})
	}
}

// The provider logs in only once with a wrong password, for any number of profiles. Each
// profile gets one error.
func TestProvider_WrongPassword_IsTriedOnce(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: emailAddress, Password: "right"})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": emailAddress, "password": secretPassword}))
	var working sync.WaitGroup
	for i := range 10 {
		working.Go(func() {
			config := acctest.Values{"name": fmt.Sprint(i)}
			planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
			state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
			wantError(t, diags, "", fmt.Sprintf("Could not create messaging profile %q", fmt.Sprint(i)), "The API at "+env.URL+
				" rejected the credentials from the provider's attribute email and the provider's attribute password: log in (GET "+env.URL+"/auth)",
				"Invalid", "Nothing was created. Check the e-mail address and the password. This provider configuration does not try them again in this Terraform command.")
			if state.Values() != nil {
				t.Errorf("the state is %v", state.Values())
			}
		})
	}
	working.Wait()
	if n := env.Counters(); n.Total != 1 {
		t.Errorf("%d requests: %v", n.Total, n.ByOperation)
	}
}

// A failed login says nothing about the profile, even if its status is 404.
func TestProvider_LoginFails_KeepsState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	existing := env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	for _, status := range []int{400, 401, 403, 404, 500} {
		login := env.Inject(t, emulator.Rule{Path: "/auth", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: status}}})
		p := acctest.NewProtocol(t)
		acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{
			"base_url": env.URL, "email": emulator.DefaultEmail, "password": emulator.DefaultPassword, "max_retries": 0,
		}))
		kept, diags := p.Read(t, messagingProfile, existing)
		wantError(t, diags, "", "(GET "+env.URL+"/auth)", fmt.Sprint(status), "The profile is still in the state.")
		if advice := map[int]string{ // about the login, not about the profile
			403: "The API knows the user, but does not allow the login.", 404: "Check base_url or OPENTACT_BASE_URL", 500: "may recover",
		}[status]; advice != "" {
			wantError(t, diags, "", advice)
		}
		if kept.Values()["name"] != "a" {
			t.Errorf("%d: the state lost the profile", status)
		}
		kept, diags = p.Apply(t, messagingProfile, existing, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		wantError(t, diags, "", "(GET "+env.URL+"/auth)", "Nothing was changed.")
		if kept.Values()["name"] != "a" {
			t.Errorf("%d: the profile counts as deleted", status)
		}
		login.Remove()
	}
}

// A 404 does not count if the provider can't log in to confirm it.
func TestProvider_NotFoundThenLoginFails_KeepsState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: emailAddress, Password: secretPassword})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": emailAddress, "password": secretPassword}))
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	id := state.Values().Text("id")
	env.Inject(t, emulator.Rule{Path: "/profile/messaging/" + id, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 404}}})
	env.Inject(t, emulator.Rule{Path: "/profile/messaging", Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
	env.Inject(t, emulator.Rule{Path: "/auth", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 401}}})
	kept, diags := p.Read(t, messagingProfile, state)
	wantError(t, diags, "", "(GET "+env.URL+"/auth)", "The profile is still in the state.")
	if kept.Values() == nil {
		t.Error("the state lost the profile")
	}
}

// The API accepts the login, but rejects its token.
func TestProvider_TokenOfLoginRejected(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: emailAddress, Password: secretPassword})
	env.Inject(t, emulator.Rule{Path: "/profile/*", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 401}}})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": emailAddress, "password": secretPassword}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "rejected the token of a login that it accepted just before, with the credentials from the provider's attribute email",
		"Check base_url or OPENTACT_BASE_URL: the API accepts the e-mail address and the password, but rejects the token that it gives for them. "+
			"The API may also respond with 401 if a permission is missing.")
	if logins := env.Counters().ByOperation["GET /auth"]; logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

// An unknown attribute may become null, so it is not a conflict.
func TestProvider_UnknownCredential_IsNoConflict(t *testing.T) {
	t.Parallel()
	all := []string{"api_key", "email", "password", "token"}
	for _, known := range all {
		config := acctest.Values{known: secretToken + "@"}
		for _, attribute := range all {
			if attribute != known {
				config[attribute] = acctest.Unknown
			}
		}
		acctest.NoDiagnostics(t, acctest.NewProtocol(t).Configure(t, config))
	}
}

// When the API ends a login, concurrent requests share one new login.
func TestProvider_LoginExpires_LogsInAgain(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: emailAddress, Password: secretPassword})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": emailAddress, "password": secretPassword}))
	for range 3 {
		var working sync.WaitGroup
		for i := range 5 {
			working.Go(func() { p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": fmt.Sprint(i)}) })
		}
		working.Wait()
		env.ExpireLogins()
	}
	if got := len(env.Profiles(emulator.MessagingProfile)); got != 15 {
		t.Errorf("%d profiles", got)
	}
	if logins := env.Counters().ByOperation["GET /auth"]; logins < 3 || logins > 15 {
		t.Errorf("%d logins", logins)
	}
}

// The provider sends an expired token. If the API rejects it, the error says when it
// expired.
func TestProvider_TokenExpired_ErrorSaysWhen(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	expiry := time.Now().Add(-time.Hour).UTC()
	token, err := env.IssueToken(-time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "token": token}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "rejected the token from the provider's attribute token, which expired at "+expiry.Format("2006-"),
		"Get a new token, or authenticate with an API key or a login instead.")
	if strings.Contains(acctest.Describe(diags), token) || env.Requests()[0].Status != http.StatusUnauthorized {
		t.Errorf("after %v: %s", env.Requests(), acctest.Describe(diags))
	}
}

// The environment may belong to another account, so no variable replaces an unknown API key or token.
func TestProvider_UnknownCredential_IgnoresEnvironment(t *testing.T) {
	r := newRecorder(t)
	for _, attribute := range []string{"api_key", "token"} {
		for name, environment := range map[string]map[string]string{
			"empty": nil, "key": {"API_KEY": secretKey}, "token": {"TOKEN": secretToken}, "login": {"EMAIL": emailAddress, "PASSWORD": secretPassword},
		} {
			t.Run(attribute+", "+name, func(t *testing.T) {
				for variable, value := range credentialEnvironment(environment) {
					t.Setenv(variable, value)
				}
				p := acctest.NewProtocol(t)
				acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": r.URL, attribute: acctest.Unknown}))
				_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
				wantError(t, diags, "", "not known before apply: "+attribute+".")
			})
		}
	}
	if got := r.since(0); len(got) > 0 {
		t.Errorf("the provider sent %v", got)
	}
}

// Each attribute may be unknown, including each half of a login.
func TestProvider_UnknownCredential_ErrorNamesAttribute(t *testing.T) {
	t.Parallel()
	for _, attribute := range []string{"email", "password", "retry_max_wait", "requests_per_second"} {
		p := acctest.NewProtocol(t)
		config := acctest.Values{"email": emailAddress, "password": secretPassword}
		config[attribute] = acctest.Unknown
		acctest.NoDiagnostics(t, p.Configure(t, config))
		_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", "not known before apply: "+attribute+".")
	}
}

// The limit applies to all requests of the provider. The tests of the client check the
// times. A busy machine makes the requests later, but not earlier.
func TestProvider_RequestsPerSecond(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t, acctest.Values{"requests_per_second": 10})
	begin := time.Now()
	var working sync.WaitGroup
	for i := range 8 {
		working.Go(func() { p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": fmt.Sprint(i)}) })
	}
	working.Wait()
	requests, took := len(env.Requests()), time.Since(begin)
	if least := time.Duration(requests-1) * time.Second / 10; requests < 8 || took < least {
		t.Errorf("%d requests took %s, want at least %s", requests, took, least)
	}
}
