// SPDX-License-Identifier: MPL-2.0

package opentact

// NewWithTransport returns a client whose requests are sent by a transport of the test.
var NewWithTransport = newClient
