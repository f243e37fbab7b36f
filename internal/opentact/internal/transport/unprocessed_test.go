// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// Frames and error codes of HTTP/2 (RFC 9113, sections 6 and 7).
const (
	frameHeaders, frameReset, frameSettings, frameGoAway = 1, 3, 4, 7

	noError, protocolError, internalError, refusedStream, cancelled = 0, 1, 2, 7, 8
)

// writeFrame writes an HTTP/2 frame.
func writeFrame(conn net.Conn, kind, flags byte, stream uint32, payload ...byte) {
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	frame = binary.BigEndian.AppendUint32(append(frame, flags), stream)
	_, _ = conn.Write(append(frame, payload...))
}

// readHeaders reads HTTP/2 frames up to the header of a request, and returns its stream. It
// returns 0 if the connection ends.
func readHeaders(conn net.Conn) (stream uint32) {
	for {
		frame := make([]byte, 9)
		if _, err := io.ReadFull(conn, frame); err != nil {
			return 0
		}
		length := int64(binary.BigEndian.Uint32(frame) >> 8)
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return 0
		}
		if frame[3] == frameHeaders {
			return binary.BigEndian.Uint32(frame[5:])
		}
	}
}

// TestOutcome_HTTP2Error is about a server that ends the stream of a POST without a
// response. The outcome is NotSent if HTTP/2 says that the server did not process it.
func TestOutcome_HTTP2Error(t *testing.T) {
	t.Parallel()
	reset := func(code byte) func(net.Conn, uint32) {
		return func(conn net.Conn, stream uint32) { writeFrame(conn, frameReset, 0, stream, 0, 0, 0, code) }
	}
	goAway := func(last, code byte) func(net.Conn, uint32) {
		return func(conn net.Conn, _ uint32) { writeFrame(conn, frameGoAway, 0, 0, 0, 0, 0, last, 0, 0, 0, code) }
	}
	for name, test := range map[string]struct {
		end  func(conn net.Conn, stream uint32)
		want apierror.Outcome
	}{
		"reset, refused":               {reset(refusedStream), apierror.NotSent},
		"reset, cancelled":             {reset(cancelled), apierror.Ambiguous},
		"reset, protocol error":        {reset(protocolError), apierror.Ambiguous},
		"reset, internal error":        {reset(internalError), apierror.Ambiguous},
		"GOAWAY before the stream":     {goAway(0, noError), apierror.NotSent},
		"GOAWAY after the stream":      {goAway(1, noError), apierror.Ambiguous},
		"GOAWAY with an error":         {goAway(0, internalError), apierror.Ambiguous},
		"connection closes, no GOAWAY": {func(net.Conn, uint32) {}, apierror.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, base := startServer(t, https2, nil)
			var requests atomic.Int64
			address := "https://" + listen(t, server.TLS, func(conn net.Conn) {
				if _, err := io.CopyN(io.Discard, conn, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
					return
				}
				writeFrame(conn, frameSettings, 0, 0)
				for stream := readHeaders(conn); stream > 0; stream = readHeaders(conn) {
					if requests.Add(1) > 1 {
						const endOfHeadersAndStream, status200 = 0x5, 0x88
						writeFrame(conn, frameHeaders, endOfHeadersAndStream, stream, status200)
						continue
					}
					test.end(conn, stream)
					if test.want == apierror.Ambiguous {
						return
					}
				}
			})
			r := newRequest(t, http.MethodPost, address)
			err := newClient(base).Do(t.Context(), r)
			if test.want == apierror.Ambiguous {
				wantTransportError(t, err, apierror.Ambiguous, 1)
				return
			}
			if info := r.Info(); err != nil || info.Attempts != 2 || info.EarlierAmbiguous {
				t.Errorf("got %+v: %v", info, err)
			}
			requests.Store(0)
			err = newClient(base, once).Do(t.Context(), newRequest(t, http.MethodPost, address))
			wantTransportError(t, err, apierror.NotSent, 1)
			wantText(t, err, "the server did not process the request")
		})
	}
}
