package actions

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"gancho/engine/connections"
)

// TestAWSSignature holds the signature against the published vector "get-vanilla" of AWS
// Signature Version 4.
func TestAWSSignature(t *testing.T) {
	a := &madeAuth{file: &authFile{Kind: "sigv4", Service: "service", Region: "region", AccessKey: "id", SecretKey: "key", Fields: []fieldFile{{ID: "id", Type: "text"}, {ID: "region", Type: "text"}, {ID: "key", Type: "secret", Required: true}}}}
	conn := &connections.Connection{Name: "aws", Fields: map[string]string{"id": "AKIDEXAMPLE", "region": "us-east-1"}, Secret: func(string) ([]string, error) {
		return []string{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}, nil
	}}
	u, err := url.Parse("https://example.amazonaws.com/")
	check(t, err)
	x := &exchange{method: http.MethodGet, url: u, header: http.Header{}, at: time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)}
	check(t, a.sign(x, conn, connections.Session{}))
	want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	if got := x.header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
