package actions

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"gancho/engine/connections"
)

// signedForAWS gives the Authorization of a GET, by the credentials and the time of AWS's published vectors.
func signedForAWS(t *testing.T, service, address string) string {
	t.Helper()
	a := &madeAuth{file: &authFile{Kind: "sigv4", Service: service, Region: "region", AccessKey: "id", SecretKey: "key", Fields: []fieldFile{{ID: "id", Type: "text"}, {ID: "region", Type: "text"}, {ID: "key", Type: "secret", Required: true}}}}
	conn := &connections.Connection{Name: "aws", Fields: map[string]string{"id": "AKIDEXAMPLE", "region": "us-east-1"}, Secret: func(string) ([]string, error) {
		return []string{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}, nil
	}}
	u, err := url.Parse(address)
	check(t, err)
	x := &exchange{method: http.MethodGet, url: u, header: http.Header{}, at: time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)}
	check(t, a.sign(x, conn, connections.Session{}))
	return x.header.Get("Authorization")
}

// TestAWSSignature holds signatures against the published vectors "get-vanilla" and
// "get-vanilla-query-order-key-case" of AWS Signature Version 4.
func TestAWSSignature(t *testing.T) {
	for address, signature := range map[string]string{
		"https://example.amazonaws.com/":                             "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		"https://example.amazonaws.com/?Param2=value2&Param1=value1": "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	} {
		want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + signature
		if got := signedForAWS(t, "service", address); got != want {
			t.Errorf("%s: got  %s\nwant %s", address, got, want)
		}
	}
}

// Equal names are signed by value, and what a path has escaped is escaped once more, but for S3.
func TestWhatAWSSignsOfAnAddress(t *testing.T) {
	if a, b := signedForAWS(t, "service", "https://a.example/?l=b&l=a"), signedForAWS(t, "service", "https://a.example/?l=a&l=b"); a != b {
		t.Errorf("%s\n%s", a, b)
	}
	u := mustURL(t, "https://a.example/g/a%20b~c")
	for service, want := range map[string]string{"execute-api": "/g/a%2520b~c", "s3": "/g/a%20b~c"} {
		if got := signedPath(u, service); got != want {
			t.Errorf("%s signs %s, want %s", service, got, want)
		}
	}
}
