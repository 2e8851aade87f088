package access

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// webFunctions stands for the id of a service that the vendor's SDK does not have.
const webFunctions = "Lambda Web"

// webRows are the operations on web functions, an API apart from that of
// functions (version 2025-03-07).
func webRows() []row {
	s := service{webFunctions, "lambda", Region}
	return []row{
		s.row("ListWebFunctions", inventory.CapWebFunctions, "web functions",
			askWeb(http.MethodPost, "/2025-03-07/web-functions", `{"maxResults":1}`)),
		s.row("GetWebAccountSettings", inventory.CapWebFunctions, "the count that proves the list of web functions whole",
			askWeb(http.MethodGet, "/2025-03-07/web-account-settings", "")),
	}
}

// askWeb is a probe of the API without a client of the vendor's for Go. Its
// requests go to Lambda's host and are signed for Lambda, so that Lambda's
// client makes them: a call without members is turned to the other path.
func askWeb(method, path, body string) try {
	turn := middleware.SerializeMiddlewareFunc("EstrayWebFunctions",
		func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
			if request, ok := in.Request.(*smithyhttp.Request); ok {
				request.Method, request.URL.Path, request.URL.RawPath = method, path, path
				if body != "" {
					request.Header.Set("Content-Type", "application/json")
					var err error
					if request, err = request.SetStream(strings.NewReader(body)); err != nil {
						return middleware.SerializeOutput{}, middleware.Metadata{}, err
					}
					in.Request = request
				}
			}
			return next.HandleSerialize(ctx, in)
		})
	return func(ctx context.Context, r *session.Region) error {
		_, err := lambda.NewFromConfig(r.Config()).GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{}, func(o *lambda.Options) {
			o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return s.Serialize.Add(turn, middleware.After) })
		})
		return err
	}
}
