// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// aspect is an aspect of text that people overlook when they compare two values.
type aspect struct {
	name string
	// remove returns text without this aspect.
	remove func(text string) string
}

var aspects = []aspect{
	{"white space", func(text string) string { return without(text, unicode.IsSpace) }},
	{"upper and lower case", func(text string) string { return strings.ToLower(strings.ToUpper(text)) }},
	{"invisible characters", func(text string) string { return without(text, redact.IsInvisible) }},
}

func without(text string, drop func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if drop(r) {
			return -1
		}
		return r
	}, text)
}

// difference returns how two different texts that look alike differ, such as "only in
// white space". It returns "" if they differ otherwise, or if a value is not text. The
// result contains no part of the values.
func difference(a, b json.RawMessage) string {
	x, isText := decodeText(a)
	y, both := decodeText(b)
	if !isText || !both || x == y {
		return ""
	}
	for _, combination := range [][]int{{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}} {
		var names []string
		left, right := x, y
		for _, i := range combination {
			left, right = aspects[i].remove(left), aspects[i].remove(right)
			names = append(names, aspects[i].name)
		}
		if left != right {
			continue
		}
		text := "only in " + strings.Join(names, " and in ")
		if combination[0] == 1 && len(combination) == 1 && differInHost(x, y) {
			text += " of the host"
		}
		return text
	}
	return ""
}

// differInHost reports whether two URLs differ only in their hosts.
func differInHost(a, b string) bool {
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	if errX != nil || errY != nil || x.Host == y.Host {
		return false
	}
	x.Host = y.Host
	return x.String() == y.String()
}
