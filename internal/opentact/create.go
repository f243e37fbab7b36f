// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"net/http"
)

// Creation is what came of a create.
type Creation[F Fields] struct {
	// Profile exists if it has a UUID, also beside an error.
	Profile[F]
	// Lost is what came in place of the API's answer, the last time that there was
	// none. It is nil if the first answer arrived.
	Lost error
	// Repeats is how often the POST was sent again because of that. Each time two
	// lists had shown no profile. There may be one too many all the same, if the
	// API carried a POST out later, or if the lists lagged behind.
	Repeats int
	// Surplus lists the UUIDs of profiles that POSTs of this content have made
	// beside those that belong to a resource.
	Surplus []string
}

// Create makes one profile with the fields that planned mentions. Where its
// answer is lost the profile is looked for in the list; the POST is sent again
// only if two lists, some time apart, do not show it. The search goes on after ctx
// has ended, each step of it for a bounded time. An *UnknownOutcomeError says that
// even so nobody can tell whether the profile exists.
func (c *Collection[F]) Create(ctx context.Context, planned F) (Creation[F], error) {
	sent, err := encode(planned)
	if err != nil {
		return Creation[F]{}, err
	}
	if err := c.creates.begin(ctx, func(ctx context.Context) ([]members, error) { return c.listAny(ctx, sent) }); err != nil {
		return Creation[F]{}, err
	}
	w := write{verb: "create", method: http.MethodPost, sent: sent}
	s := &search[F]{Collection: c, lane: c.creates.lane(w.name()), write: w}
	made, err := s.create(ctx)
	s.endWait()
	if made.UUID != "" {
		made.Surplus = s.surplus(ctx)
	}
	made.Lost, made.Repeats = s.cause, s.repeats
	return made, err
}

// create sends the POST until it is known what became of it.
func (s *search[F]) create(ctx context.Context) (made Creation[F], err error) {
	for {
		made.Profile, err = s.post(ctx)
		switch {
		case isOutcomeUnknown(err):
			made.Profile, err = s.recover(ctx, err)
		case err != nil && made.UUID == "" && s.repeats > 0:
			// This one was not carried out, but the one before may have been.
			made.Profile, err = s.lastLook(ctx, err)
		}
		if err != nil || made.UUID != "" {
			return made, err
		}
		s.repeats++
	}
}

// post sends the POST and makes a profile of its answer.
func (s *search[F]) post(ctx context.Context) (profile Profile[F], err error) {
	got, err := s.send(ctx, &s.write)
	if err != nil {
		return profile, err
	}
	return s.settle(ctx, s.write, got)
}
