// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestProxy_ResponseIsNotQuoted checks that no error and no log shows what a proxy sends
// instead of a tunnel, such as its status text.
func TestProxy_ResponseIsNotQuoted(t *testing.T) {
	t.Parallel()
	const word, end = proxyWord, "\r\n\r\n"
	for name, response := range map[string]string{
		"status text":                 "HTTP/1.1 403 " + word + end,
		"status text of a tunnel":     "HTTP/1.1 200 " + word + end,
		"data instead of a tunnel":    "HTTP/1.1 200 OK" + end + word + end,
		"status text in the tunnel":   "HTTP/1.1 200 OK" + end + "HTTP/1.1 403 " + word + end,
		"early response":              "HTTP/1.1 100 " + word + end + "HTTP/1.1 403 " + word + end,
		"malformed response":          word + end,
		"malformed version":           "HTTP/9." + word + " 200 OK" + end,
		"malformed status":            "HTTP/1.1 4" + word + " No" + end,
		"malformed header":            "HTTP/1.1 403 No\r\n" + word + end,
		"malformed length":            "HTTP/1.1 403 No\r\nContent-Length: " + word + end,
		"two lengths":                 "HTTP/1.1 403 No\r\nContent-Length: 1\r\nContent-Length: " + word + end,
		"unknown encoding":            "HTTP/1.1 403 No\r\nTransfer-Encoding: " + word + end,
		"header that does not end":    "HTTP/1.1 403 No\r\nX: " + strings.Repeat(word, maxHeader/len(word)+1000),
		"credentials that it expects": "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=" + word + end,
	} {
		for _, scheme := range []string{"http", "socks5"} {
			t.Run(scheme+", "+name, func(t *testing.T) {
				t.Parallel()
				host := listen(t, nil, func(conn net.Conn) {
					_, _ = conn.Read(make([]byte, 1<<10))
					_, _ = io.WriteString(conn, response)
				})
				var log bytes.Buffer
				client := newClient(throughProxy(scheme, host), once, func(o *Options) {
					o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				})
				err := client.Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
				wantText(t, err, "the request could not be sent: ")
				for _, secret := range []string{word, proxyPassword} {
					if strings.Contains(err.Error(), secret) || strings.Contains(log.String(), secret) {
						t.Errorf("%q is in %v\n%s", secret, err, &log)
					}
				}
			})
		}
	}
}

// TestServer_MalformedResponse_IsNotQuoted checks that no error and no log shows a response
// of the API, or of a gateway before it, that is not valid HTTP.
func TestServer_MalformedResponse_IsNotQuoted(t *testing.T) {
	t.Parallel()
	const word, end = proxyWord, "\r\n\r\n"
	for name, response := range map[string]string{
		"response": word + end,
		"version":  "HTTP/9." + word + " 200 OK" + end,
		"status":   "HTTP/1.1 4" + word + " No" + end,
		"header":   "HTTP/1.1 403 No\r\n" + word + end,
		"length":   "HTTP/1.1 403 No\r\nContent-Length: " + word + end,
		"lengths":  "HTTP/1.1 403 No\r\nContent-Length: 1\r\nContent-Length: " + word + end,
		"encoding": "HTTP/1.1 403 No\r\nTransfer-Encoding: " + word + end,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := listen(t, nil, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1<<10))
				_, _ = io.WriteString(conn, response)
			})
			var log bytes.Buffer
			client := newClient(nil, once, func(o *Options) {
				o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			err := client.Do(t.Context(), newRequest(t, http.MethodPost, "http://"+host+"/rest"))
			wantText(t, err, "no response: the server sent data that is not valid HTTP")
			if strings.Contains(err.Error(), word) || strings.Contains(log.String(), word) {
				t.Errorf("%q is in %v\n%s", word, err, &log)
			}
		})
	}
}
