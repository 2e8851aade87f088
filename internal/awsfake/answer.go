package awsfake

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is what goes back over the wire.
type answer struct {
	status int
	header http.Header // beside content type and length
	kind   string      // content type
	body   []byte
}

// write sends the answer whole.
func (a answer) write(w http.ResponseWriter) error {
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, err := w.Write(a.body)
	return err
}

// ok answers a body in the content type of the call's protocol.
func (c *call) ok(body []byte) answer {
	return answer{status: http.StatusOK, kind: contentType(c.Service), body: body}
}

// json answers a value. It is for answers that are asked for seldom or are
// small; what a scan asks for each function is written by hand.
func (c *call) json(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return c.fail(http.StatusInternalServerError, "InternalFailure", "encode the answer: "+err.Error())
	}
	return c.ok(body)
}

func contentType(service string) string {
	switch protocolOf(service) {
	case json11:
		return "application/x-amz-json-1.1"
	case queryXML:
		return "text/xml"
	case restXML:
		return "application/xml"
	}
	return "application/json"
}

// fail answers an error in the shape of the call's protocol.
func (c *call) fail(status int, code, message string) answer {
	a := answer{status: status, kind: contentType(c.Service), header: http.Header{"X-Amzn-Requestid": {requestID}}}
	switch protocolOf(c.Service) {
	case json11:
		a.body = newJSON().open('{').str("__type", code).str("Message", message).close('}').b
	case queryXML:
		x := newXML().open("ErrorResponse").open("Error")
		x.text("Type", sideOf(status)).text("Code", code).text("Message", message).close("Error")
		a.body = x.text("RequestId", requestID).close("ErrorResponse").b
	case restXML:
		x := newXML().open("Error").text("Code", code).text("Message", message)
		a.body = x.text("RequestId", requestID).text("HostId", "host").close("Error").b
	default:
		a.header["X-Amzn-Errortype"] = []string{code}
		member := "message"
		if c.Service == "lambda" {
			member = "Message"
		}
		a.body = newJSON().open('{').str(member, message).close('}').b
	}
	return a
}

// clientError answers a refusal with the status that the protocol gives it.
func (c *call) clientError(status int, code, message string) answer {
	if protocolOf(c.Service) == json11 {
		status = http.StatusBadRequest
	}
	return c.fail(status, code, message)
}

// requestID is the id of every answer: the same world gives the same bytes.
const requestID = "00000000-0000-4000-8000-000000000000"

func sideOf(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}
