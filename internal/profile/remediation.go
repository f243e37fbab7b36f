// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// remediation returns the effect of an error on the profile and the state, and the next
// step for the user.
func remediation(op operation, err error) string {
	if mismatch, ok := errors.AsType[*opentact.MismatchError](err); ok {
		return joinSentences(remediationForMismatch(op, mismatch), nextStepForRejected(mismatch.Failed)) + " `terraform plan` shows both values, unless they come from a sensitive variable or a write-only attribute."
	}
	return joinSentences(effect(op, err), nextStep(op, err))
}

// remediationForMismatch returns the effect and the next step after a create or an update that did not store
// all values.
func remediationForMismatch(op operation, err *opentact.MismatchError) string {
	const (
		// Terraform marks a resource as tainted if its create returns a state and an error.
		tainted = "The profile exists. It is in the state and marked as tainted, so the next apply would replace it. To keep it, "
		stored  = "The state matches the API. "
	)
	isUnfinished := slices.ContainsFunc(err.Fields, func(m opentact.Mismatch) bool { return m.Unfinished })
	switch {
	case op.verb == verbCreate && isUnfinished:
		return tainted + "run terraform untaint with the address of the resource, and then terraform apply to send the value again."
	case op.verb == verbCreate:
		return tainted + "set the attribute to a value that the API accepts, and run terraform untaint with the address of the resource."
	case isUnfinished:
		return stored + "Run terraform apply to send the value again."
	default:
		return stored + "Set the attribute to a value that the API accepts."
	}
}

// effect returns what a failed operation did to the profile and the state. An ambiguous
// create has its own diagnostic. Data sources have no state to change.
func effect(op operation, err error) string {
	response, isResponse := errors.AsType[*opentact.ResponseError](err)
	switch {
	case op.verb == verbCreate:
		return "Nothing was created."
	case op.verb == verbImport:
		return "Nothing was imported."
	case op.verb == verbRead:
		return "The profile is still in the state."
	case op.verb == verbFind, op.verb == verbList:
		return ""
	case opentact.OutcomeOf(err).NothingHappened(), isType[*opentact.MalformedProfileError](err): // an update that only read
		return "Nothing was changed."
	case op.verb == verbUpdate:
		return "The change may have been applied. Run terraform plan to check."
	case isResponse && response.Status/100 == 2: // a GET has shown that the profile exists
		return "The profile is still in the state."
	default:
		return "The profile may have been deleted. Run terraform plan to check."
	}
}

// errorWithNextStep is an error of this package that knows what the user can do about it.
type errorWithNextStep interface {
	error
	nextStep() string
}

// nextStep returns what the user can do about an error, or "".
func nextStep(op operation, err error) string {
	if own, ok := errors.AsType[errorWithNextStep](err); ok {
		return own.nextStep()
	}
	if login, ok := errors.AsType[*opentact.LoginError](err); ok {
		return nextStepForLogin(login.Err)
	}
	if credentials, ok := errors.AsType[*opentact.CredentialsError](err); ok {
		return nextStepForCredentials(op, credentials)
	}
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		return nextStepForAPIError(op, apiErr)
	}
	if response, ok := errors.AsType[*opentact.ResponseError](err); ok {
		return nextStepForResponse(op, response)
	}
	switch {
	case isType[*opentact.InvalidUUIDError](err):
		return "The id in the state is not valid. Remove the resource from the state with terraform state rm, and import the profile by its UUID."
	case isType[*opentact.MalformedProfileError](err):
		return nextStepForMalformed(op)
	case isType[*opentact.ListChangedError](err):
		return "Other clients create or delete profiles at the same time. Run Terraform again."
	case isType[*opentact.StaleError](err):
		return "A cache or proxy between Terraform and the API ignores `Cache-Control: no-cache`. Exempt the API's host from it."
	case isType[*opentact.TransportError](err):
		return nextStepForTransport(err)
	default:
		return ""
	}
}

// nextStepForMalformed returns the next step after malformed data of the API.
func nextStepForMalformed(op operation) string {
	if op.verb == verbList {
		return correctData + " Until then, set name_regex to a pattern that does not match the profile."
	}
	return correctData
}

const correctData = "Terraform can't correct the API's data. " +
	"Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support."

const checkBaseURL = "Check base_url or OPENTACT_BASE_URL (the default is " + opentact.DefaultBaseURL + ")"

// nextStepForTransport returns the next step after a request without a response.
func nextStepForTransport(err error) string {
	if proxy, ok := errors.AsType[*opentact.ProxyError](err); ok {
		return nextStepForProxy(proxy)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "Run Terraform again."
	case errors.Is(err, context.DeadlineExceeded):
		return "If the API is slow, raise the provider's request_timeout. Otherwise, check that this machine can reach the host in base_url."
	case isType[*net.DNSError](err):
		return checkBaseURL + ", and that this machine can resolve the name of its host."
	case isType[*tls.CertificateVerificationError](err):
		return checkBaseURL + ". If a proxy decrypts TLS, this machine must trust the proxy's certificate authority."
	case isType[tls.RecordHeaderError](err), errors.Is(err, http.ErrSchemeMismatch):
		return "The server at this address does not use TLS. " + checkBaseURL + "."
	case opentact.IsRefusedLoopback(err):
		return "No program listens at this address of this machine. To use the emulator, start it with `make try` or `opentact-emulator`, " +
			"and load the settings that it prints. Otherwise, correct base_url or OPENTACT_BASE_URL."
	case opentact.IsRefused(err):
		return "No program listens at this address, or a firewall rejects the connection. " + checkBaseURL + "."
	case opentact.OutcomeOf(err).NothingHappened():
		return checkBaseURL + ", and that this machine can reach it."
	case isConnectionLost(err): // the request was sent, so this machine can reach the address
		return "The API, or a gateway in front of it, may be failing or restarting. Try again later, or raise the provider's max_retries to retry more often."
	default: // not HTTP, or an error of HTTP/2
		return checkBaseURL + ". If it is correct, try again later."
	}
}

// isConnectionLost reports whether a connection ended before the response was complete.
func isConnectionLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isType[*net.OpError](err)
}

// nextStepForProxy returns the next step if a proxy did not open a connection to the API.
func nextStepForProxy(proxy *opentact.ProxyError) string {
	switch {
	case proxy.Address == "":
		return "Set HTTPS_PROXY to the URL of an HTTP proxy, such as http://proxy.example:3128, or unset it. " +
			"Percent-encode special characters in the user name and the password."
	case proxy.Status == http.StatusProxyAuthRequired:
		return "Check the user name and the password in HTTPS_PROXY."
	case proxy.Status == http.StatusForbidden:
		return "The proxy forbids connections to the API's host. Ask the administrator of the proxy to allow the host, or add the host to NO_PROXY."
	case proxy.Status == http.StatusBadGateway, proxy.Status == http.StatusServiceUnavailable, proxy.Status == http.StatusGatewayTimeout:
		return "The proxy can't reach the API's host. " + checkBaseURL + ", and ask the administrator of the proxy."
	case isType[*tls.CertificateVerificationError](proxy.Err):
		return "This machine must trust the certificate of the proxy."
	case isType[tls.RecordHeaderError](proxy.Err):
		return "The proxy does not use TLS. Start the address in HTTPS_PROXY with http://."
	case proxy.Status != 0:
		return checkProxyAddress(proxy) + "."
	default:
		return checkProxyAddress(proxy) + ", and that this machine can reach it."
	}
}

func checkProxyAddress(proxy *opentact.ProxyError) string {
	kind := "an HTTP proxy"
	if strings.HasPrefix(proxy.Address, "socks") {
		kind = "a SOCKS5 proxy"
	}
	return "Check that the address in HTTPS_PROXY is the address of " + kind
}

// nextStepForAPIError returns the next step after an error that the API itself reported.
func nextStepForAPIError(op operation, err *opentact.APIError) string {
	switch status := err.Status; {
	case status == http.StatusForbidden:
		return "The credentials are valid, but do not have permission for this request. Ask the account's administrator for the permission."
	case status == http.StatusNotFound && op.verb == verbFind:
		return "The account of the credentials has no such profile. Check the id, the account of the credentials, and base_url or OPENTACT_BASE_URL."
	case status == http.StatusNotFound && op.verb == verbUpdate:
		return "The profile was deleted after Terraform planned, or the credentials belong to another account than those of the plan. " +
			"Check the account of the credentials, and run terraform plan."
	case status == http.StatusNotFound:
		return checkBaseURL + "."
	case status == http.StatusTooManyRequests:
		return "The API rejects requests because there are too many. Wait some minutes, or set the provider's requests_per_second to the limit of the API."
	case status >= http.StatusInternalServerError:
		return apiIsFailing
	case !err.HasMessage():
		return nextStepWithoutMessage(err.RequestID)
	case status == http.StatusConflict:
		return "The request conflicts with other data in the account, or with another change at the same time. See the API's message, and run Terraform again."
	default:
		return "Correct the problem that the API's message describes, and run Terraform again."
	}
}

// nextStepWithoutMessage returns the next step after an error of the API without a message.
func nextStepWithoutMessage(requestID string) string {
	known := "the time and the status"
	if requestID != "" {
		known = "the time, the status and the request id"
	}
	return fmt.Sprintf("The API does not say what is wrong. Run Terraform again with TF_LOG_PROVIDER=DEBUG, which logs each attempt, and give OpenTact's support %s.", known)
}

// nextStepForResponse returns the next step after a response that does not have the API's form.
func nextStepForResponse(op operation, err *opentact.ResponseError) string {
	switch {
	case op.verb == verbDelete && err.Status/100 == 2:
		return "The API may be under maintenance, or another server may have responded. Run Terraform again."
	case err.Status == http.StatusTooManyRequests, err.Status >= http.StatusInternalServerError:
		return nextStepForAPIError(operation{}, &opentact.APIError{Status: err.Status})
	case err.Success:
		return "The API responded with success, but its data does not have the documented form. " +
			"Ask the administrator of the OpenTact account to check its profiles in the OpenTact portal, or ask OpenTact's support."
	default:
		return "Another server may have responded, such as a firewall, a proxy or a sign-in page. " + checkBaseURL + ", and that nothing blocks requests to it."
	}
}

const apiIsFailing = "The API, or a gateway in front of it, is failing but may recover. " +
	"Try again later, or raise the provider's max_retries to retry more often."

// remediationForUnset names the attributes that a failed update sent as null, if the API may have rejected
// the null. No line of the configuration shows the null. Otherwise it returns "".
func remediationForUnset(unset []string, err error) string {
	apiErr, ok := errors.AsType[*opentact.APIError](err)
	if len(unset) == 0 || !ok || !apiErr.IsAboutContent() {
		return ""
	}
	return fmt.Sprintf("The update also unsets attributes that the configuration no longer sets: %s. "+
		"If the API can't unset an attribute, add it to the configuration again.", strings.Join(unset, ", "))
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
