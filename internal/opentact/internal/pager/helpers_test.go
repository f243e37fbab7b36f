// SPDX-License-Identifier: MPL-2.0

package pager_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	uuidA = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
	uuidB = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
	uuidC = "9b2e4c1a-0d3f-4b6a-8c5e-1f2a3b4c5d6e"
	uuidD = "c56a4180-65aa-42ec-a945-5fd21dec0538"
)

// shape is that of the profiles of these tests.
var shape = wire.Shape{Nested: [][]string{{"thing"}}, Fields: []string{"name", "uuid"}}

// profile returns the JSON of a profile.
func profile(uuid, name string) string { return fmt.Sprintf(`{"uuid":%q,"name":%q}`, uuid, name) }

// lease returns a phone-number lease with its own UUID and the members given.
func lease(members string) string {
	return `{"uuid":"00000001-2222-4222-8222-222222222222","autorenew":true,` + members + `}`
}

// success returns the body of a successful response.
func success(payload string) string { return `{"success":true,"payload":` + payload + `}` }

// announced is a body whose length the header of the response gives.
type announced struct {
	io.Reader
	length int64
}

// classify has a response with status 200 read.
func classify(response *wire.Response, body io.Reader) error {
	resp := &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(body), ContentLength: -1}
	if long, ok := body.(announced); ok {
		resp.ContentLength = long.length
	}
	_, err := response.Classify(resp)
	return err
}

func isResponseError(err error) bool {
	_, ok := errors.AsType[*apierror.ResponseError](err)
	return ok
}

// text returns a reader of a body.
func text(body string) io.Reader { return strings.NewReader(body) }
