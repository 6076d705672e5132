package actions

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// curlValues are options that take a value and mean nothing to a flow, or what they are told.
var curlValues = map[string]string{
	"--output": "", "--write-out": "", "--cookie-jar": "", "--dump-header": "", "--retry": "", "--retry-delay": "", "--retry-max-time": "", "--limit-rate": "",
	"--interface": "", "--stderr": "", "--trace": "", "--trace-ascii": "", "--speed-limit": "", "--speed-time": "", "--keepalive-time": "", "--expect100-timeout": "",
	"--max-time": "time", "--connect-timeout": "time", "--proxy": "proxy", "--noproxy": "", "--proxy-user": "proxy", "--socks5": "proxy", "--preproxy": "proxy",
	"--cert": "tls", "--key": "tls", "--cacert": "tls", "--capath": "tls", "--cert-type": "tls", "--pass": "tls", "--tls-max": "", "--ciphers": "tls",
	"--resolve": "place", "--connect-to": "place", "--unix-socket": "place", "--dns-servers": "place", "--aws-sigv4": "sigv4", "--config": "file", "--netrc-file": "file",
}

// curlShort are the long names of letters.
var curlShort = map[byte]string{
	'X': "--request", 'H': "--header", 'd': "--data", 'F': "--form", 'G': "--get", 'I': "--head", 'u': "--user", 'A': "--user-agent", 'e': "--referer", 'b': "--cookie",
	'L': "--location", 'T': "--upload-file", 'k': "--insecure", 'o': "--output", 'w': "--write-out", 'c': "--cookie-jar", 'D': "--dump-header", 'm': "--max-time",
	'x': "--proxy", 'U': "--proxy-user", 'E': "--cert", 'K': "--config", 'r': "--range", 'y': "--speed-time", 'Y': "--speed-limit",
}

var curlTaken = []string{
	"--request", "--header", "--data", "--data-raw", "--data-ascii", "--data-binary", "--data-urlencode", "--json", "--form", "--form-string", "--user", "--oauth2-bearer",
	"--user-agent", "--referer", "--cookie", "--upload-file", "--max-redirs", "--url", "--url-query", "--range",
}

func takesValue(name string) bool {
	_, ignored := curlValues[name]
	return ignored || slices.Contains(curlTaken, name)
}

// args reads the options in turn.
func (p *curlParser) args(words []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "" || word == "-":
		case word == "--":
			for _, rest := range words[i+1:] {
				p.url(rest)
			}
			return
		case strings.HasPrefix(word, "--"):
			name, value, joined := strings.Cut(word, "=")
			if !joined && takesValue(name) && i+1 < len(words) {
				i++
				value = words[i]
			}
			p.option(name, value)
		case word[0] == '-':
			i += p.letters(word[1:], words[i+1:])
		default:
			p.url(word)
		}
	}
}

// letters reads joined short options, -sSXPOST, and says how many words after it were used.
func (p *curlParser) letters(text string, after []string) int {
	for j := range len(text) {
		name := curlShort[text[j]]
		if !takesValue(name) {
			p.option(name, "")
			continue
		}
		if rest := text[j+1:]; rest != "" {
			p.option(name, rest)
			return 0
		}
		if len(after) > 0 {
			p.option(name, after[0])
			return 1
		}
	}
	return 0
}

func (p *curlParser) url(text string) {
	if p.address != "" {
		p.warn("urls", "only the first address was taken", "só o primeiro endereço foi usado")
		return
	}
	p.address = text
}

func (p *curlParser) option(name, value string) {
	switch name {
	case "--url":
		p.url(value)
	case "--request":
		p.method = value
	case "--header":
		p.headerLine(value)
	case "--user-agent":
		p.setHeader("User-Agent", value)
	case "--referer":
		p.setHeader("Referer", strings.TrimSuffix(value, ";auto"))
	case "--range":
		p.setHeader("Range", "bytes="+value)
	case "--cookie":
		p.setHeader("Cookie", value)
	case "--data", "--data-ascii", "--data-binary":
		p.dataOrFile(value)
	case "--data-raw":
		p.data = append(p.data, value)
	case "--data-urlencode", "--url-query":
		p.encode(value, name == "--url-query")
	case "--json":
		p.json = true
		p.dataOrFile(value)
		if p.header["accept"] == "" {
			p.setHeader("Accept", "application/json")
		}
	case "--form", "--form-string":
		p.part(value, name == "--form")
	case "--get":
		p.get = true
	case "--head":
		p.head = true
	case "--user":
		p.user = true
	case "--oauth2-bearer":
		p.bearer = true
	case "--upload-file":
		p.upload = true
		p.file()
	case "--location", "--location-trusted":
		p.redirect, p.follow = true, max(p.follow, 3)
	case "--max-redirs":
		if n, err := strconv.Atoi(value); err == nil {
			p.redirect, p.follow = true, min(max(n, 0), 10)
		}
	default:
		p.ignored(name)
	}
}

func (p *curlParser) ignored(name string) {
	if name == "--insecure" {
		name = "--cacert"
	}
	switch curlValues[name] {
	case "time":
		p.warn("time", "the time-out was left out: it is the step's own", "o tempo limite ficou de fora: é o do próprio passo")
	case "proxy":
		p.warn("proxy", "the proxy was left out: flows use none", "o proxy ficou de fora: fluxos não usam proxy")
	case "tls":
		p.warn("tls", "options of TLS were left out: certificates are always checked, and none is sent", "opções de TLS ficaram de fora: certificados são sempre verificados e nenhum é enviado")
	case "place":
		p.warn("place", "the address is looked up as usual", "o endereço é resolvido como de costume")
	case "sigv4":
		p.warn("sigv4", "requests signed for AWS cannot be made by an HTTP request", "requisições assinadas para a AWS não podem ser feitas por uma requisição HTTP")
	case "file":
		p.file()
	}
}

// headerLine reads Name: value; "Name;" is a header without a value, "Name:" none at all.
func (p *curlParser) headerLine(line string) {
	if strings.HasPrefix(line, "@") {
		p.file()
		return
	}
	name, value, has := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case has && value != "":
		p.setHeader(name, value)
	case !has && strings.HasSuffix(name, ";"):
		p.setHeader(strings.TrimSuffix(name, ";"), "")
	}
}

func (p *curlParser) file() {
	p.warn("file", "what the command reads from a file was left out: put it into the step", "o que o comando lê de um arquivo ficou de fora: ponha no passo")
}

func (p *curlParser) dataOrFile(value string) {
	if strings.HasPrefix(value, "@") {
		p.file()
		value = ""
	}
	p.data = append(p.data, value)
}

// encode reads text, =text, name=text and name@file.
func (p *curlParser) encode(value string, query bool) {
	at := strings.IndexAny(value, "=@")
	name, text := "", value
	if at >= 0 {
		if name, text = value[:at], value[at+1:]; value[at] == '@' {
			p.file()
			text = ""
		}
	}
	pair := url.QueryEscape(text)
	if name != "" {
		pair = name + "=" + pair
	}
	if !query {
		p.data = append(p.data, pair)
		return
	}
	p.extra = append(p.extra, pair)
}

// part reads name=text, name=@file;type=…;filename=… and name=<file.
func (p *curlParser) part(value string, special bool) {
	name, text, _ := strings.Cut(value, "=")
	part := map[string]any{"name": name, "text": text}
	if special {
		text, plain, options := partOptions(text)
		part["text"] = text
		if kind := options["type"]; kind != "" {
			part["content_type"] = kind
		}
		switch {
		case strings.HasPrefix(text, "@") && !plain:
			p.file()
			file := options["filename"]
			if file == "" {
				file = text[strings.LastIndexAny(text, `/\@`)+1:]
			}
			part["file"], part["base64"] = file, ""
			delete(part, "text")
		case strings.HasPrefix(text, "<") && !plain:
			p.file()
			part["text"] = ""
		case options["filename"] != "":
			part["file"] = options["filename"]
		}
	}
	p.parts = append(p.parts, part)
}

// partOptions takes ;type= and ;filename= off the end of a part. What is quoted is plain: it names no
// file.
func partOptions(text string) (content string, plain bool, options map[string]string) {
	options = map[string]string{}
	for {
		if inner, ok := strings.CutPrefix(text, `"`); ok && strings.HasSuffix(inner, `"`) {
			return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner[:len(inner)-1]), true, options
		}
		at := strings.LastIndex(text, ";")
		name, value, ok := strings.Cut(text[at+1:], "=")
		if name = strings.TrimSpace(name); at < 0 || !ok || name != "type" && name != "filename" && name != "headers" && name != "encoder" {
			return strings.Trim(text, `"`), false, options
		}
		options[name], text = strings.Trim(value, `"`), text[:at]
	}
}
