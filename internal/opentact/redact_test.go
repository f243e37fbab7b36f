// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"html"
	"io"
	"maps"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Callback URLs may contain credentials. No error shows one, whatever text the API
// returns (rule 11 of CONTRACT.md).
func TestCollection_Create_Error_RedactsCallbackURL(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/T0123-s3cret?k=s3cret&key=s3cret-key"
	planned := messagingFields{Named: named("a"), CallbackURL: opentact.Value(secret)}
	for name, next := range map[string]reply{
		"stored differently":        created(profileAWith(map[string]any{"callback_url": secret + "/"})),
		"stored in another field":   created(profileAWith(map[string]any{"name": "see " + secret, "callback_url": secret})),
		"stored in a number field":  created(profileAWith(map[string]any{"tollfree_weight": secret, "callback_url": secret})),
		"rejected with the value":   rejection(400, "callback_url "+secret+" is not reachable"),
		"shortened in the value":    rejection(400, strings.Repeat("x", 490)+" "+secret),
		"in the message of a field": {status: 400, body: `{"success":false,"fields":{"params.callback_url":{"message":"` + secret + ` is bad"}}}`},
		"in a page":                 {status: 403, body: "<p>blocked: " + secret},
		"in a page, HTML-escaped":   {status: 403, body: "<p>blocked: " + html.EscapeString(secret)},
		"in a page, URL-escaped":    {status: 403, body: "<p>blocked: ?" + url.QueryEscape(secret)},
		"without its end":           rejection(400, "callback_url https://user:s3cret@hook.exam… is not reachable"),
		"without its scheme":        rejection(400, "user:s3cret@hook.example is not reachable"),
		"in capitals":               rejection(400, "HTTPS://user:s3cret@HOOK.EXAMPLE is not reachable"),
		"only its query":            rejection(400, "no response to ?k=s3cret&key=s3cret-key"),
		"only its key":              rejection(400, "no response to s3cret-key"),
		"only its path":             rejection(400, "no route to /T0123-s3cret/"),
	} {
		a := newScriptedCreateAPI(t, next)
		_, err := a.messaging(t).Create(t.Context(), planned)
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		text := err.Error()
		if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
			text += apiErr.Fields["callback_url"]
		}
		if strings.Contains(text, "user:") || strings.Contains(text, "s3cret") {
			t.Errorf("%s: the error shows the callback URL: %s", name, text)
		}
	}
	a := newScriptedCreateAPI(t, created(profileAWith(map[string]any{"callback_url": secret + "/"})))
	_, err := a.messaging(t).Create(t.Context(), planned)
	wantErrorContains(t, err, "callback_url was sent as a sensitive value of 69 characters and came back as a sensitive value of 70 characters")
}

// The callback URL that is known before the operation is redacted too.
func TestCollection_OtherOperations_Error_RedactsKnownCallbackURL(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/T0123-s3cret?k=s3cret&key=s3cret-key"
	known := profileWith(uuidA, messagingFields{Named: named("a"), CallbackURL: opentact.Value(secret)})
	for name, call := range map[string]func(*opentact.Collection[messagingFields]) error{
		"get": func(c *opentact.Collection[messagingFields]) error {
			_, err := c.Get(t.Context(), known)
			return err
		},
		"update of another field": func(c *opentact.Collection[messagingFields]) error {
			_, err := c.Update(t.Context(), known, messagingFields{Named: named("b")})
			return err
		},
		"delete": func(c *opentact.Collection[messagingFields]) error { return c.Delete(t.Context(), known) },
	} {
		a := newScriptedCreateAPI(t, rejection(409, secret+" is down"))
		if err := call(a.messaging(t)); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A data source knows no callback URL. The client reduces unknown URLs to scheme and host.
// The URL of the request stays complete.
func TestCollection_Get_Error_ReducesUnknownURL(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/k3y-of-hook?key=s3cret"
	page := map[string]string{"Content-Type": "text/html"}
	for name, test := range map[string]struct {
		reply reply
		want  string
	}{
		"message":             {rejection(409, secret+" is down"), "https://hook.example is down"},
		"no scheme":           {rejection(409, "no response from "+strings.TrimPrefix(secret, "https://")), "responded with status 409: no response from hook.example"},
		"message of a field":  {reply{status: 400, body: `{"success":false,"fields":{"params.callback_url":{"message":"` + secret + `"}}}`}, "callback_url: https://hook.example"},
		"name of a field":     {reply{status: 400, body: `{"success":false,"fields":{"` + secret + `":"bad"}}`}, "https://hook.example: bad"},
		"JSON in the message": {rejection(502, `{"url":"`+strings.ReplaceAll(secret, "/", `\/`)+`"}`), `{"url":"https://hook.example"}`},
		"title":               {reply{status: 403, header: page, body: "<title>No " + html.EscapeString(secret)}, `the title "No https://hook.example"`},
		"redirect":            {reply{status: 302, header: map[string]string{"Location": secret}}, "a redirect to https://hook.example, which is not followed"},
		"member twice":        {reply{status: 200, body: `{"` + secret + `":1,"` + secret + `":1}`}, `the member "https://hook.example" twice`},
		"malformed field":     {success(profileAWith(map[string]any{"tollfree_weight": secret})), `came back as "https://hook.example", which`},
		"malformed UUID":      {success(profileAWith(map[string]any{"uuid": secret})), `"https://hook.example" is not a UUID`},
	} {
		test.reply.header = maps.Clone(test.reply.header)
		if test.reply.header == nil {
			test.reply.header = make(map[string]string)
		}
		test.reply.header["X-Request-Id"] = "1 " + secret
		a := newScriptedAPI(t, test.reply)
		_, err := a.messaging(t, noRetries).Get(t.Context(), opentact.Profile[messagingFields]{UUID: uuidA})
		wantErrorContains(t, err, test.want)
		text := err.Error()
		if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
			wantErrorContains(t, err, "(GET "+a.URL+"/rest/profile/messaging/"+uuidA+")")
			text += apiErr.RequestID
		}
		if strings.Contains(text, "s3cret") || strings.Contains(text, "k3y") || strings.Contains(text, "user:") {
			t.Errorf("%s: the error shows the URL: %s", name, text)
		}
	}
}

// Go's error of a connection may quote the status line.
func TestCollection_Get_MalformedStatusLine_IsNotQuoted(t *testing.T) {
	t.Parallel()
	a := newConnServer(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 https://hook.example/k3y-of-hook\r\n\r\n")
	})
	_, err := a.messaging(t, noRetries).Get(t.Context(), knownA())
	wantErrorContains(t, err, "the server sent data that is not valid HTTP")
	if strings.Contains(err.Error(), "hook") {
		t.Errorf("the error shows the URL: %v", err)
	}
}

// The lists before a create and after a lost response may show the callback URL too.
func TestCollection_Create_ListError_RedactsCallbackURL(t *testing.T) {
	t.Parallel()
	const secret = "https://user:s3cret@hook.example/"
	unreadable, failed := reply{status: 201, body: "lost"}, rejection(403, "row "+secret)
	for name, script := range map[string][]reply{
		"before": {failed, unreadable, listOf()},
		"after":  {listOf(), unreadable, failed},
	} {
		a := newScriptedAPI(t, script...)
		_, err := a.messaging(t).Create(t.Context(), messagingFields{Named: named("a"), CallbackURL: opentact.Value(secret)})
		wantErrorContains(t, err, "could not be read", "row (the value of callback_url)")
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the callback URL: %v", name, err)
		}
	}
}
