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
	// Lost is what came in place of the API's answer, where the profile was found
	// by its name and values instead. It is nil where the API answered.
	Lost error
	// Surplus lists the UUIDs of profiles that earlier requests of the same
	// create have made after all, when their answers were lost and lists did not
	// show them in time. They belong to no resource.
	Surplus []string
}

// Create makes one profile with the fields that planned mentions. A POST is
// never sent again unless it certainly was not carried out. Where its answer is
// lost the profile is looked for in the list, also after ctx has ended, for two
// request timeouts at the most. An *UnknownOutcomeError says that even so nobody
// can tell whether the profile exists.
func (c *Collection[F]) Create(ctx context.Context, planned F) (Creation[F], error) {
	sent, err := encode(planned)
	if err != nil {
		return Creation[F]{}, err
	}
	if err := c.creates.begin(ctx, c.listAny); err != nil {
		return Creation[F]{}, err
	}
	w := write{verb: "create", method: http.MethodPost, sent: sent}
	s := &search[F]{Collection: c, lane: c.creates.lane(w.name()), write: w}
	defer s.end()
	return s.create(ctx)
}

// create sends the POST until it is known what became of it.
func (s *search[F]) create(ctx context.Context) (made Creation[F], err error) {
	for ; ; s.repeats++ {
		var lost bool
		made.Profile, lost, err = s.post(ctx)
		if lost {
			cause := err
			made.Profile, err = s.recover(ctx, cause)
			if err == nil && made.UUID == "" {
				continue // it was not carried out
			}
			if made.UUID != "" {
				made.Lost = cause
			}
		}
		if made.UUID != "" {
			made.Surplus = s.surplus(ctx)
		}
		return made, err
	}
}

// post sends the POST and makes a profile of its answer. It tells whether the
// answer was lost: then the error is what came in its place.
func (s *search[F]) post(ctx context.Context) (profile Profile[F], lost bool, err error) {
	got, err := s.send(ctx, &s.write)
	if err != nil {
		return profile, isOutcomeUnknown(err), err
	}
	profile, err = s.settle(ctx, s.write, got)
	if IsGone(err) { // the answer was about something else
		s.creates.release(uuidOf(got))
		s.lane.lost(s.write.sent)
		return profile, true, err
	}
	return profile, false, err
}
