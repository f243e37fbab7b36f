// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// proxy is a proxy with CONNECT. All its tunnels end at target.
type proxy struct {
	*httptest.Server
	target string
	// traffic is everything that clients sent.
	traffic buffer
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	p := &proxy{target: target}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(&p.traffic, dump(r))
	if r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	server, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, io.TeeReader(client, &p.traffic))
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

// TestAccProxy checks that a proxy sees the host of the API and no secret, and that plain
// http on this machine does not use the proxy.
func TestAccProxy(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("requires SSL_CERT_FILE, which Go reads only on Linux")
	}
	l := newLifecycle(t, "login")
	secure := httptest.NewUnstartedServer(l.api)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	p := newProxy(t, secure.Listener.Addr().String())
	l.AddEnv(t, map[string]string{"HTTP_PROXY": p.URL, "http_proxy": p.URL, "HTTPS_PROXY": p.URL})

	l.AddEnv(t, map[string]string{"OPENTACT_BASE_URL": strings.Replace(l.base, "127.0.0.1", "LOCALHOST", 1)})
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.must(t, inPrinted, "destroy", "-auto-approve")
	if got := p.traffic.bytes(); len(got) > 0 {
		t.Errorf("plain http used the proxy:\n%s", got)
	}

	// The certificate of httptest is valid for example.com.
	l.AddEnv(t, map[string]string{"OPENTACT_BASE_URL": "https://example.com" + emulator.BasePath})
	l.fails(t, inPrinted, "apply", "-auto-approve")
	if !bytes.Contains(l.output[inErrors], []byte("certificate of example.com")) {
		t.Errorf("the error does not name the host of the certificate: %s", l.output[inErrors])
	}
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	l.Write(t, map[string]string{"trusted.pem": string(trusted)})
	l.AddEnv(t, map[string]string{"SSL_CERT_FILE": l.Dir + "/trusted.pem"})
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.credentials = credentials["API key"]
	l.must(t, inPrinted, "destroy", "-auto-approve")
	got := string(p.traffic.bytes())
	if n := strings.Count(got, "CONNECT example.com:443 HTTP/1.1"); n == 0 || n != strings.Count(got, " HTTP/1.1") {
		t.Errorf("requests to the proxy:\n%q", got)
	}
	for _, secret := range l.secrets() {
		if hits, around := secret.count(p.traffic.bytes()); hits > 0 {
			t.Errorf("the proxy sees the %s: …%s…", secret.name, around)
		}
	}
}
