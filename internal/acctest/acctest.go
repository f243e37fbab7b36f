// SPDX-License-Identifier: MPL-2.0

// Package acctest gives each test an emulator and a provider of its own, and
// two ways to drive them: real Terraform, and the plugin protocol without it,
// which is a thousand times faster and shows requests that Terraform hides.
package acctest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// Env is an emulator that a test has for itself.
type Env struct {
	*emulator.Emulator
	// URL is the provider's base_url.
	URL string
	// Token is the one that the emulator accepts.
	Token string
}

// New starts an emulator on a free port of the loopback interface. It stops
// with the test.
func New(t testing.TB, options emulator.Options) *Env {
	t.Helper()
	if options.Token == "" {
		options.Token = emulator.DefaultToken
	}
	api, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	t.Cleanup(api.RemoveRules) // before that, or it would wait for what a rule holds
	return &Env{Emulator: api, URL: server.URL + emulator.BasePath, Token: options.Token}
}

// Config returns a Terraform configuration that begins with a provider block
// for this emulator.
func (e *Env) Config(body string) string {
	return fmt.Sprintf("provider \"opentact\" {\n  base_url = %q\n  token    = %q\n}\n\n%s", e.URL, e.Token, body)
}

// Files is a Workspace's with that configuration, and where the provider comes from.
func (e *Env) Files(body string) map[string]string {
	return map[string]string{
		"main.tf": "terraform {\n  required_providers {\n    opentact = { source = \"opentact/opentact\" }\n  }\n}\n\n" + e.Config(body),
	}
}

// ImportBlock writes an import block with an id.
func ImportBlock(address, id string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id)
}

// Factories serves the provider to Terraform inside the test's process.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"opentact": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(version.Current()), nil },
	}
}

// Inject makes requests to the emulator go wrong.
func (e *Env) Inject(t testing.TB, rule emulator.Rule) *emulator.Injection {
	t.Helper()
	injection, err := e.Emulator.Inject(rule)
	if err != nil {
		t.Fatal(err)
	}
	return injection
}

// Writes lists the requests received that write, as "METHOD PATH BODY", from
// the given position in the request log.
func (e *Env) Writes(from int) []string {
	var writes []string
	for _, request := range e.Requests()[from:] {
		if request.Method != http.MethodGet {
			writes = append(writes, fmt.Sprintf("%s %s %s", request.Method, request.Path, request.Body))
		}
	}
	return writes
}

// Stub returns a provider whose API answers every request by a function. It is
// for answers that no honest API would give. Settings change the configuration.
func Stub(t testing.TB, answer http.HandlerFunc, settings ...Values) *Protocol {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	p := NewProtocol(t)
	config := Values{"base_url": server.URL, "token": "stub-token", "max_retries": 0, "retry_max_wait": "1ms"}
	for _, more := range settings {
		maps.Copy(config, more)
	}
	NoDiagnostics(t, p.Configure(t, config))
	return p
}
