// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"slices"
	"testing"
)

func TestClosestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		names []string
		want  []string
	}{
		{"alerts", nil, nil},
		{"alerts", []string{"billing", "marketing"}, nil},
		{"alerts", []string{"Alerts"}, []string{"Alerts"}},
		{"Größe", []string{"GRÖSSE", "größe"}, []string{"größe", "GRÖSSE"}},
		{"prod alerts", []string{"prod  alerts", "prod\u00a0alerts", "prodalerts", "prod alerts\u200b"}, []string{"prod  alerts", "prod alerts\u200b", "prodalerts"}},
		{"prod-alerts", []string{"prod-alert", "prod_alerts", "test-alerts", "dev"}, []string{"prod-alert", "prod_alerts"}},
		{"alerts", []string{"alrets", "alert", "Alerts", "alertz"}, []string{"Alerts", "alert", "alertz"}}, // the closest first
		{"alerts", []string{"alert", "alert", "alert", "alertz"}, []string{"alert", "alertz"}},
		{"a", []string{"b", "", "A"}, []string{"A"}},
		{"Alerts", []string{"alert", "alerts"}, []string{"alerts", "alert"}},
		{"abcd", []string{"abce", "abef"}, []string{"abce"}},
		{"ab", []string{"ac", "xy", "b"}, []string{"ac", "b"}},
		{" ", []string{"", "a"}, nil},
	} {
		if got := closestNames(test.name, test.names); !slices.Equal(got, test.want) {
			t.Errorf("%q of %q: got %q, want %q", test.name, test.names, got, test.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "ac", 1},
		{"kitten", "sitting", 3},
		{"größe", "grosse", 3},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := editDistance([]rune(pair[0]), []rune(pair[1])); got != test.want {
				t.Errorf("%q, %q: got %d, want %d", pair[0], pair[1], got, test.want)
			}
		}
	}
}
