// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"
)

// simFate says how a request ends, such as "acts, lost". The first part says
// whether the API acts on it:
//   - acts: when the request arrives. It may store another name: "acts upper" for a name
//     in capitals, "acts spaced" for more white space, "acts NFD" for another form of
//     Unicode, "acts other" for another name.
//   - never.
//   - late: some time after the response. It is a long time after a timeout.
//   - twice: a proxy sends the request again some time later.
//
// The second part is the end of the request, see simNetwork.end. If there is only one
// part, it is the end of a request that the API acts on.
type simFate string

func (f simFate) parts() (acts, end string) {
	acts, end, found := strings.Cut(string(f), ", ")
	if !found {
		return "acts", acts
	}
	return acts, end
}

// isAmbiguous reports whether the end leaves open whether the API acted. So does a
// response that describes another profile.
func (f simFate) isAmbiguous() bool {
	acts, end := f.parts()
	return acts == "acts other" || strings.HasPrefix(end, "false") ||
		slices.Contains([]string{"lost", "truncated", "timeout", "408", "500", "500 page", "502", "503", "503 after 1", "504", "520", "empty", "{}", "maintenance"}, end)
}

// isTimeout reports whether the API may still work on a request after its end.
func (f simFate) isTimeout() bool {
	_, end := f.parts()
	return slices.Contains([]string{"timeout", "408", "504"}, end)
}

// simPost is a POST of a create.
type simPost struct {
	fate simFate
	// other is the profile that the response describes, although the POST did not make it.
	other *simProfile
}

type simRunKey struct{}

// simNetwork is the network between the clients and the API. It loses, delays and
// duplicates requests. It finds the fate of a request in its context.
type simNetwork struct {
	*simulation
}

var errRefused = errors.New("connection refused")

func (n simNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	run, _ := req.Context().Value(simRunKey{}).(*simRun)
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	what := n.kind(req)
	fate := run.nextFate(what)
	if _, end := fate.parts(); end == "refused" { // no connection
		if what == http.MethodPost {
			run.posted(simPost{fate: fate})
		}
		n.log(run, "%s: refused", what)
		return nil, errRefused
	}
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	time.Sleep(run.latency())
	resp, err := n.serve(run, req, what, fate, body)
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(run.latency()):
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// kind returns what a request does.
func (simNetwork) kind(req *http.Request) string {
	switch {
	case path.Base(req.URL.Path) == "auth":
		return "LOGIN"
	case isList(req):
		return "LIST"
	default:
		return req.Method
	}
}

// arrivingBody is a body that calls a function when it is read.
type arrivingBody struct {
	io.ReadCloser
	arrive func()
}

func (b *arrivingBody) Read(p []byte) (int, error) {
	b.arrive()
	return b.ReadCloser.Read(p)
}

// serve lets the API act on a request, and returns the part of the response that arrives.
func (n simNetwork) serve(run *simRun, req *http.Request, what string, fate simFate, body []byte) (*http.Response, error) {
	ctx, uuid := req.Context(), path.Base(req.URL.Path)
	acts, end := fate.parts()
	switch {
	case what == "LOGIN":
		n.log(run, "LOGIN: %s", end)
		return n.end(ctx, end, n.logIn)
	case !n.accepts(req.Header) && n.TokenTime == 0:
		panic("a request lacks the credentials of its process")
	case !n.accepts(req.Header):
		n.log(run, "%s: the token has expired", what)
		return n.failure(http.StatusUnauthorized), nil
	case n.isDown() && what == "LIST":
		n.log(run, "%s: outage, %s", what, n.Outage.Collection)
		return n.end(ctx, n.Outage.Collection, nil)
	case n.isDown() && what == http.MethodPost:
		return n.post(ctx, run, simFate("never, "+n.Outage.Collection), body)
	case n.isDown():
		n.log(run, "%s %s: outage, 404", what, short(uuid))
		return n.failure(http.StatusNotFound), nil
	case what == "LIST":
		resp, shown := n.list(req.URL.Query())
		if end == "ok" { // unless the client gives up before
			resp.Body = &arrivingBody{resp.Body, sync.OnceFunc(func() { run.sawList(req.URL.RawQuery == "", resp.Header, shown) })}
		}
		n.log(run, "LIST %s: %s, %s%s", req.URL.RawQuery, end, short(shown), strings.Replace(" (Age "+resp.Header.Get("Age")+")", " (Age )", "", 1))
		return n.end(ctx, end, func() *http.Response { return resp })
	case what == http.MethodGet:
		n.log(run, "GET %s: %s", short(uuid), end)
		return n.end(ctx, end, func() *http.Response {
			resp := n.read(uuid)
			if resp.StatusCode == http.StatusNotFound {
				run.sawNotFound(numberOf(uuid))
			}
			return resp
		})
	case what == http.MethodPost:
		return n.post(ctx, run, fate, body)
	}
	exists := true
	if acts != "never" {
		exists = n.write(uuid, what, body)
	}
	n.log(run, "%s %s: %s", what, short(uuid), fate)
	return n.end(ctx, end, func() *http.Response {
		switch {
		case !exists:
			return n.failure(http.StatusNotFound)
		case what == http.MethodDelete:
			return n.success(`{}`)
		default:
			return n.read(uuid)
		}
	})
}

// write changes or deletes a profile. It reports whether the profile existed.
func (n simNetwork) write(uuid, what string, body []byte) bool {
	return n.change(numberOf(uuid), func(v *simVersion) {
		if what == http.MethodDelete {
			v.deleted = true
			return
		}
		_ = json.Unmarshal(body, &v.simFields)
	})
}

// post lets the API act on a POST.
func (n simNetwork) post(ctx context.Context, run *simRun, fate simFate, body []byte) (*http.Response, error) {
	acts, end := fate.parts()
	var fields simFields
	_ = json.Unmarshal(body, &fields)
	other := n.another(run, end)
	run.posted(simPost{fate, other})
	store := func() *simProfile { return n.create(storedAs(fields, acts), run.index, time.Now()) }
	var made *simProfile
	switch acts {
	case "never":
	case "late":
		wait := run.op.Late
		if fate.isTimeout() {
			wait += n.RequestTimeout
		}
		time.AfterFunc(wait, func() { n.log(run, "POST is carried out late: %s", store()) })
	case "twice":
		made = store()
		time.AfterFunc(run.op.Late, func() {
			again := n.store(&simProfile{maker: run.index, repeated: true, versions: []simVersion{{at: time.Now(), simFields: fields}}})
			n.log(run, "POST is carried out again: %s", again)
		})
	default:
		made = store()
	}
	n.log(run, "POST %s: %s%s", fields, fate, strings.TrimSuffix(fmt.Sprintf(", makes %v", made), ", makes <nil>"))
	return n.end(ctx, end, func() *http.Response {
		switch {
		case strings.HasPrefix(end, "false") && other != nil:
			return n.success(n.show(other, time.Now(), false))
		case made == nil: // there is no other profile to show
			return n.respond(http.StatusBadGateway, "<html>")
		default:
			return n.success(n.show(made, time.Now(), false))
		}
	})
}

// storedAs returns the fields that the API stores.
func storedAs(fields simFields, acts string) simFields {
	switch acts {
	case "acts upper":
		fields.Name = strings.ToUpper(fields.Name)
	case "acts spaced":
		fields.Name += " "
	case "acts NFD":
		fields.Name = norm.NFD.String(fields.Name)
	case "acts other":
		fields.Name = "another name"
	}
	return fields
}

// another returns the profile that the response of a POST describes, although the POST
// did not make it: one that existed before, one of another create of this process, or one
// that others made. The client can know that: the baseline holds the profile, or its
// created_on is at least three seconds older than the request.
func (n simNetwork) another(run *simRun, end string) *simProfile {
	all := n.all()
	slices.Reverse(all)
	for _, p := range all {
		isSibling := p.maker >= 0 && n.runs[p.maker].process == run.process
		_, exists := p.version(time.Now())
		isOlder := n.Times != "none" && n.Skew == 0 && time.Since(p.created()) > 3*time.Second
		switch {
		case !exists || p.maker == run.index:
		case end == "false before" && p.maker == madeBefore && (isOlder || run.process.knows(p)),
			end == "false sibling" && isSibling,
			end == "false older" && p.maker != madeBefore && !isSibling && isOlder:
			return p
		}
	}
	return nil
}

// end returns how a request ends. ok is the API's response.
func (n simNetwork) end(ctx context.Context, end string, ok func() *http.Response) (*http.Response, error) {
	page := func(status int) (*http.Response, error) {
		return n.respond(status, "<html><title>no</title></html>"), nil
	}
	status := 0
	switch rest, _ := fmt.Sscanf(end, "%d", &status); {
	case end == "lost":
		return nil, io.ErrUnexpectedEOF
	case end == "timeout":
		<-ctx.Done()
		return nil, ctx.Err()
	case end == "truncated":
		resp := ok()
		text, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), brokenReader{}))
		return resp, nil
	case end == "empty":
		return n.respond(http.StatusOK, ""), nil
	case end == "{}":
		return n.respond(http.StatusOK, "{}"), nil
	case end == "maintenance":
		return n.respond(http.StatusOK, `{"status":"maintenance"}`), nil
	case end == "not a success":
		return n.respond(http.StatusOK, `{"success":false,"message":"no"}`), nil
	case rest == 0: // ok, or false
		return ok(), nil
	case status == http.StatusGatewayTimeout || status == http.StatusRequestTimeout:
		time.Sleep(3 * time.Second)
		return page(status)
	case strings.HasSuffix(end, "page"), status >= 500 && status != http.StatusServiceUnavailable, status < 400, status == http.StatusGone:
		return page(status)
	default:
		resp := n.failure(status)
		if _, after, found := strings.Cut(end, " after "); found {
			resp.Header.Set("Retry-After", after)
		}
		return resp, nil
	}
}

// brokenReader is the rest of a body whose connection breaks off.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
