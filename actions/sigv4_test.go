package actions

import (
	"net/http"
	"testing"
	"time"

	"gancho/engine/connections"
)

// awsCaller is who signs, and when.
type awsCaller struct {
	id, key string
	at      time.Time
}

// The callers of AWS's published vectors: of Signature Version 4, and of the guide to S3.
var (
	awsSuite = awsCaller{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)}
	awsGuide = awsCaller{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)}
)

// get gives the Authorization of a GET. The service is written in the connector, or the field of that name holds it.
func (a awsCaller) get(t *testing.T, service, address string, fields map[string]string) string {
	t.Helper()
	x, err := a.sign(t, service, address, fields)
	check(t, err)
	return x.header.Get("Authorization")
}

func (a awsCaller) sign(t *testing.T, service, address string, fields map[string]string) (*exchange, error) {
	t.Helper()
	made := &madeAuth{file: &authFile{Kind: "sigv4", Service: service, Region: "region", AccessKey: "id", SecretKey: "key", Fields: []fieldFile{
		{ID: "id", Type: "text"}, {ID: "region", Type: "text"}, {ID: "of", Type: "text"}, {ID: "known", Type: "text", Default: "service"}, {ID: "key", Type: "secret", Required: true},
	}}}
	conn := &connections.Connection{Name: "aws", Fields: map[string]string{"id": a.id, "region": "us-east-1"}, Secret: func(string) ([]string, error) {
		return []string{a.key}, nil
	}}
	for name, value := range fields {
		conn.Fields[name] = value
	}
	x := &exchange{method: http.MethodGet, url: mustURL(t, address), header: http.Header{}, at: a.at}
	return x, made.sign(x, conn, connections.Session{})
}

// Nothing is signed for a field's name in the place of its value.
func TestAWSSignsNoEmptyField(t *testing.T) {
	for lack, fields := range map[string]map[string]string{"of": {}, "region": {"of": "s3", "region": ""}} {
		if _, err := awsSuite.sign(t, "of", "https://a.example/", fields); err == nil || err.Error() != "the connection aws has no "+lack {
			t.Errorf("%s: %v", lack, err)
		}
	}
	if given, stated := awsSuite.get(t, "known", "https://a.example/", nil), awsSuite.get(t, "service", "https://a.example/", nil); given != stated {
		t.Errorf("%s\n%s", given, stated)
	}
}

// TestAWSSignature holds signatures against published vectors: "get-vanilla" and
// "get-vanilla-query-order-key-case" of AWS Signature Version 4, and two of the guide to S3.
func TestAWSSignature(t *testing.T) {
	for address, signature := range map[string]string{
		"https://example.amazonaws.com/":                             "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		"https://example.amazonaws.com/?Param2=value2&Param1=value1": "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	} {
		want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + signature
		if got := awsSuite.get(t, "service", address, nil); got != want {
			t.Errorf("%s: got  %s\nwant %s", address, got, want)
		}
		if got := awsSuite.get(t, "of", address, map[string]string{"of": "service"}); got != want {
			t.Errorf("%s, by a field: got  %s\nwant %s", address, got, want)
		}
	}
	for address, signature := range map[string]string{
		"https://examplebucket.s3.amazonaws.com/?lifecycle":           "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		"https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J": "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	} {
		want := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=" + signature
		if got := awsGuide.get(t, "s3", address, nil); got != want {
			t.Errorf("%s: got  %s\nwant %s", address, got, want)
		}
	}
}

// Equal names are signed by value. S3 is signed the name that a path stands for, others what was sent.
func TestWhatAWSSignsOfAnAddress(t *testing.T) {
	if a, b := awsSuite.get(t, "service", "https://a.example/?l=b&l=a", nil), awsSuite.get(t, "service", "https://a.example/?l=a&l=b", nil); a != b {
		t.Errorf("%s\n%s", a, b)
	}
	u := mustURL(t, "https://a.example/g/a%20b~c:d+%2B$")
	for service, want := range map[string]string{"execute-api": "/g/a%2520b~c%3Ad%2B%252B%24", "s3": "/g/a%20b~c%3Ad%2B%2B%24"} {
		if got := signedPath(u, service); got != want {
			t.Errorf("%s signs %s, want %s", service, got, want)
		}
	}
}
