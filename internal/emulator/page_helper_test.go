// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// element is an element of a page, or a text if it has no name.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
	text     string
}

// requestPage sends a request for the page with this Host header.
func requestPage(t *testing.T, e *emulator.Emulator, method, target, host string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	request.Host = host
	e.ServeHTTP(recorder, request)
	return recorder
}

// loadPage returns the root of the page.
func loadPage(t *testing.T, e *emulator.Emulator, target string) *element {
	t.Helper()
	got := requestPage(t, e, http.MethodGet, target, "localhost:8480")
	mustEqual(t, "status", http.StatusOK, got.Code)
	return parsePage(t, got.Body.String())
}

// parsePage parses a page as XML, which is stricter than HTML: a bare & or <, an open element or a control character is an
// error.
func parsePage(t *testing.T, page string) *element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	root := &element{name: "page"}
	open := []*element{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		parent := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			child := &element{name: token.Name.Local, attrs: make(map[string]string)}
			for _, attr := range token.Attr {
				child.attrs[attr.Name.Local] = attr.Value
			}
			parent.children = append(parent.children, child)
			open = append(open, child)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			parent.children = append(parent.children, &element{text: string(token)})
		case xml.Comment, xml.ProcInst:
			t.Errorf("unexpected %T %s", token, token)
		}
	}
}

// walk calls visit with the element and all elements in it.
func (e *element) walk(visit func(*element)) {
	visit(e)
	for _, child := range e.children {
		child.walk(visit)
	}
}

// find returns the elements with this name.
func (e *element) find(name string) []*element {
	var found []*element
	e.walk(func(child *element) {
		if child.name == name {
			found = append(found, child)
		}
	})
	return found
}

// attributes returns the value of an attribute of each element with this name.
func (e *element) attributes(name, attr string) []string {
	var values []string
	for _, found := range e.find(name) {
		values = append(values, found.attrs[attr])
	}
	return values
}

// section returns the section with this id.
func (e *element) section(t *testing.T, id string) *element {
	t.Helper()
	for _, section := range e.find("section") {
		if section.attrs["id"] == id {
			return section
		}
	}
	t.Fatalf("the page has no section %q", id)
	return nil
}

// content returns the text of the element, with single spaces.
func (e *element) content() string {
	var words []string
	e.walk(func(child *element) { words = append(words, strings.Fields(child.text)...) })
	return strings.Join(words, " ")
}

// rows returns the contents of the cells in the bodies of all tables.
func (e *element) rows() [][]string {
	rows := [][]string{}
	for _, body := range e.find("tbody") {
		for _, tr := range body.find("tr") {
			var cells []string
			for _, cell := range tr.children {
				if cell.name != "" {
					cells = append(cells, cell.content())
				}
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// skeleton returns the names of all elements and attributes, without any text or value.
func (e *element) skeleton() string {
	var b strings.Builder
	e.walk(func(child *element) {
		if child.name != "" {
			b.WriteString(child.name + " " + strings.Join(slices.Sorted(maps.Keys(child.attrs)), " ") + "\n")
		}
	})
	return b.String()
}
