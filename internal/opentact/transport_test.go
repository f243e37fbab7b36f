// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
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
	if !transport.ForceAttemptHTTP2 {
		t.Error("HTTP/2 is not tried")
	}
}

// roundTripper is a function as the next link of the chain.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Go's transport sends a request again behind the retry policy's back if it can
// have its body a second time.
func TestTransportCannotReplayWrites(t *testing.T) {
	t.Parallel()
	for method, replayable := range map[string]bool{
		http.MethodGet: true, http.MethodPost: false, http.MethodPatch: false, http.MethodDelete: false,
	} {
		link := attemptLink{timeout: time.Minute, next: roundTripper(func(req *http.Request) (*http.Response, error) {
			if got := req.GetBody != nil; got != replayable {
				t.Errorf("%s: the body can be had again: %t", method, got)
			}
			return nil, errors.New("enough")
		})}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := link.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Error("no error")
		}
	}
}

// Only a 2xx is a success, and for a DELETE it needs no body.
func TestDeleteBelievesNoOtherStatus(t *testing.T) {
	t.Parallel()
	for status, believed := range map[int]bool{0: false, 101: false, 200: true, 204: true, 299: true, 300: false, 404: false, 500: false} {
		c := &call{method: http.MethodDelete, url: &url.URL{}, limit: maxSingleAnswer}
		_, err := readAnswer(c, &http.Response{
			StatusCode: status, Body: http.NoBody, Request: &http.Request{URL: &url.URL{}}, Header: http.Header{},
		})
		if (err == nil) != believed {
			t.Errorf("%d: %v", status, err)
		}
	}
}
