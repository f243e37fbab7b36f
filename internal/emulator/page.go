// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// pagePolicy is the Content-Security-Policy of the page. It allows only the style of the page, and
// its empty icon, which stops browsers from requesting /favicon.ico.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// isPage reports whether r is a request for the page.
func isPage(r *http.Request) bool {
	return r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// servePage serves a page for people: the profiles, the latest requests and the rules. It changes nothing, and needs no
// token. Like the control endpoint, it is not part of the API. It requires a local Host header even if the emulator
// listens on another address. The address of the client can't decide this: in a container, it is not a loopback address.
func (e *Emulator) servePage(w http.ResponseWriter, r *http.Request) {
	if !IsLocalHost(r.Host) {
		http.Error(w, "This page is only for a browser on the same machine. Open it as http://localhost or http://127.0.0.1, "+
			"with the port of the emulator.", http.StatusMisdirectedRequest)
		return
	}
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, e.page(r)); err != nil { // can't happen: the tests execute each part
		http.Error(w, "Internal error: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // the client may have disconnected
	}
}
