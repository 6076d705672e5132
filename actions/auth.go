package actions

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some receivers know nothing newer
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// authorize adds the connection's secret to a finished request, and binds it to the
// connection's hosts.
func authorize(ctx context.Context, out *Outbound, x *exchange, call *engine.Call) error {
	c := call.Connection
	if c == nil {
		return nil
	}
	x.hosts = c.Hosts
	if len(x.hosts) == 0 {
		return engine.Faultf("host_not_allowed", "the connection %s lists no hosts that it may be sent to", c.Name)
	}
	if !hostListed(x.hosts, x.url) {
		return engine.Faultf("host_not_allowed", "the connection %s may not be sent to %s; it lists %s", c.Name, x.url.Hostname(), strings.Join(c.Hosts, ", "))
	}
	x.at = out.now()
	return signed(ctx, out, x, c, call.Key)
}

// signed is what authorize does to a request for a host that is listed.
func signed(ctx context.Context, out *Outbound, x *exchange, c *connections.Connection, key string) error {
	switch c.Kind {
	case "http_header":
		return secretHeader(x, c, c.Fields["name"], "value", "")
	case "http_bearer":
		return secretHeader(x, c, "Authorization", "token", "Bearer ")
	case "http_query":
		secret, err := secretOf(c, "value")
		if err != nil {
			return err
		}
		query := x.url.Query()
		query.Set(c.Fields["name"], secret)
		x.url.RawQuery = query.Encode()
		return nil
	case "http_basic":
		password, err := optionalSecret(c, "password") // some sign in with a key as the user and nothing else
		if err != nil {
			return err
		}
		pair := base64.StdEncoding.EncodeToString([]byte(c.Fields["username"] + ":" + password))
		return setSecret(x, "Authorization", "Basic "+pair)
	case "hmac":
		return sign(x, c, key, x.at)
	case "oauth2":
		return bearer(ctx, out, x, c)
	}
	return engine.Faultf("wrong_connection", "a connection of the kind %s does not sign requests", c.Kind)
}

func secretOf(c *connections.Connection, field string) (string, error) {
	values, err := c.Secret(field)
	if err != nil {
		return "", engine.Permanent(err)
	}
	if len(values) == 0 {
		return "", lackOf(c, "no_secret", field)
	}
	return values[0], nil
}

func lackOf(c *connections.Connection, code, field string) error {
	return &engine.Fault{Code: code, Message: "the connection " + c.Name + " has no " + field, Broken: true}
}

// optionalSecret is secretOf where having none is fine.
func optionalSecret(c *connections.Connection, field string) (string, error) {
	values, err := c.Secret(field)
	if err != nil {
		return "", engine.Permanent(err)
	}
	if len(values) == 0 {
		return "", nil
	}
	return values[0], nil
}

func secretHeader(x *exchange, c *connections.Connection, name, field, prefix string) error {
	secret, err := secretOf(c, field)
	if err != nil {
		return err
	}
	return setSecret(x, name, prefix+secret)
}

func setSecret(x *exchange, name, value string) error {
	if !validHeader(name, value) {
		return engine.Faultf("bad_connection", "the connection holds a header that cannot be sent")
	}
	x.header.Set(name, value)
	x.secrets = append(x.secrets, http.CanonicalHeaderKey(name))
	return nil
}

// sign adds the signature of an outgoing webhook: by Standard Webhooks
// (github.com/standard-webhooks/standard-webhooks), or an own header over the body.
func sign(x *exchange, c *connections.Connection, key string, now time.Time) error {
	secret, err := secretOf(c, "secret")
	if err != nil {
		return err
	}
	if c.Fields["scheme"] != "header" {
		secrets, err := c.Secret("secret")
		if err != nil {
			return engine.Permanent(err)
		}
		return standardWebhook(x, key, now, secrets...)
	}
	name := c.Fields["header"]
	if name == "" {
		name = "X-Signature"
	}
	return setSecret(x, name, c.Fields["prefix"]+encode(c.Fields["encoding"], mac(c.Fields["hash"], []byte(secret), x.body)))
}

func webhookID(key string) string { return "msg_" + key }

// standardWebhook signs with every secret, so that one can be replaced while receivers still
// hold the old one.
func standardWebhook(x *exchange, key string, now time.Time, secrets ...string) error {
	id, at := webhookID(key), strconv.FormatInt(now.Unix(), 10)
	signed := append([]byte(id+"."+at+"."), x.body...)
	signatures := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		raw := []byte(secret)
		if encoded, ok := strings.CutPrefix(secret, "whsec_"); ok {
			decoded, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return engine.Faultf("bad_connection", "the secret begins with whsec_ but is not base64 after it")
			}
			raw = decoded
		}
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac("sha256", raw, signed)))
	}
	x.header.Set("Webhook-Id", id)
	x.header.Set("Webhook-Timestamp", at)
	return setSecret(x, "Webhook-Signature", strings.Join(signatures, " "))
}

func mac(name string, secret, data []byte) []byte {
	var make func() hash.Hash
	switch name {
	case "sha1":
		make = sha1.New
	case "sha512":
		make = sha512.New
	default:
		make = sha256.New
	}
	m := hmac.New(make, secret)
	m.Write(data)
	return m.Sum(nil)
}

func encode(encoding string, data []byte) string {
	if encoding == "base64" {
		return base64.StdEncoding.EncodeToString(data)
	}
	return hex.EncodeToString(data)
}
