// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// gibibyte is the size of a body that no client may read to its end.
const gibibyte = 1 << 30

// writeEndless writes a beginning and then a part again and again, until the client
// closes the connection or a gibibyte is written. It counts the bytes written.
func writeEndless(w io.Writer, written *atomic.Int64, beginning, part string) {
	_, _ = io.WriteString(w, beginning)
	chunk := []byte(strings.Repeat(part, max(1, 1<<14/len(part))))
	for written.Load() < gibibyte {
		n, err := w.Write(chunk)
		written.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// endlessBodies are bodies that would fill the memory: a beginning and a repeated part.
var endlessBodies = []struct {
	name, beginning, part string
	list                  bool
	want                  string
}{
	{"text", `{"success":true,"payload":"`, "x", false, "it is larger than 1048576 bytes"},
	{"white space", ``, " ", false, "it is larger than 1048576 bytes"},
	{"member of the profile", `{"success":true,"payload":{"uuid":"`, "x", false, "it is larger than 1048576 bytes"},
	{"same member", `{"success":true,"payload":{`, `"":0,`, false, "it is larger than 1048576 bytes"},
	{"unknown member", `{"x":"`, "x", false, "it is larger than 1048576 bytes"},
	{"nested objects", `{"success":true,"payload":`, `{"x":`, false, "exceeded max depth"},
	{"nested arrays", `{"success":true,"payload":[`, `[`, false, "exceeded max depth"},
	{"nested objects in an unknown member", `{"x":`, `{"x":`, false, "exceeded max depth"},
	{"message", `{"success":false,"message":"`, "x", false, "it is larger than 1048576 bytes"},
	{"page", `<html>`, "<p>", false, "a body that is not the API's JSON"},
	{"list of one item", `{"success":true,"payload":["`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"list and white space", `{"success":true,"payload":[{}`, " ", true, "one part of it is larger than 1048576 bytes"},
	{"list in an endless object", `{"success":true,"payload":{"total":1,"data":[],"x":"`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"page of one item", `{"success":true,"payload":{"total":1,"data":["`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"nested items", `{"success":true,"payload":[`, `[`, true, "exceeded max depth"},
}

// The client reads only the beginning of an endless body, even if it is compressed, and
// does not keep more than that in memory.
//
//nolint:paralleltest // it measures what the process allocates
func TestClient_EndlessBody_ReadsOnlyItsBeginning(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		for _, test := range endlessBodies {
			t.Run(fmt.Sprintf("%s, compressed %t", test.name, compressed), func(t *testing.T) {
				var written atomic.Int64
				a := newScriptedAPI(t)
				a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					if !compressed {
						writeEndless(w, &written, test.beginning, test.part)
						return
					}
					w.Header().Set("Content-Encoding", "gzip")
					bomb, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is valid
					writeEndless(bomb, &written, test.beginning, test.part)
				})
				profiles := a.messaging(t)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				var err error
				if test.list {
					_, err = profiles.List(t.Context())
				} else {
					_, err = profiles.Get(t.Context(), knownA())
				}
				runtime.ReadMemStats(&after)
				wantErrorContains(t, err, test.want)
				if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 32<<20 {
					t.Errorf("%d bytes were allocated", allocated)
				}
				a.Close() // ends the handler
				if !compressed && written.Load() > 64<<20 {
					t.Errorf("the server could write %d bytes", written.Load())
				}
			})
		}
	}
}

// TestClient_HostileResponse_ErrorIsPlain lists small responses that are meant to do
// harm. More are in internal/wire.
func TestClient_HostileResponse_ErrorIsPlain(t *testing.T) {
	t.Parallel()
	withWeight := func(weight string) string {
		return `{"success":true,"payload":` + strings.Replace(profileA, `"tollfree_weight":1`, `"tollfree_weight":`+weight, 1) + `}`
	}
	for _, test := range []struct{ name, body, want string }{
		{"success twice", `{"success":false,"success":true,"payload":` + profileA + `}`, `it has the member "success" twice`},
		{"escaped member twice", `{"\u001b[31m":1,"\u001b[31m":1}`, `it has the member "[31m" twice`},
		{"name twice, once escaped", `{"success":true,"payload":{"n\u0061me":"b",` + profileA[1:] + `}`, `it has the member "name" twice`},
		{"name twice in an item", `{"success":true,"payload":[{"name":"}]:",` + profileA[1:] + `]}`, `it has the member "name" twice`},
		{"name twice in a lease", `{"success":true,"payload":{"messaging_profile":{"name":"\"b:",` + profileA[1:] + `}}`, `it has the member "name" twice`},
		{"profile twice in a lease", `{"success":true,"payload":{"sip_connection":{"messaging_profile":{},"x":1,"x":2},"messaging_profile":` + profileA + `,"messaging_profile":{}}}`,
			`it has the member "messaging_profile" twice`},
		{"large exponent", withWeight("1e999999999"), "toll_free_weight came back as 1e999999999, which is not a valid value"},
		{"long number", withWeight("1" + strings.Repeat("0", 1000)), "toll_free_weight came back as 1000"},
		{"large total", `{"success":true,"payload":{"total":1e999999999,"data":[]}}`, "the profile has no uuid"},
		{"name is not UTF-8", `{"success":true,"payload":` + strings.Replace(profileA, `"name":"a"`, "\"name\":\"a\xff\xfe\"", 1) + `}`, `name came back as "a<U+FFFD><U+FFFD>", which is not a valid value`},
		{"message is not UTF-8", "{\"success\":false,\"message\":\"a\xff\xfeb\"}", "status 200: a b"},
		{"escapes in the message", `{"success":false,"message":"a\u001b]0;title\u0007\u001b[2J\u202eb\u0000\r\nc"}`, "status 200: a ]0;title [2J b c"},
		{"escapes in a field", `{"success":false,"message":"no","fields":{"params.\u001b[1mx":{"message":"\u009b31mred"}}}`, "no; [1mx: 31mred"},
		{"many fields", `{"success":false,"fields":{"a":"x"` + manyFields(1000) + `}}`, "f018: x"},
		{"object as UUID", `{"success":true,"payload":[` + profileAWith(map[string]any{"uuid": map[string]any{"password": "s3cret"}}) + `,` + profileA + `]}`,
			"the profile's uuid is an object with the members [password]"},
		{"path as UUID", `{"success":true,"payload":` + profileAWith(map[string]any{"uuid": "../../auth?x=y"}) + `}`, "is not a UUID"},
		{"credentials in a URL", `{"success":false,"message":"cannot reach https://user:s3cret@hook.example/x or https:\/\/user:s3cret@hook.example"}`,
			"cannot reach https://hook.example or https://hook.example"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, reply{status: 200, body: test.body})
			_, err := a.messaging(t).Get(t.Context(), knownA())
			wantErrorContains(t, err, test.want)
			wantPlain(t, err)
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"f%03d":"x"`, i)
	}
	return b.String()
}

// wantPlain checks that an error is short and has no control characters.
func wantPlain(t *testing.T, err error) {
	t.Helper()
	if strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 4000 {
		t.Errorf("the error has %d bytes: %q", len(err.Error()), err)
	}
}

// The header of a response is bounded in size and in time.
func TestClient_EndlessHeader_IsTransportError(t *testing.T) {
	t.Parallel()
	const statusLine = "HTTP/1.1 200 OK\r\n"
	for name, test := range map[string]struct {
		beginning, part string
		pause           time.Duration // after each part
		timeout         time.Duration // of an attempt
		want            string
	}{
		"large header":    {statusLine, "X-Filler: " + strings.Repeat("x", 4096) + "\r\n", 0, time.Minute, "exceeded 262144 bytes"},
		"slow header":     {statusLine, "X", 5 * time.Millisecond, 200 * time.Millisecond, "request_timeout (200ms)"},
		"early responses": {"", "HTTP/1.1 103 Early Hints\r\n\r\n", 0, time.Minute, "exceeded 262144 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newConnServer(t, func(conn net.Conn) {
				_, err := io.WriteString(conn, test.beginning)
				for err == nil {
					_, err = io.WriteString(conn, test.part)
					time.Sleep(test.pause)
				}
			})
			profiles := a.messaging(t, func(c *opentact.Config) { c.MaxRetries, c.RequestTimeout = 1, test.timeout })
			_, err := profiles.Get(t.Context(), knownA())
			wantErrorContains(t, err, test.want, "2 attempts")
			wantPlain(t, err)
			if transportErr, ok := errors.AsType[*opentact.TransportError](err); !ok || transportErr.Attempts != 2 {
				t.Errorf("got a %T, want a TransportError after 2 attempts: %v", err, err)
			}
		})
	}
}

// A response that switches protocols has an endless body, which Go does not bound by the
// timeout of the attempt.
func TestClient_SwitchingProtocols_IsError(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	a := newConnServer(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		<-done
	})
	t.Cleanup(func() { close(done) }) // runs before the server is closed
	_, err := a.messaging(t).Get(t.Context(), knownA())
	wantErrorContains(t, err, "status 101", "it switches to another protocol")
}

// The client stops reading a slow, endless body after request_timeout.
func TestClient_SlowEndlessBody_EndsWithTimeout(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(bytes.Repeat([]byte(" "), 10))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	profiles := a.messaging(t, noRetries, func(c *opentact.Config) { c.RequestTimeout = 50 * time.Millisecond })
	_, err := profiles.Get(t.Context(), knownA())
	wantErrorContains(t, err, "request_timeout (50ms)")
}
