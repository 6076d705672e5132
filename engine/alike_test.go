package engine

import "testing"

// A group tells where its runs were going, and nothing of a single run.
func TestAlikeKeepsPlaces(t *testing.T) {
	for message, want := range map[string]string{
		"dial tcp 127.0.0.1:39711: connect: connection refused":                "dial tcp 127.0.0.1:39711: connect: connection refused",
		"read tcp 10.0.0.7:51234->192.0.2.10:443: connection reset":            "read tcp …->192.0.2.10:443: connection reset",
		"lookup erp.example.com:8443 for order 100045 of 2026-11-26":           "lookup erp.example.com:8443 for order … of …",
		"dial tcp [::1]:8080 and localhost:3000, host 192.0.2.1":               "dial tcp [::1]:8080 and localhost:3000, host 192.0.2.1",
		"ana@example.com paid 1.234,56 (0190a000-0000-7000-8000-123456789abc)": "… paid … (…)",
		`Post "https://api.shop.example.com:8443/v1/9001": EOF`:                `Post "https://api.shop.example.com:8443/v…": EOF`,
		"customer.id:12345 of order.id:77712 is not known":                     "customer.id:… of order.id:… is not known",
		"id:123456 is 12.345.678.901":                                          "id:… is …",
	} {
		if got := alike(message); got != want {
			t.Errorf("%s\n got %s\nwant %s", message, got, want)
		}
	}
}
