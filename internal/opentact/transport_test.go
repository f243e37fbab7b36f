// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"crypto/tls"
	"net/http"
	"testing"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	transport := newTransport()
	if transport == http.DefaultTransport {
		t.Error("the transport is shared with the rest of the process")
	}
	if transport.Proxy == nil {
		t.Error("proxies of the environment are not used")
	}
	if transport.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Error("TLS older than 1.2 is accepted")
	}
	if transport.MaxIdleConnsPerHost < 10 {
		t.Error("fewer connections are kept than Terraform has operations under way")
	}
	if !transport.ForceAttemptHTTP2 {
		t.Error("HTTP/2 is not tried")
	}
}
