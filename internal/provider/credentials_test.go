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
	address         = "ops@example.com"
	secretPassword  = "s3cret-token of another kind"
	credentialsHint = "The provider needs either a token (OPENTACT_TOKEN or the provider's attribute token), " +
		"or an e-mail address and a password to log in with (OPENTACT_EMAIL and OPENTACT_PASSWORD, or the attributes email and password)."
)

// TestProvider_Credentials is the table of what block and environment may say of
// credentials together. The block says which way it is, and the environment
// completes it.
func TestProvider_Credentials(t *testing.T) {
	env := acctest.New(t, emulator.Options{Token: secretToken, Email: address, Password: secretPassword})
	type environment map[string]string
	for name, test := range map[string]struct {
		block       acctest.Values
		environment environment
		// way is the path of the first request, by which it is told which was taken.
		way string
		// attribute is what the error points at, and want what it says.
		attribute string
		want      string
	}{
		"token in the block":              {block: acctest.Values{"token": secretToken}, way: "/rest/profile/messaging"},
		"token in the environment":        {environment: environment{"TOKEN": secretToken}, way: "/rest/profile/messaging"},
		"login in the block":              {block: acctest.Values{"email": address, "password": secretPassword}, way: "/rest/auth"},
		"login in the environment":        {environment: environment{"EMAIL": address, "PASSWORD": secretPassword}, way: "/rest/auth"},
		"password from the environment":   {block: acctest.Values{"email": address}, environment: environment{"PASSWORD": secretPassword}, way: "/rest/auth"},
		"the block's token comes first":   {block: acctest.Values{"token": secretToken}, environment: environment{"EMAIL": address, "PASSWORD": "x"}, way: "/rest/profile/messaging"},
		"the block's login comes first":   {block: acctest.Values{"email": address, "password": secretPassword}, environment: environment{"TOKEN": "x"}, way: "/rest/auth"},
		"half a block's login comes too":  {block: acctest.Values{"email": address}, environment: environment{"TOKEN": "x", "PASSWORD": secretPassword}, way: "/rest/auth"},
		"a variable that is empty is not": {environment: environment{"TOKEN": secretToken, "EMAIL": "", "PASSWORD": ""}, way: "/rest/profile/messaging"},

		"nothing":                      {want: "Missing Provider Configuration: No credentials are set. " + credentialsHint},
		"both in the block":            {block: acctest.Values{"token": secretToken, "email": address, "password": secretPassword}, attribute: "email", want: "Conflicting Provider Configuration: Attributes token and email are both set: remove one of them. " + credentialsHint},
		"token and password":           {block: acctest.Values{"token": secretToken, "password": secretPassword}, attribute: "password", want: "Attributes token and password are both set: remove one of them. "},
		"both in the environment":      {environment: environment{"TOKEN": secretToken, "EMAIL": address, "PASSWORD": secretPassword}, want: "The environment variables OPENTACT_TOKEN and OPENTACT_EMAIL are both set: unset one of them. " + credentialsHint},
		"one and a half ways":          {environment: environment{"TOKEN": secretToken, "PASSWORD": secretPassword}, want: "OPENTACT_TOKEN and OPENTACT_PASSWORD are both set"},
		"no password":                  {block: acctest.Values{"email": address}, attribute: "password", want: "Missing Provider Configuration: Attribute password: it is not set, and there is an e-mail address to log in with. Set the environment variable OPENTACT_PASSWORD, or the provider's attribute password."},
		"no password anywhere":         {environment: environment{"EMAIL": address}, attribute: "password", want: "Attribute password: it is not set"},
		"no address":                   {block: acctest.Values{"password": secretPassword}, attribute: "email", want: "Attribute email: it is not set, and there is a password to log in with."},
		"no address, but a token":      {block: acctest.Values{"password": secretPassword}, environment: environment{"TOKEN": secretToken}, attribute: "email", want: "OPENTACT_TOKEN does not count, because the provider block is about a login."},
		"an empty address":             {block: acctest.Values{"email": "", "password": secretPassword}, attribute: "email", want: "it is empty"},
		"an address with a colon":      {block: acctest.Values{"email": "a:b@c", "password": secretPassword}, attribute: "email", want: "it contains a colon"},
		"no address at all":            {block: acctest.Values{"email": "ops", "password": secretPassword}, attribute: "email", want: "it has no @"},
		"an empty password":            {block: acctest.Values{"email": address, "password": ""}, attribute: "password", want: "it is empty"},
		"a password with a line break": {environment: environment{"EMAIL": address, "PASSWORD": secretPassword + "\n"}, attribute: "password", want: "the environment variable OPENTACT_PASSWORD, must be that user's password: it contains control characters"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TOKEN", "EMAIL", "PASSWORD"} {
				t.Setenv("OPENTACT_"+variable, test.environment[variable])
			}
			config := acctest.Values{"base_url": env.URL}
			for attribute, value := range test.block {
				config[attribute] = value
			}
			p := acctest.NewProtocol(t)
			diags := p.Configure(t, config)
			if test.want != "" {
				wantError(t, diags, test.attribute, test.want)
				return
			}
			acctest.NoDiagnostics(t, diags)
			before := len(env.Requests())
			_, diags = p.ReadDataSource(t, "opentact_messaging_profiles", nil)
			acctest.NoDiagnostics(t, diags)
			if got := env.Requests()[before].Path; got != test.way {
				t.Errorf("the first request is for %s, want %s", got, test.way)
			}
		})
	}
}

// A login that is refused is tried once, however many profiles there are. Each
// of them has one error.
func TestProvider_WrongPassword_IsTriedOnce(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: address, Password: "right"})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": address, "password": secretPassword}))
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

// A login that fails says nothing of the profile, not even by a 404.
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
		wantError(t, diags, "", "og in (GET ", fmt.Sprint(status), "The profile is still in the state.")
		if advice := map[int]string{ // which is about the login, not about the profile
			403: "The API knows the user and does not let it in", 404: "Check the provider's base_url", 500: "may recover",
		}[status]; advice != "" {
			wantError(t, diags, "", advice)
		}
		if kept.Values()["name"] != "a" {
			t.Errorf("%d: the profile was forgotten", status)
		}
		kept, diags = p.Apply(t, messagingProfile, existing, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
		wantError(t, diags, "", "og in (GET ", "Nothing was changed.")
		if kept.Values()["name"] != "a" {
			t.Errorf("%d: the profile was taken for deleted", status)
		}
		login.Remove()
	}
}

// Where nobody is let in for a second look, the first 404 is not believed.
func TestProvider_NotFoundThenLoginFails_KeepsState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: address, Password: secretPassword})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": address, "password": secretPassword}))
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	id := state.Values().Text("id")
	env.Inject(t, emulator.Rule{Path: "/profile/messaging/" + id, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 404}}})
	env.Inject(t, emulator.Rule{Path: "/profile/messaging", Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
	env.Inject(t, emulator.Rule{Path: "/auth", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 401}}})
	kept, diags := p.Read(t, messagingProfile, state)
	wantError(t, diags, "", "og in (GET ", "The profile is still in the state.")
	if kept.Values() == nil {
		t.Error("the profile was forgotten")
	}
}

// The API accepts the login, and not the token that it gives for it.
func TestProvider_TokenOfLoginRejected(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: address, Password: secretPassword})
	env.Inject(t, emulator.Rule{Path: "/profile/*", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 401}}})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": address, "password": secretPassword}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "rejected the token of a login that it accepted just before, with the credentials from the provider's attribute email",
		"The API accepts the e-mail address and the password, and not the token it gives for them. Check the provider's base_url.")
	if logins := env.Counters().ByOperation["GET /auth"]; logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

// What is not known yet may turn out to be null, so it conflicts with nothing.
func TestProvider_UnknownCredential_IsNoConflict(t *testing.T) {
	t.Parallel()
	for _, attribute := range []string{"email", "password"} {
		config := acctest.Values{"token": secretToken, attribute: acctest.Unknown}
		acctest.NoDiagnostics(t, acctest.NewProtocol(t).Configure(t, config))
	}
}

// Logins that the API has ended are repeated, once for all who notice.
func TestProvider_LoginExpires_LogsInAgain(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Email: address, Password: secretPassword})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "email": address, "password": secretPassword}))
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

// A token that was issued a day ago is tried, and then it is said what is wrong.
func TestProvider_TokenExpired_ErrorSaysWhen(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	token, err := env.IssueToken(-time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL, "token": token}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "rejected the token from the provider's attribute token, which expired at "+time.Now().UTC().Format("2006-"),
		"get a new one, or set e-mail address and password")
	if strings.Contains(acctest.Describe(diags), token) || env.Requests()[0].Status != http.StatusUnauthorized {
		t.Errorf("after %v: %s", env.Requests(), acctest.Describe(diags))
	}
}

// Every half of a login may be unknown at first, as a token may.
func TestProvider_UnknownCredential_ErrorNamesAttribute(t *testing.T) {
	t.Parallel()
	for _, attribute := range []string{"email", "password", "retry_max_wait", "requests_per_second"} {
		p := acctest.NewProtocol(t)
		config := acctest.Values{"email": address, "password": secretPassword}
		config[attribute] = acctest.Unknown
		acctest.NoDiagnostics(t, p.Configure(t, config))
		_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
		wantError(t, diags, "", "not known before apply: "+attribute+".")
	}
}

// A limit of requests holds for the whole provider. How long they take is a
// matter of the client's own tests.
func TestProvider_RequestsPerSecond(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{RequestsPerSecond: 5})
	p := env.Protocol(t, acctest.Values{"requests_per_second": 4, "max_retries": 0})
	var working sync.WaitGroup
	for i := range 8 {
		working.Go(func() { p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": fmt.Sprint(i)}) })
	}
	working.Wait()
	if refused := env.Counters().ByStatus[http.StatusTooManyRequests]; refused != 0 {
		t.Errorf("%d requests came too fast", refused)
	}
}
