// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"io"
)

// Limits in bytes after decompression.
const (
	// MaxProfile is the maximum size of a response about one profile.
	MaxProfile = 1 << 20
	// MaxList is the maximum size of a list, all pages together.
	MaxList = 256 << 20
	// maxPart is the maximum size of one item of a list, and of the data outside items. A
	// part is in memory as a whole, but a list is not.
	maxPart = MaxProfile
)

var (
	errTooLarge     = errors.New("the response is too large")
	errPartTooLarge = errors.New("one part of the response is too large")
)

// limitedReader fails after too many bytes in total, or in one part. It stores the error
// of the connection, to distinguish it from invalid JSON.
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

// maxHead is the number of bytes at the beginning of a response that are used to describe
// it.
const maxHead = 2 << 10
