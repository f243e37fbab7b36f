// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// host is a name that resolves nowhere: only a proxy gets there.
const host = "api.opentact.test"

// proxy is one as companies have it. It keeps all that it is sent.
type proxy struct {
	*httptest.Server
	// target is where every tunnel ends.
	target string
	mu     sync.Mutex
	asked  []string
	passed lockedBuffer
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	p := &proxy{target: target}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(&p.passed, whole(r))
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	if r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	inside, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	outside, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = inside.Close()
		return
	}
	_, _ = io.WriteString(outside, "HTTP/1.1 200 Connection established\r\n\r\n")
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(inside, io.TeeReader(outside, &p.passed))
		_ = inside.Close()
	})
	_, _ = io.Copy(outside, inside)
	_ = outside.Close()
	both.Wait()
}

// requests are those that came, and not what went through a tunnel.
func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// certificate is of the host, and vouches for itself.
func certificate(t *testing.T) (served tls.Certificate, trusted string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
}

// TestAccProxy lets the provider reach the API through a proxy, which sees the API's
// name and nothing else.
func TestAccProxy(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux can a test say which certificates a program trusts")
	}
	l := newLife(t, "by login")
	served, trusted := certificate(t)
	secure := newWire(t, l.api.url)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{served}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	p := newProxy(t, secure.Listener.Addr().String())
	base := url.URL{Scheme: "https", Host: host, Path: l.api.url.Path}
	l.AddEnv(t, map[string]string{"HTTPS_PROXY": p.URL, "OPENTACT_BASE_URL": base.String()})

	l.fails(t, inPrinted, "apply", "-auto-approve")
	said := strings.NewReplacer("│", "", "\n", " ").Replace(string(l.said[inErrors]))
	if said = strings.Join(strings.Fields(said), " "); !strings.Contains(said, "certificate of "+host) {
		t.Errorf("it is not said whose certificate is no good: %s", said)
	}

	l.Write(t, map[string]string{"trusted.pem": trusted})
	l.AddEnv(t, map[string]string{"SSL_CERT_FILE": l.Dir + "/trusted.pem"})
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.must(t, inPrinted, "destroy", "-auto-approve")
	for _, asked := range p.requests() {
		if asked != "CONNECT "+host+":443" {
			t.Errorf("the proxy was asked for %s", asked)
		}
	}
	noted := append(canaries(), secure.noted()...)
	if len(secure.noted()) < 3 || len(p.requests()) == 0 {
		t.Errorf("%d secrets were sent, in %d tunnels", len(secure.noted()), len(p.requests()))
	}
	for _, secret := range noted {
		if secret.in(p.passed.bytes()) > 0 {
			t.Errorf("the proxy sees the %s", secret.name)
		}
	}
}

// TestAccNoProxy expects plain http, with its token, to stay on this machine, whatever
// name that has.
func TestAccNoProxy(t *testing.T) {
	t.Parallel()
	l := newLife(t, "by token")
	p := newProxy(t, l.api.url.Host)
	address := strings.Replace(l.environment["OPENTACT_BASE_URL"], "127.0.0.1", "LOCALHOST", 1)
	l.AddEnv(t, map[string]string{"HTTP_PROXY": p.URL, "http_proxy": p.URL, "OPENTACT_BASE_URL": address})
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.must(t, inPrinted, "destroy", "-auto-approve")
	if asked := p.requests(); len(asked) > 0 {
		t.Errorf("the proxy was asked for %v", asked)
	}
	if len(l.wire.noted()) == 0 {
		t.Error("no token was sent")
	}
}
