// SPDX-License-Identifier: MPL-2.0

// Package acctest starts an emulator and a provider for each test. A test uses
// the provider through real Terraform, or through the plugin protocol without
// Terraform. The protocol is much faster and shows requests that Terraform hides.
package acctest

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// Env is an emulator that belongs to one test.
type Env struct {
	*emulator.Emulator
	// URL is the provider's base_url.
	URL string
	// Token is the token that the emulator accepts.
	Token string
}

// New starts an emulator on a free port of the loopback interface, and stops it
// when the test ends.
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
	t.Cleanup(api.RemoveRules) // runs first: Close would wait for held requests
	return &Env{Emulator: api, URL: server.URL + emulator.BasePath, Token: options.Token}
}

// Config returns a Terraform configuration that begins with a provider block
// for this emulator.
func (e *Env) Config(body string) string {
	return fmt.Sprintf("provider \"opentact\" {\n  base_url = %q\n  token    = %q\n}\n\n%s", e.URL, e.Token, body)
}

// Files returns the files of a Workspace: Config and the source of the provider.
func (e *Env) Files(body string) map[string]string {
	return map[string]string{
		"main.tf": "terraform {\n  required_providers {\n    opentact = { source = \"opentact/opentact\" }\n  }\n}\n\n" + e.Config(body),
	}
}

// ImportBlock returns an import block with an id.
func ImportBlock(address, id string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id)
}

// Factories returns the provider for terraform-plugin-testing. It runs in the
// process of the test.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"opentact": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(version.Current()), nil },
	}
}

// Inject adds a rule that makes requests to the emulator fail.
func (e *Env) Inject(t testing.TB, rule emulator.Rule) *emulator.Injection {
	t.Helper()
	injection, err := e.Emulator.Inject(rule)
	if err != nil {
		t.Fatal(err)
	}
	return injection
}

// Writes returns the write requests in the request log from position from on,
// as "METHOD PATH BODY".
func (e *Env) Writes(from int) []string {
	var writes []string
	for _, request := range e.Requests()[from:] {
		if request.Method != http.MethodGet {
			writes = append(writes, fmt.Sprintf("%s %s %s", request.Method, request.Path, request.Body))
		}
	}
	return writes
}

// ClosedURL returns the URL of a loopback address where nothing listens. A connection
// keeps its port in use, so that no other server gets it.
func ClosedURL(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return "http://" + conn.LocalAddr().String()
}

// Stub returns a configured provider whose API is handler. Use it for responses
// that the emulator can't give. Settings override the configuration.
func Stub(t testing.TB, handler http.HandlerFunc, settings ...Values) *Protocol {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p := NewProtocol(t)
	config := Values{"base_url": server.URL, "token": "stub-token", "max_retries": 0, "retry_max_wait": "1ms"}
	for _, more := range settings {
		maps.Copy(config, more)
	}
	NoDiagnostics(t, p.Configure(t, config))
	return p
}
