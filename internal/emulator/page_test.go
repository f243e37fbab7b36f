// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// The page is served to local hosts, whatever the address of the client or of the emulator.
func TestPage_Host_MustBeLocal(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	for host, isLocal := range hosts {
		got := requestPage(t, e, http.MethodGet, "/", host)
		want := http.StatusMisdirectedRequest
		if isLocal {
			want = http.StatusOK
		}
		mustEqual(t, host, want, got.Code)
		if !isLocal {
			mustEqual(t, host+": Content-Type", "text/plain; charset=utf-8", got.Header().Get("Content-Type"))
			mustEqual(t, host, "This page is only for a browser on the same machine. Open it as http://localhost or http://127.0.0.1, "+
				"with the port of the emulator.\n", got.Body.String())
		}
	}
}

func TestPage_Headers(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	got := requestPage(t, e, http.MethodGet, "/", "localhost")
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(got.Body.String(), -1)
	if len(style) != 1 {
		t.Fatalf("want 1 style, got %d", len(style))
	}
	sum := sha256.Sum256([]byte(style[0][1]))
	want := http.Header{
		"Content-Type":           {"text/html; charset=utf-8"},
		"Content-Length":         {fmt.Sprint(got.Body.Len())},
		"X-Content-Type-Options": {"nosniff"},
		"Referrer-Policy":        {"no-referrer"},
		"Cache-Control":          {"no-store"},
		"Content-Security-Policy": {"default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	}
	mustEqual(t, "header", want, got.Header())
}

// A HEAD has the header of a GET and no body. The test uses a real server, because net/http drops the body of a HEAD.
func TestPage_Head_HasNoBody(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	mustEqual(t, "body without a server", "", requestPage(t, e, http.MethodHead, "/", "localhost").Body.String())
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	var lengths []int64
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		request, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || (method == http.MethodHead) != (len(body) == 0) {
			t.Errorf("%s: status %d, %d bytes, %v", method, res.StatusCode, len(body), err)
		}
		_ = res.Body.Close()
		lengths = append(lengths, res.ContentLength)
	}
	mustEqual(t, "Content-Length of HEAD", lengths[0], lengths[1])
}

// hostile are texts that must not become markup, nor change the order of the text around them.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onclick='alert(1)`, `javascript:alert(1)`, `{{.Style}}{{end}}`,
	`</style></title><!-- `, `<![CDATA[`, `&lt;script&gt;`, "a\x00b\x07\x1b[31m\x7f", "\u202egnp.exe", "\u2066x\u200b\ufeff", "line 1\nline 2\r\t", "]]>",
}

// fill adds a profile, a request and a rule for each text.
func fill(t *testing.T, e *emulator.Emulator, texts []string) {
	t.Helper()
	for i, text := range texts {
		for _, kind := range emulator.Kinds() {
			fields := map[string]any{"name": text}
			if kind == emulator.MessagingProfile {
				fields["callback_url"] = "https://" + text + "/0123456789"
			}
			if _, err := e.Add(kind, fields); err != nil {
				t.Fatal(err)
			}
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		request.URL.Path, request.URL.RawPath = "/"+text, ""
		if i == 0 {
			request.URL.Path = text // of a request in the form of CONNECT
		}
		request.Method = text
		request.Header.Set("User-Agent", text)
		e.ServeHTTP(httptest.NewRecorder(), request)
	}
	for _, text := range texts {
		rule := emulator.Rule{Method: strings.ToUpper(text), Faults: []emulator.Fault{{Action: emulator.ActionReject}}}
		if !strings.Contains(text, "[") { // not a valid pattern
			rule.Path = "/" + text
		}
		inject(t, e, rule)
	}
}

// The page has the same elements and attributes with hostile and harmless texts, and shows all texts.
func TestPage_HostileText_IsEscaped(t *testing.T) {
	t.Parallel()
	e, harmless := newEmulator(t, emulator.Options{}), newEmulator(t, emulator.Options{})
	fill(t, e, hostile)
	fill(t, harmless, slices.Repeat([]string{"x"}, len(hostile)))
	page := loadPage(t, e, "/")
	mustEqual(t, "skeleton", loadPage(t, harmless, "/").skeleton(), page.skeleton())
	shown := map[string]string{
		"a\x00b\x07\x1b[31m\x7f": `a\x00b\a\x1b[31m\x7f`, "\u202egnp.exe": `\u202egnp.exe`, "\u2066x\u200b\ufeff": `\u2066x\u200b\ufeff`,
		"line 1\nline 2\r\t": `line 1\nline 2\r\t`,
	}
	names, requests, rules := page.section(t, "messaging").rows(), page.section(t, "requests").content(), page.section(t, "rules").rows()
	for i, text := range hostile {
		want := text
		if escaped, ok := shown[text]; ok {
			want = escaped
		}
		want = strings.Join(strings.Fields(want), " ")
		if got := names[len(hostile)-1-i][0]; !strings.HasPrefix(got, want+" ") {
			t.Errorf("name %q is shown as %q", text, got)
		}
		if !strings.Contains(requests, want+" ") {
			t.Errorf("the requests do not show the method %q:\n%s", text, requests)
		}
		if got := rules[i][1]; !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("rule %q is shown as %q", text, got)
		}
	}
	mustEqual(t, "texts with escapes", len(hostile), len(names))
}

// A server rejects such a Host header, but a handler gets it in a test.
func TestPage_HostAndPathOfRule_AreEscaped(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	inject(t, e, emulator.Rule{Path: "/\u202ex", Faults: []emulator.Fault{{Action: emulator.ActionReject}}})
	page := parsePage(t, requestPage(t, e, http.MethodGet, "/", "localhost:\u202e1").Body.String())
	mustEqual(t, "base URL", `Base URL http://localhost:\u202e1/rest`, page.find("p")[0].content())
	mustEqual(t, "rule", `/\u202ex`, page.section(t, "rules").rows()[0][1])
}

// The page is static and accessible: no script, no form, no other origin; a language, a title, headers and captions.
func TestPage_Markup(t *testing.T) {
	t.Parallel()
	for _, controlled := range []bool{true, false} {
		e := newEmulator(t, emulator.Options{Control: controlled})
		checkMarkup(t, loadPage(t, e, "/"))
		fill(t, e, hostile)
		page := loadPage(t, e, "/?refresh")
		checkMarkup(t, page)
		mustEqual(t, "lang", "en", page.find("html")[0].attrs["lang"])
		mustEqual(t, "title", "OpenTact emulator", page.find("title")[0].content())
		mustEqual(t, "tables", 4, len(page.find("table")))
	}
}

// allowedAttributes are the attributes that each element of the page may have. None of them can contain code.
var allowedAttributes = map[string]string{
	"page": "", "html": "lang", "head": "", "meta": "charset name content http-equiv", "title": "", "link": "rel href", "style": "", "body": "", "header": "",
	"div": "", "h1": "", "h2": "id", "p": "class", "span": "class", "code": "", "time": "datetime", "br": "", "a": "href class", "nav": "aria-label",
	"ul": "", "li": "class", "strong": "", "main": "", "section": "id aria-labelledby", "table": "class", "caption": "", "thead": "", "tbody": "", "tr": "",
	"th": "scope", "td": "", "bdi": "", "b": "", "footer": "",
}

func checkMarkup(t *testing.T, page *element) {
	t.Helper()
	ids := make(map[string]bool)
	var links []string
	page.walk(func(e *element) {
		if e.name == "" {
			return
		}
		allowed, ok := allowedAttributes[e.name]
		if !ok {
			t.Errorf("unexpected element %s", e.name)
		}
		for name := range e.attrs {
			if !slices.Contains(strings.Fields(allowed), name) {
				t.Errorf("unexpected attribute %s of %s", name, e.name)
			}
		}
		if id := e.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("duplicate id %s", id)
			}
			ids[id] = true
		}
		if href, ok := e.attrs["href"]; ok {
			links = append(links, href)
		}
	})
	for _, link := range links {
		id, isAnchor := strings.CutPrefix(link, "#")
		if isAnchor && !ids[id] || !isAnchor && !slices.Contains([]string{"data:,", "/", "/?refresh", "/_emulator"}, link) {
			t.Errorf("unexpected link %q", link)
		}
	}
	for _, section := range page.find("section") {
		if !ids[section.attrs["aria-labelledby"]] {
			t.Errorf("section %q has no title", section.attrs["id"])
		}
	}
	for _, table := range page.find("table") {
		if len(table.find("caption")) != 1 || table.find("caption")[0].content() == "" {
			t.Errorf("a table has no caption: %s", table.content())
		}
		for _, header := range table.find("th") {
			if header.attrs["scope"] == "" {
				t.Errorf("the header %q has no scope", header.content())
			}
		}
	}
	if found := regexp.MustCompile(`(?i)url\(|@import|expression|src|http`).FindString(page.find("style")[0].content()); found != "" {
		t.Errorf("the style contains %q", found)
	}
}

// The page shows no credential: neither headers, queries and bodies of requests, nor the path of a webhook.
func TestPage_OmitsCredentials(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Token: "the-secret-token", Password: "the-secret-password", APIKeys: map[string]time.Duration{"the-secret-key": 0}})
	header := http.Header{"X-Auth-Token": {"the-secret-token"}, "Content-Type": {"application/json"}, "User-Agent": {"the-secret-agent"}}
	for _, webhook := range []string{"https://u:the-secret-user@hooks.example.com/the-secret-path?the-secret-query", "mailto:the-secret-address", "//the-secret-host/x", "%the-secret-text"} {
		serveRequest(t, e, http.MethodPost, "/profile/messaging?q=the-secret-search", fmt.Sprintf(`{"name":"x","callback_url":%q}`, webhook), header)
	}
	serveRequest(t, e, http.MethodPost, "/profile/messaging", `{"the-secret-body":1}`, header)
	got := requestPage(t, e, http.MethodGet, "/?the-secret-search", "localhost").Body.String()
	if i := strings.Index(got, "the-secret"); i >= 0 {
		t.Errorf("the page shows %.60q", got[i:])
	}
	rows := parsePage(t, got).section(t, "messaging").rows()
	for i, want := range []string{"callback_url (set) ", "callback_url (set) ", "callback_url (set) ", "callback_url https://hooks.example.com/… "} {
		if !strings.HasPrefix(rows[i][1], want) {
			t.Errorf("want the attribute %q, got %q", want, rows[i][1])
		}
	}
}

// A request for the page changes nothing. It needs no token, and rules, latency and rate limit do not affect it.
func TestPage_IsReadOnly(t *testing.T) {
	t.Parallel()
	e := newControlled(t)
	if err := e.Seed([]byte(`{"messaging":[{"name":"x"}]}`)); err != nil {
		t.Fatal(err)
	}
	rule := inject(t, e, always(emulator.Fault{Action: emulator.ActionCloseBefore}))
	before := fmt.Sprint(e.Profiles(emulator.MessagingProfile))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, target := range []string{"/", "/?refresh", "/?x=y"} {
			mustEqual(t, "status", http.StatusOK, requestPage(t, e, method, target, "127.0.0.1:1").Code)
		}
	}
	requestPage(t, e, http.MethodGet, "/", "evil.example")
	mustEqual(t, "profiles", before, fmt.Sprint(e.Profiles(emulator.MessagingProfile)))
	mustEqual(t, "hits", 0, rule.Hits())
	mustEqual(t, "log", 0, len(e.Requests()))
	e = newEmulator(t, emulator.Options{})
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		mustEqual(t, method, http.StatusNotFound, requestPage(t, e, method, "/", "localhost").Code)
	}
}

func TestPage_ManyRows_ShowsLatest(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	long := strings.Repeat("W", 200)
	for i := range 1000 {
		if _, err := e.Add(emulator.OutboundVoiceProfile, map[string]any{"name": fmt.Sprint(long, i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 120 {
		serveRequest(t, e, http.MethodGet, fmt.Sprint("/", i), "", nil)
		inject(t, e, hold()).Release()
	}
	got := requestPage(t, e, http.MethodGet, "/", "localhost").Body.String()
	if len(got) > 200_000 {
		t.Errorf("the page has %d bytes", len(got))
	}
	page := parsePage(t, got)
	for id, want := range map[string]struct {
		rows    int
		caption string
		first   string
	}{
		"outbound_voice": {100, "The latest 100 of 1000 profiles, newest first.", long + "999 "},
		"requests":       {50, "The latest 50 of 120 requests in the log, newest first.", "GET /rest/119"},
		"rules":          {50, "The table has the first 50 of 120 rules.", "1"},
	} {
		section := page.section(t, id)
		mustEqual(t, id+": rows", want.rows, len(section.rows()))
		if caption := section.find("caption")[0].content(); !strings.Contains(caption, want.caption) {
			t.Errorf("%s: caption %q", id, caption)
		}
		if first := strings.Join(section.rows()[0], " "); !strings.Contains(first, want.first) {
			t.Errorf("%s: the first row is %q", id, first)
		}
	}
	mustEqual(t, "totals", "0 Messaging profiles 1000 Outbound voice profiles 120 Requests 120 Failed requests 0 Requests hit by a rule 120 Rules",
		page.find("nav")[0].content())
}

func TestPage_Contents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Control: true})
		if err := e.Seed([]byte(`{"messaging":[{"name":"first","uuid":"` + seedUUID + `","toll_free_weight":7}],"outbound_voice":[{"name":"calls","max_rate":0.05}]}`)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(26 * time.Hour) // of the bubble's clock
		inject(t, e, emulator.Rule{Method: "PATCH", Path: "/profile/*/*", Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
		inject(t, e, emulator.Rule{Method: "POST", Skip: 1, Probability: 0.5, Seed: 3, Faults: []emulator.Fault{
			{Action: emulator.ActionRespond, Status: 503, RetryAfter: 2, RetryAfterDate: true}, {Action: emulator.ActionLag, For: emulator.Duration(time.Second)},
		}})
		serveRequest(t, e, http.MethodPatch, item(emulator.MessagingProfile, seedUUID), named("renamed"), validHeader())
		serveRequest(t, e, http.MethodPatch, item(emulator.MessagingProfile, "x"), "", validHeader())
		mustEqual(t, "list", http.StatusOK, status(t, e, http.MethodGet, "/profile/messaging", ""))
		inject(t, e, hold())
		go status(t, e, http.MethodGet, "/auth", "")
		synctest.Wait()
		page := loadPage(t, e, "/")
		mustEqual(t, "totals", "1 Messaging profiles 1 Outbound voice profiles 4 Requests 2 Failed requests 2 Requests hit by a rule 3 Rules",
			page.find("nav")[0].content())
		mustEqual(t, "base URL", "Base URL http://localhost:8480/rest", page.find("p")[0].content())
		mustEqual(t, "classes of totals", []string{"", "", "", "bad", "busy", ""}, page.find("nav")[0].attributes("a", "class"))
		mustEqual(t, "load time", "2000-01-02 02:00:00", page.find("time")[0].content())
		const loaded, seeded = "2000-01-02T02:00:00.000Z", "2000-01-01T00:00:00.000Z"
		mustEqual(t, "machine-readable times", []string{loaded, seeded, loaded, seeded, loaded, loaded, loaded, loaded}, page.attributes("time", "datetime"))
		const defaults = "long_code_weight 1 number_pool_enable false skip_unhealthy_tns false sticky_sender false"
		mustEqual(t, "messaging profiles", [][]string{{"renamed " + seedUUID, "toll_free_weight 7 " + defaults, "created 2000-01-01 00:00:00 modified 02:00:00"}},
			page.section(t, "messaging").rows())
		mustEqual(t, "classes of attributes", []string{"", "default", "default", "default", "default"}, page.section(t, "messaging").attributes("li", "class"))
		voice := page.section(t, "outbound_voice").rows()
		mustEqual(t, "outbound voice profiles", []string{"max_rate 0.05 audio_track_type 0 filemat wav record_calls 0", "created 2000-01-01 00:00:00"}, voice[0][1:])
		mustEqual(t, "requests", [][]string{
			{"02:00:00.000", "GET /rest/auth", "in progress hold", ""},
			{"02:00:00.000", "GET /rest/profile/messaging", "200 OK", "0s"},
			{"02:00:00.000", "PATCH /rest/profile/messaging/x", "400 Bad Request", "0s"},
			{"02:00:00.000", "PATCH /rest/profile/messaging/" + seedUUID, "no response close_after", ""},
		}, page.section(t, "requests").rows())
		mustEqual(t, "classes of statuses and faults", []string{"status busy", "status busy", "status good", "status bad", "status bad", "status busy"},
			page.section(t, "requests").attributes("span", "class"))
		mustEqual(t, "rules", [][]string{
			{"1", "PATCH /profile/*/* times 1", "close_after", "1 hit, 0 held"},
			{"2", "every POST skip 1 probability 0.5 seed 3", "respond, status 503, retry_after 2, retry_after_date true lag, for 1s", "0 hit, 0 held"},
			{"3", "every request", "hold", "1 hit, 1 held"},
		}, page.section(t, "rules").rows())
		e.RemoveRules()
		synctest.Wait()
	})
}

func TestPage_Duration_IsRounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for latency, want := range map[time.Duration]string{1234567890: "1.2346s", 1234567: "1.2ms", 123456: "123µs"} {
			e := newEmulator(t, emulator.Options{Latency: latency})
			serveRequest(t, e, http.MethodGet, "/auth", "", nil)
			mustEqual(t, "duration", want, loadPage(t, e, "/").section(t, "requests").rows()[0][3])
		}
	})
}

func TestPage_EmptyAndRefresh(t *testing.T) {
	t.Parallel()
	for controlled, want := range map[bool]string{true: "Rules There are no rules.", false: "Rules There are no rules. The control endpoint is off: start with -control"} {
		page := loadPage(t, newEmulator(t, emulator.Options{Control: controlled}), "/")
		mustEqual(t, "rules", want, page.section(t, "rules").content())
		mustEqual(t, "requests", "Requests There are no requests in the log.", page.section(t, "requests").content())
		mustEqual(t, "profiles", "Messaging profiles There are no profiles of this kind.", page.section(t, "messaging").content())
	}
	for target, want := range map[string]int{"/": 0, "/?refresh": 1} {
		refreshing := 0
		for _, meta := range loadPage(t, newEmulator(t, emulator.Options{}), target).find("meta") {
			if meta.attrs["http-equiv"] == "refresh" {
				refreshing++
				mustEqual(t, "interval", "2", meta.attrs["content"])
			}
		}
		mustEqual(t, target, want, refreshing)
	}
}

func TestPage_ConcurrentUse(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	var working sync.WaitGroup
	for range 3 {
		working.Go(func() {
			for range 10 {
				inject(t, a.Emulator, emulator.Rule{Method: http.MethodGet, Faults: []emulator.Fault{{Action: emulator.ActionReject}}}).Remove()
				uuid := a.send(http.MethodPost, collection(emulator.MessagingProfile), named("x")).uuid()
				a.send(http.MethodPatch, item(emulator.MessagingProfile, uuid), named("y"))
				parsePage(t, requestPage(t, a.Emulator, http.MethodGet, "/", "localhost").Body.String())
				_ = a.ExportSeed()
			}
			a.Reset()
		})
	}
	working.Wait()
	mustEqual(t, "profiles", 0, len(loadPage(t, a.Emulator, "/").section(t, "messaging").rows()))
}
