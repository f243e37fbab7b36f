// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The maximum size of the recording in the README, in bytes and in lines of the demo.
const (
	maxRecording      = 30_000
	maxRecordingLines = 65
)

// TestRecording checks that the recording is small, loads nothing, and shows each step of the demo.
func TestRecording(t *testing.T) {
	t.Parallel()
	picture := content(t, filepath.Join(root, "quickstart", "demo.svg"))
	if len(picture) > maxRecording {
		t.Errorf("%d bytes, want at most %d", len(picture), maxRecording)
	}
	if lines := regexp.MustCompile(`<text class="(title|command|output|sentence)"[^>]*>[^<]`).FindAllString(picture, -1); len(lines) > maxRecordingLines {
		t.Errorf("the demo prints %d lines, want at most %d", len(lines), maxRecordingLines)
	}
	titles := recordedTitles(t, picture)
	script := content(t, filepath.Join(root, "..", "tools", "demo.sh"))
	var steps []string
	for _, step := range regexp.MustCompile(`(?m)^step '(.*)'$`).FindAllStringSubmatch(script, -1) {
		steps = append(steps, step[1])
	}
	if len(steps) < 5 || !slices.Equal(titles, steps) {
		t.Errorf("the recording has the steps %q, but the demo has %q: run make recording", titles, steps)
	}
	sentences := regexp.MustCompile(`(?m)(?:^explain |^\t|^echo )'((?:- |[A-Z]).*?)'`).FindAllStringSubmatch(script, -1)
	if len(sentences) < 12 {
		t.Errorf("the demo has only the sentences %q", sentences)
	}
	for _, sentence := range sentences {
		if !strings.Contains(picture, ">"+sentence[1]+"</text>") {
			t.Errorf("the recording lacks %q: run make recording", sentence[1])
		}
	}
}

// recordedTitles returns the titles of the steps in the recording. It rejects elements and attributes that can run
// code or load a resource.
func recordedTitles(t *testing.T, picture string) (titles []string) {
	t.Helper()
	loads := regexp.MustCompile(`(?i)url\(|@import|//|javascript:`)
	title := false
	for dec := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return titles
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			title = false
			if !slices.Contains(strings.Fields("svg title desc style g rect path circle text"), token.Name.Local) {
				t.Errorf("unexpected element %s", token.Name.Local)
			}
			for _, a := range token.Attr {
				title = title || a.Name.Local == "class" && a.Value == "title"
				if a.Name.Local != "xmlns" && (strings.HasPrefix(a.Name.Local, "on") || strings.HasSuffix(a.Name.Local, "href") || loads.MatchString(a.Value)) {
					t.Errorf("unexpected attribute %s=%q", a.Name.Local, a.Value)
				}
			}
			if token.Name.Local == "style" {
				if css, err := dec.Token(); err != nil || loads.MatchString(string(css.(xml.CharData))) { //nolint:forcetypeassert // the text of a style
					t.Errorf("the style loads a resource: %v", err)
				}
			}
		case xml.CharData:
			if title {
				titles = append(titles, string(token))
			}
			title = false
		}
	}
}
