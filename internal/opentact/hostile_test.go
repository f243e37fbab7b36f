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

// gibibyte is as much as the bodies of these tests would be.
const gibibyte = 1 << 30

// endless writes a beginning, and then a part over and over, until the client hangs
// up or a gibibyte is written. It counts what it could write.
func endless(w io.Writer, written *atomic.Int64, beginning, part string) {
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

// hostile are bodies that are there to fill the memory: how they begin, and what
// they repeat. Most is how many bytes may be allocated until they are given up.
var hostile = []struct {
	name, beginning, part string
	list                  bool
	want                  string
}{
	{"a text", `{"success":true,"payload":"`, "x", false, "it is larger than 1048576 bytes"},
	{"white space", ``, " ", false, "it is larger than 1048576 bytes"},
	{"a member of the profile", `{"success":true,"payload":{"uuid":"`, "x", false, "it is larger than 1048576 bytes"},
	{"members of the profile", `{"success":true,"payload":{`, `"":0,`, false, `it has the member "" twice`},
	{"an unknown member", `{"x":"`, "x", false, "it is larger than 1048576 bytes"},
	{"nested objects", `{"success":true,"payload":`, `{"x":`, false, "exceeded max depth"},
	{"nested arrays", `{"success":true,"payload":[`, `[`, false, "exceeded max depth"},
	{"nested objects in a member that is skipped", `{"x":`, `{"x":`, false, "exceeded max depth"},
	{"a message", `{"success":false,"message":"`, "x", false, "it is larger than 1048576 bytes"},
	{"a page", `<html>`, "<p>", false, "it is not the API's JSON"},
	{"a list of one element", `{"success":true,"payload":["`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"a list and white space", `{"success":true,"payload":[{}`, " ", true, "one part of it is larger than 1048576 bytes"},
	{"a list in an object that does not end", `{"success":true,"payload":{"total":1,"data":[],"x":"`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"a page of one element", `{"success":true,"payload":{"total":1,"data":["`, "x", true, "one part of it is larger than 1048576 bytes"},
	{"nested elements", `{"success":true,"payload":[`, `[`, true, "exceeded max depth"},
}

// Of a body that does not end only the beginning is read, also where it comes as a
// few compressed bytes, and no more is kept in memory.
//
//nolint:paralleltest // it measures what the process allocates
func TestBodiesThatDoNotEnd(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		for _, test := range hostile {
			t.Run(fmt.Sprintf("%s, compressed %t", test.name, compressed), func(t *testing.T) {
				var written atomic.Int64
				a := newAPI(t)
				a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					if !compressed {
						endless(w, &written, test.beginning, test.part)
						return
					}
					w.Header().Set("Content-Encoding", "gzip")
					bomb, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // which is a level
					endless(bomb, &written, test.beginning, test.part)
				})
				profiles := opentact.CollectionOf(a.client(t), &messaging)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				var err error
				if test.list {
					_, err = profiles.List(t.Context())
				} else {
					_, err = profiles.Get(t.Context(), at(uuidA, messagingFields{}))
				}
				runtime.ReadMemStats(&after)
				wantInError(t, err, test.want)
				if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 32<<20 {
					t.Errorf("%d bytes were allocated", allocated)
				}
				a.Close() // until which the server may write
				if !compressed && written.Load() > 64<<20 {
					t.Errorf("%d bytes were taken", written.Load())
				}
			})
		}
	}
}

// A list that says how long it is need not be read to know that it is too long.
func TestListIsTooLong(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(gibibyte))
		_, _ = io.WriteString(w, `{"success":true,"payload":[`)
	})
	_, err := opentact.CollectionOf(a.client(t), &messaging).List(t.Context())
	wantInError(t, err, "it is larger than 268435456 bytes")
}

// Elements of next to no size are counted.
func TestListHasTooManyElements(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok("["+strings.Repeat("{},", 100_000)+"{}]"), ok("["+strings.Repeat("{},", 99_999)+"{}]"))
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	_, err := profiles.List(t.Context())
	wantInError(t, err, "the list has more than 100000 elements")
	_, err = profiles.List(t.Context())
	wantInError(t, err, "in the list: the profile has no uuid")
}

// TestHostileAnswers lists what an answer may hold beside a body that does not end.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, want string }{
		{"success twice", `{"success":false,"success":true,"payload":` + profileA + `}`, `it has the member "success" twice`},
		{"two payloads", `{"success":true,"payload":` + profileA + `,"payload":{}}`, `it has the member "payload" twice`},
		{"two names", `{"success":true,"payload":{"name":"b",` + profileA[1:] + `}`, `it has the member "name" twice`},
		{"two names, one escaped", `{"success":true,"payload":{"n\u0061me":"b",` + profileA[1:] + `}`, `it has the member "name" twice`},
		{"two names in an element", `{"success":true,"payload":[{"name":"}]:",` + profileA[1:] + `]}`, `it has the member "name" twice`},
		{"two names in a lease", `{"success":true,"payload":{"messaging_profile":{"name":"\"b:",` + profileA[1:] + `}}`, `it has the member "name" twice`},
		{"two leases in one", `{"success":true,"payload":{"sip_connection":{"messaging_profile":{},"x":1,"x":2},"messaging_profile":` + profileA + `,"messaging_profile":{}}}`, `it has the member "messaging_profile" twice`},
		{"a member with escapes, twice", `{"\u001b[31m":1,"\u001b[31m":1}`, `it has the member "[31m" twice`},
		{"a huge number", `{"success":true,"payload":` + strings.Replace(profileA, `"tollfree_weight":1`, `"tollfree_weight":1e999999999`, 1) + `}`, "toll_free_weight came back as 1e999999999, which is not of this field's type"},
		{"a long number", `{"success":true,"payload":` + strings.Replace(profileA, `"tollfree_weight":1`, `"tollfree_weight":1`+strings.Repeat("0", 1000), 1) + `}`, "toll_free_weight came back as 1000"},
		{"a huge number as payload", `{"success":true,"payload":1e999999999}`, "it is not the API's JSON"},
		{"a huge total", `{"success":true,"payload":{"total":1e999999999,"data":[]}}`, "the profile has no uuid"},
		{"no UTF-8", `{"success":true,"payload":` + strings.Replace(profileA, `"name":"a"`, "\"name\":\"a\xff\xfe\"", 1) + `}`, `name came back as "a ", which is not of this field's type`},
		{"no UTF-8 in a message", "{\"success\":false,\"message\":\"a\xff\xfeb\"}", "an error: a b"},
		{"escapes in a message", `{"success":false,"message":"a\u001b]0;title\u0007\u001b[2J\u202eb\u0000\r\nc"}`, "an error: a ]0;title [2J b c"},
		{"escapes in a field", `{"success":false,"message":"no","fields":{"params.\u001b[1mx":{"message":"\u009b31mred"}}}`, "no; [1mx: 31mred"},
		{"more fields than there are", `{"success":false,"fields":{"a":"x"` + manyFields(1000) + `}}`, "f018: x"},
		{"an object in place of a uuid", `{"success":true,"payload":[` + withA(map[string]any{"uuid": map[string]any{"password": "s3cret"}}) + `,` + profileA + `]}`, "the profile's uuid is an object with the members [password]"},
		{"a uuid that is a path", `{"success":true,"payload":` + withA(map[string]any{"uuid": "../../auth?x=y"}) + `}`, "is not a uuid"},
		{"credentials in a URL", `{"success":false,"message":"cannot reach https://user:s3cret@hook.example/x or https:\/\/user:s3cret@hook.example"}`, "cannot reach https://(credentials)@hook.example/x or"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, reply{status: 200, body: test.body})
			_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
			wantInError(t, err, test.want)
			wantPlain(t, err)
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a secret is shown: %v", err)
			}
			t.Logf("→ %v", err)
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

// wantPlain expects an error that is short, and does nothing to a terminal.
func wantPlain(t *testing.T, err error) {
	t.Helper()
	if strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 4000 {
		t.Errorf("%d bytes: %q", len(err.Error()), err)
	}
}

// What of an answer comes before its body is bounded too, in size and in time.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	const begun = "HTTP/1.1 200 OK\r\n"
	for name, test := range map[string]struct {
		beginning, part string
		// every is how long to wait after each part.
		every time.Duration
		// timeout is of an attempt: one that is sure to be over, or one that is not.
		timeout time.Duration
		want    string
	}{
		"a header that does not end": {begun, "X-Filler: " + strings.Repeat("x", 4096) + "\r\n", 0, time.Minute, "exceeded 262144 bytes"},
		"a slow header":              {begun, "X", 5 * time.Millisecond, 200 * time.Millisecond, "request_timeout (200ms)"},
		"answers that are none":      {"", "HTTP/1.1 103 Early Hints\r\n\r\n", 0, time.Minute, "exceeded 262144 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := bare(t, func(conn net.Conn) {
				_, err := io.WriteString(conn, test.beginning)
				for err == nil {
					_, err = io.WriteString(conn, test.part)
					time.Sleep(test.every)
				}
			})
			client := a.client(t, func(c *opentact.Config) { c.MaxRetries, c.RequestTimeout = 1, test.timeout })
			_, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
			wantInError(t, err, test.want, "2 attempts")
			wantPlain(t, err)
			if transport, isTransport := errors.AsType[*opentact.TransportError](err); !isTransport || transport.Attempts != 2 {
				t.Errorf("got a %T: %v", err, err)
			}
		})
	}
}

// An answer that switches to another protocol has a body without an end, which Go
// does not bound by the attempt's time.
func TestSwitchOfProtocols(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	a := bare(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		<-over
	})
	t.Cleanup(func() { close(over) }) // before the server waits for it
	_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	wantInError(t, err, "status 101", "it switches to another protocol")
}

// A body that trickles in for ever ends with the time of the attempt.
func TestBodyThatTrickles(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(bytes.Repeat([]byte(" "), 10))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	client := a.client(t, func(c *opentact.Config) { c.MaxRetries, c.RequestTimeout = 0, 50*time.Millisecond })
	_, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	wantInError(t, err, "request_timeout (50ms)")
}
