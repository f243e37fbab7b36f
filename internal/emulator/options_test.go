// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestOptions_Defaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind     emulator.Kind
		defaults map[string]any
		want     map[string]any // besides the built-in ones
	}{
		"built-in, messaging":    {emulator.MessagingProfile, nil, nil},
		"built-in, voice":        {emulator.OutboundVoiceProfile, nil, nil},
		"unusual, messaging":     {emulator.MessagingProfile, map[string]any{"toll_free_weight": 7, "callback_url": "https://default.example"}, map[string]any{"toll_free_weight": 7.0, "callback_url": "https://default.example"}},
		"unusual, voice":         {emulator.OutboundVoiceProfile, map[string]any{"daily_spend_limit": 0.1, "filemat": "mp3"}, map[string]any{"daily_spend_limit": 0.1, "filemat": "mp3"}},
		"null in responses only": {emulator.MessagingProfile, map[string]any{"sticky_sender": nil, "long_code_weight": nil}, map[string]any{"sticky_sender": nil, "long_code_weight": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, emulator.Options{Defaults: map[emulator.Kind]map[string]any{c.kind: c.defaults}})
			want := profileWith(c.kind, c.want)
			want["name"] = "bare"
			created := a.send(http.MethodPost, collection(c.kind), `{"name":"bare"}`)
			mustEqual(t, "created", want, withoutReadOnly(a.stored(c.kind, created.uuid())))
			mustEqual(t, "added", want, withoutReadOnly(a.stored(c.kind, a.add(c.kind, map[string]any{"name": "bare"}))))
		})
	}
}

func TestNew_InvalidOptions_ReturnsError(t *testing.T) {
	t.Parallel()
	defaults := func(kind emulator.Kind, field string, value any) emulator.Options {
		return emulator.Options{Defaults: map[emulator.Kind]map[string]any{kind: {field: value}}}
	}
	for want, options := range map[string]emulator.Options{
		`unknown kind of profile "no-such"`:                               defaults("no-such", "name", "x"),
		`"colour" is not a field`:                                         defaults(emulator.MessagingProfile, "colour", 1),
		`"name" is not a field`:                                           defaults(emulator.MessagingProfile, "name", "x"),
		`"tollfree_weight" is not a field`:                                defaults(emulator.MessagingProfile, "tollfree_weight", 1),
		`long_code_weight must be an integer from 0 to 9 or null, got 10`: defaults(emulator.MessagingProfile, "long_code_weight", 10),
		`filemat must be one of "wav", "mp3" or null, got "ogg"`:          defaults(emulator.OutboundVoiceProfile, "filemat", "ogg"),
		`max_rate must be a number of at least 0 or null, got -1`:         defaults(emulator.OutboundVoiceProfile, "max_rate", -1),
		`can't encode the fields as JSON: `:                               defaults(emulator.OutboundVoiceProfile, "max_rate", make(chan int)),
		`the latency must be at least 0, got -1s`:                         {Latency: -time.Second},
		`the page size must be at least 0, got -1`:                        {PageSize: -1},
		`unknown shape 2`:                                                 {Shape: 2},
		`unknown field names -1`:                                          {FieldNames: -1},
		`the email must not contain a colon, got "a:b"`:                   {Email: "a:b"},
		`at least 1s, got 999ms`:                                          {TokenLifetime: 999 * time.Millisecond},
		`must be whole seconds`:                                           {TokenLifetime: 1500 * time.Millisecond},
		`got -1h0m0s`:                                                     {TokenLifetime: -time.Hour},
		`from 0 to 1000000, got -1`:                                       {RequestsPerSecond: -1},
		`got NaN`:                                                         {RequestsPerSecond: math.NaN()},
		`got 1.1e+06`:                                                     {RequestsPerSecond: 1.1e6},
	} {
		if _, err := emulator.New(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
