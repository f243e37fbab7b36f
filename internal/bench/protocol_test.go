package bench_test

import (
	"fmt"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func BenchmarkRead(b *testing.B) {
	env := acctest.New(b, emulator.Options{})
	p := env.Protocol(b)
	var states []acctest.State
	var ids []string
	for i := range 100 {
		id, err := env.Add(emulator.MessagingProfile, map[string]any{"name": fmt.Sprint("p", i), "callback_url": "https://sms.example.com/x", "sticky_sender": true})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		s, d := p.Import(b, "opentact_messaging_profile", id)
		acctest.NoDiagnostics(b, d)
		s, d = p.Read(b, "opentact_messaging_profile", s)
		acctest.NoDiagnostics(b, d)
		states = append(states, s)
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.Log(len(env.Requests()))
	i := 0
	for b.Loop() {
		p.Read(b, "opentact_messaging_profile", states[i%100])
		i++
	}
}
