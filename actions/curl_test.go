package actions

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// each command, the fields that it becomes as JSON, and the codes of what is told; kind after
// the last @ is the connection that takes the place of a secret.
var curlCommands = []struct{ command, with, told string }{
	{`curl https://api.example.com`, `{"method":"GET","url":"https://api.example.com"}`, ""},
	{`$ curl https://api.example.com`, `{"method":"GET","url":"https://api.example.com"}`, ""},
	{`curl.exe -s https://api.example.com`, `{"method":"GET","url":"https://api.example.com"}`, ""},
	{`curl api.example.com/x`, `{"method":"GET","url":"https://api.example.com/x"}`, ""},
	{`curl localhost:8080/x`, `{"method":"GET","url":"http://localhost:8080/x"}`, ""},
	{`curl 10.0.0.5/x`, `{"method":"GET","url":"http://10.0.0.5/x"}`, ""},
	{`curl --url https://a.example/x -sS`, `{"method":"GET","url":"https://a.example/x"}`, ""},
	{`curl -- https://a.example`, `{"method":"GET","url":"https://a.example"}`, ""},
	{`curl 'https://a.example/x?a=1&b=two%20words'`, `{"method":"GET","query":{"a":"1","b":"two words"},"url":"https://a.example/x"}`, ""},
	{`curl 'https://a.example/x?id=1&id=2'`, `{"method":"GET","query":{"id":["1","2"]},"url":"https://a.example/x"}`, ""},
	{`curl 'https://a.example/x?flag'`, `{"method":"GET","url":"https://a.example/x?flag"}`, ""},
	{`curl 'https://a.example/x#top'`, `{"method":"GET","url":"https://a.example/x"}`, ""},
	{`curl 'https://a.example/{{ trigger.body.id }}?x=1'`, `{"method":"GET","url":"https://a.example/{{ trigger.body.id }}?x=1"}`, ""},
	{`curl -X DELETE https://a.example/1`, `{"method":"DELETE","url":"https://a.example/1"}`, ""},
	{`curl -XPATCH https://a.example/1`, `{"method":"PATCH","url":"https://a.example/1"}`, ""},
	{`curl --request=PUT https://a.example/1`, `{"method":"PUT","url":"https://a.example/1"}`, ""},
	{`curl -sSXpost https://a.example/1`, `{"method":"POST","url":"https://a.example/1"}`, ""},
	{`curl -X PURGE https://a.example/1`, `{"method":"GET","url":"https://a.example/1"}`, "method"},
	{`curl -I https://a.example`, `{"method":"HEAD","url":"https://a.example"}`, ""},
	{`curl -H 'Accept: text/csv' https://a.example`, `{"headers":{"Accept":"text/csv"},"method":"GET","url":"https://a.example"}`, ""},
	{`curl -H'X-A:1' -H "X-B: two: three" https://a.example`, `{"headers":{"X-A":"1","X-B":"two: three"},"method":"GET","url":"https://a.example"}`, ""},
	{`curl -H 'X-A: 1' -H 'x-a: 2' https://a.example`, `{"headers":{"X-A":"1, 2"},"method":"GET","url":"https://a.example"}`, ""},
	{`curl -H 'X-Empty;' -H 'Accept:' https://a.example`, `{"headers":{"X-Empty":""},"method":"GET","url":"https://a.example"}`, ""},
	{`curl -H 'Host: other' -H 'Content-Length: 3' -H 'Accept-Encoding: gzip' https://a.example`, `{"method":"GET","url":"https://a.example"}`, ""},
	{`curl -A 'Mozilla/5.0 (X11)' -e https://from.example https://a.example`, `{"headers":{"Referer":"https://from.example","User-Agent":"Mozilla/5.0 (X11)"},"method":"GET","url":"https://a.example"}`, ""},
	{`curl -d 'a=1&b=x+y' https://a.example`, `{"form":{"a":"1","b":"x y"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -d a=1 -d b=2 https://a.example`, `{"form":{"a":"1","b":"2"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -da=1 https://a.example`, `{"form":{"a":"1"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -d 'a=1&a=2' https://a.example`, `{"headers":{"Content-Type":"application/x-www-form-urlencoded"},"method":"POST","text":"a=1&a=2","url":"https://a.example"}`, ""},
	{`curl --data-urlencode 'q=a b&c' https://a.example`, `{"form":{"q":"a b&c"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -G -d q=x --data-urlencode 'n=á b' 'https://a.example/s?p=1'`, `{"method":"GET","query":{"n":"á b","p":"1","q":"x"},"url":"https://a.example/s"}`, ""},
	{`curl --url-query 'q=a b' https://a.example/s`, `{"method":"GET","query":{"q":"a b"},"url":"https://a.example/s"}`, ""},
	{`curl -d '{"a":1}' https://a.example`, `{"json":{"a":1},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -H 'Content-Type: application/json' -d '{"a":[1,{"b":null}]}' https://a.example`, `{"json":{"a":[1,{"b":null}]},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -H 'content-type: application/json; charset=utf-8' --data-raw '[]' https://a.example`, `{"json":[],"method":"POST","url":"https://a.example"}`, ""},
	{`curl -H 'Content-Type: application/vnd.api+json' -d '{}' https://a.example`, `{"headers":{"Content-Type":"application/vnd.api+json"},"json":{},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -H 'Content-Type: application/json' -d '{"n": {{ trigger.body.n }}}' https://a.example`, `{"headers":{"Content-Type":"application/json"},"method":"POST","text":"{\"n\": {{ trigger.body.n }}}","url":"https://a.example"}`, ""},
	{`curl -d '{"n": "{{ trigger.body.n }}"}' https://a.example`, `{"json":{"n":"{{ trigger.body.n }}"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl --json '{"big": 9007199254740993}' https://a.example`, `{"headers":{"Accept":"application/json"},"json":{"big":9007199254740993},"method":"POST","url":"https://a.example"}`, ""},
	{`curl --json '{"a":' --json '1}' https://a.example`, `{"headers":{"Accept":"application/json"},"json":{"a":1},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -H 'Content-Type: text/xml' --data '<a>1</a>' https://a.example`, `{"headers":{"Content-Type":"text/xml"},"method":"POST","text":"<a>1</a>","url":"https://a.example"}`, ""},
	{`curl --data 'plain words' https://a.example`, `{"headers":{"Content-Type":"application/x-www-form-urlencoded"},"method":"POST","text":"plain words","url":"https://a.example"}`, ""},
	{`curl --data @body.json https://a.example`, `{"form":{},"method":"POST","url":"https://a.example"}`, "file"},
	{`curl -T photo.jpg https://a.example/p`, `{"method":"PUT","url":"https://a.example/p"}`, "file"},
	{`curl -F a=1 -F 'b=two words' https://a.example`, `{"method":"POST","multipart":[{"name":"a","text":"1"},{"name":"b","text":"two words"}],"url":"https://a.example"}`, ""},
	{`curl -F 'f=@/tmp/x/nota.pdf;type=application/pdf' https://a.example`, `{"method":"POST","multipart":[{"base64":"","content_type":"application/pdf","file":"nota.pdf","name":"f"}],"url":"https://a.example"}`, "file"},
	{`curl -F 'f=@x.bin;filename="outro.bin"' https://a.example`, `{"method":"POST","multipart":[{"base64":"","file":"outro.bin","name":"f"}],"url":"https://a.example"}`, "file"},
	{`curl -F 'j={"a":1};type=application/json' https://a.example`, `{"method":"POST","multipart":[{"content_type":"application/json","name":"j","text":"{\"a\":1}"}],"url":"https://a.example"}`, ""},
	{`curl --form-string 'a=@not a file' -H 'Content-Type: multipart/form-data' https://a.example`, `{"method":"POST","multipart":[{"name":"a","text":"@not a file"}],"url":"https://a.example"}`, ""},
	{`curl -H 'Authorization: Bearer abc' https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_bearer"},
	{`curl -H 'Authorization: Basic YTpi' https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_basic"},
	{`curl -H 'Authorization: lin_api_1' https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_header"},
	{`curl -u ana:hush https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_basic"},
	{`curl https://ana:hush@a.example/x`, `{"method":"GET","url":"https://a.example/x"}`, "secret@http_basic"},
	{`curl --oauth2-bearer abc https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_bearer"},
	{`curl -H 'X-Api-Key: abc' -H 'X-Other: 1' https://a.example`, `{"headers":{"X-Other":"1"},"method":"GET","url":"https://a.example"}`, "secret@http_header"},
	{`curl -H 'X-Shop-Token: abc' https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_header"},
	{`curl -b 'sid=abc; x=1' https://a.example`, `{"method":"GET","url":"https://a.example"}`, "secret@http_header"},
	{`curl 'https://a.example/x?api_key=abc&page=2'`, `{"method":"GET","query":{"page":"2"},"url":"https://a.example/x"}`, "secret@http_query"},
	{`curl -L https://a.example`, `{"follow":3,"method":"GET","url":"https://a.example"}`, ""},
	{`curl -L --max-redirs 1 https://a.example`, `{"follow":1,"method":"GET","url":"https://a.example"}`, ""},
	{`curl -k -x http://proxy:3128 --max-time 10 --resolve a.example:443:1.2.3.4 https://a.example`, `{"method":"GET","url":"https://a.example"}`, "tls,proxy,time,place"},
	{`curl -o out.json -w '%{http_code}' --compressed --retry 3 https://a.example`, `{"method":"GET","url":"https://a.example"}`, ""},
	{`curl https://a.example https://b.example`, `{"method":"GET","url":"https://a.example"}`, "urls"},
	{`curl -s https://a.example | jq .`, `{"method":"GET","url":"https://a.example"}`, "rest"},
	{`curl https://a.example && echo done`, `{"method":"GET","url":"https://a.example"}`, "rest"},
	{`curl "https://a.example/$ID"`, `{"method":"GET","url":"https://a.example/$ID"}`, "variable"},
	{"curl -X POST \\\n  https://a.example \\\r\n  -H 'X-A: 1'", `{"headers":{"X-A":"1"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl -d "{\"a\":\"b\\c\"}" https://a.example`, `{"headers":{"Content-Type":"application/json"},"method":"POST","text":"{\"a\":\"b\\c\"}","url":"https://a.example"}`, ""},
	{`curl -d 'it'\''s=1' https://a.example`, `{"form":{"it's":"1"},"method":"POST","url":"https://a.example"}`, ""},
	{`curl --data-raw $'{"a":"l1\\nl2 \u00e1 \'q\' \x41"}' https://a.example`, `{"json":{"a":"l1\nl2 á 'q' A"},"method":"POST","url":"https://a.example"}`, ""},
	{"curl ^\"https://a.example/x?a=1^&b=2^\" ^\n  -H ^\"X-A: 1^\" ^\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"", `{"headers":{"X-A":"1"},"json":{"a":1},"method":"POST","query":{"a":"1","b":"2"},"url":"https://a.example/x"}`, ""},
	{`curl 'https://a.example`, `{"method":"GET","url":"https://a.example"}`, "quote"},
	{`wget https://a.example`, `null`, "no_curl"},
	{`curl -s`, `null`, "no_url"},
	{``, `null`, "no_curl"},
}

func TestParseCurl(t *testing.T) {
	if len(curlCommands) < 60 {
		t.Errorf("%d commands, want 60", len(curlCommands))
	}
	for _, c := range curlCommands {
		got := ParseCurl(c.command)
		with, err := json.Marshal(got.With)
		if err != nil {
			t.Fatal(err)
		}
		want, told := c.with, []string{}
		for _, p := range got.Problems {
			if !slices.Contains(told, p.Code) {
				told = append(told, p.Code)
			}
		}
		text := strings.Join(told, ",")
		if got.Connection != nil {
			text += "@" + got.Connection.Kind
		}
		if diff := cmp.Diff(want, strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(string(with), `\u0026`, "&"), `\u003c`, "<"), `\u003e`, ">")); diff != "" || text != c.told {
			t.Errorf("%s\ntold %q, want %q\n%s", c.command, text, c.told, diff)
		}
		for _, secret := range []string{"hush", "abc", "YTpi", "lin_api_1"} {
			if strings.Contains(string(with), secret) {
				t.Errorf("%s: %s is in the fields", c.command, secret)
			}
		}
		if problems := (&httpRequest{}).Fields().Check(got.With); got.With != nil && len(problems) > 0 {
			t.Errorf("%s: %+v", c.command, problems)
		}
	}
}

// What is written reads back as the same fields, and a shell splits it as we do.
func TestWriteCurlReadsBack(t *testing.T) {
	sh, _ := exec.LookPath("sh")
	for _, c := range curlCommands {
		first := ParseCurl(c.command)
		if first.With == nil || c.told == "method" || strings.HasPrefix(c.told, "file") {
			continue
		}
		line, err := WriteCurl(first.With, "", nil)
		if err != nil {
			t.Errorf("%s: %v", c.command, err)
			continue
		}
		again := ParseCurl(line)
		if diff := cmp.Diff(first.With, again.With); diff != "" || len(again.Problems) > 0 && c.told != "variable" {
			t.Errorf("%s\nwrote %s\n%+v\n%s", c.command, line, again.Problems, diff)
		}
		if sh == "" {
			continue
		}
		out, err := exec.CommandContext(t.Context(), sh, "-c", `printf '%s\0' `+strings.TrimPrefix(line, "curl ")).Output()
		if words, _ := splitCommand(line); err != nil || strings.TrimSuffix(string(out), "\x00") != strings.Join(words[1:], "\x00") {
			t.Errorf("%s: the shell sees %q (%v), we %q", line, out, err, words)
		}
	}
}

func TestWriteCurlWithConnections(t *testing.T) {
	with := map[string]any{"method": "POST", "url": "https://a.example/x", "json": map[string]any{"q": "it's"}}
	for kind, want := range map[string]string{
		"":            `curl 'https://a.example/x' \` + "\n" + `  -H 'Content-Type: application/json' \` + "\n" + `  --data-raw '{"q":"it'\''s"}'`,
		"http_bearer": `curl 'https://a.example/x' \` + "\n" + `  -H "Authorization: Bearer $SECRET" \` + "\n" + `  -H 'Content-Type: application/json' \` + "\n" + `  --data-raw '{"q":"it'\''s"}'`,
		"http_basic":  `curl 'https://a.example/x' \` + "\n" + `  -u 'ana':"$SECRET" \` + "\n" + `  -H 'Content-Type: application/json' \` + "\n" + `  --data-raw '{"q":"it'\''s"}'`,
	} {
		if got, err := WriteCurl(with, kind, map[string]string{"username": "ana"}); err != nil || got != want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", kind, err, got, want)
		}
	}
	for want, with := range map[string]map[string]any{ // what somebody else wrote runs nothing in a terminal, and reads no file
		`curl -X 'GET; TOUCH X #' 'https://a.example/x'`:                           {"method": "get; touch x #", "url": "https://a.example/x"},
		"curl 'https://a.example/x' \\\n  -F 'a=\"@/etc/passwd\";type=text/plain'": {"method": "POST", "url": "https://a.example/x", "multipart": []any{map[string]any{"name": "a", "text": "@/etc/passwd", "content_type": "text/plain"}}},
		"curl 'https://a.example/x' \\\n  -F 'a=\"<b;type=x\";filename=c.txt'":     {"method": "POST", "url": "https://a.example/x", "multipart": []any{map[string]any{"name": "a", "text": "<b;type=x", "file": "c.txt"}}},
	} {
		if got, err := WriteCurl(with, "", nil); err != nil || got != want {
			t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
		}
		if again := ParseCurl(want); with["multipart"] != nil && cmp.Diff(with, again.With) != "" {
			t.Errorf("%s is read as %v", want, again.With)
		}
	}
	if got, err := WriteCurl(map[string]any{"url": "https://a.example/x"}, "http_query", map[string]string{"name": "key"}); err != nil || got != `curl 'https://a.example/x?key='"$SECRET"` {
		t.Errorf("%v %s", err, got)
	}
	if _, err := WriteCurl(map[string]any{"method": "GET"}, "", nil); err == nil {
		t.Error("a request without an address was written")
	}
}

func FuzzParseCurl(f *testing.F) {
	for _, c := range curlCommands {
		f.Add(c.command)
	}
	f.Fuzz(func(t *testing.T, command string) {
		if got := ParseCurl(command); got.With == nil && len(got.Problems) == 0 {
			t.Errorf("%q: neither a request nor why", command)
		}
	})
}
