// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// canary is a secret that is recognised wherever it gets to.
type canary struct {
	name, value string
	// configured tells that users have written it into their configuration, which
	// Terraform shows in plans and keeps in states, inFile that it is written there as
	// it is.
	configured, inFile bool
}

// writings are the ways in which a text is likely to hold the secret.
func (c canary) writings() []string {
	quoted, _ := json.Marshal(c.value) // a string can be
	all := []string{
		c.value, strings.Trim(string(quoted), `"`), strings.ReplaceAll(c.value, "/", `\/`), url.QueryEscape(c.value), url.PathEscape(c.value),
		html.EscapeString(c.value),
	}
	for before := range 3 { // what precedes it shifts how base64 writes it
		whole := append(make([]byte, before), c.value...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			own := encoding.EncodeToString(whole)[(before*8+5)/6 : len(whole)*8/6]
			all = append(all, own)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// in counts how often the secret is in a text, in whatever writing.
func (c canary) in(text []byte) (hits int) {
	for _, written := range c.writings() {
		hits += bytes.Count(text, []byte(written))
	}
	return hits
}

// unzipped returns a text, and what is in it where it is a zip archive, as a saved plan
// is.
func unzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return text
	}
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		inside, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, inside...)
	}
	return text
}

// A search that finds nothing is worth what it would have found.
func TestCanariesAreFound(t *testing.T) {
	t.Parallel()
	c := canary{value: `c4nary/of"a+test?`}
	quoted, _ := json.Marshal(c.value)
	for name, text := range map[string]string{
		"raw": "x" + c.value + "y", "JSON": string(quoted), "slashes": `c4nary\/of"a+test?`, "query": "?k=" + url.QueryEscape(c.value), "path": "/" + url.PathEscape(c.value),
		"HTML": html.EscapeString(c.value),
	} {
		if c.in([]byte(text)) == 0 {
			t.Errorf("%s: it is not found in %q", name, text)
		}
	}
	for before := range 6 {
		for after := range 6 {
			text := []byte(fmt.Sprintf("%s%s%s", strings.Repeat("<", before), c.value, strings.Repeat(">", after)))
			for _, encoded := range []string{base64.StdEncoding.EncodeToString(text), base64.URLEncoding.EncodeToString(text)} {
				if c.in([]byte(encoded)) == 0 {
					t.Errorf("it is not found in %q", encoded)
				}
			}
		}
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	file, err := w.Create("tfplan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, strings.Repeat("filler ", 1000)+c.value); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if c.in(archive.Bytes()) != 0 || c.in(unzipped(t, archive.Bytes())) == 0 {
		t.Error("it is not found in an archive alone")
	}
	if c.in([]byte("c4nary of a test")) != 0 {
		t.Error("it is found where it is not")
	}
}
