// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"io"
)

// Limits in bytes after decompression.
const (
	// MaxProfile is how much is read of a response about one profile.
	MaxProfile = 1 << 20
	// MaxList is how much is read of a list, all pages together.
	MaxList = 256 << 20
	// maxPart is for one item of a list, and for all that is not an item. A part is
	// held in memory as a whole, a list is not.
	maxPart = MaxProfile
)

var (
	errTooLarge     = errors.New("the response is too large")
	errPartTooLarge = errors.New("one part of the response is too large")
)

// limitedReader fails after too many bytes in all, or in one part. It remembers the
// error of the connection, so that this can be told from broken JSON.
type limitedReader struct {
	io.Reader
	left, part int64
	err        error
}

func (r *limitedReader) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), r.left+1, r.part+1)]
	n, err := r.Reader.Read(p)
	r.left -= int64(n)
	r.part -= int64(n)
	switch {
	case r.left < 0:
		return 0, errTooLarge
	case r.part < 0:
		return 0, errPartTooLarge
	case err != nil && !errors.Is(err, io.EOF):
		r.err = err
	}
	return n, err
}

// maxHead is how much of the beginning of a response is kept to describe it.
const maxHead = 2 << 10

// head keeps the beginning of what is written to it.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	if room := maxHead - len(h.text); room > 0 {
		h.text = append(h.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}
