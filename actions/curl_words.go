package actions

import (
	"regexp"
	"strconv"
	"strings"

	"gancho/engine/form"
)

var (
	cmdLine  = regexp.MustCompile(`\^(\r?\n|")`)
	cmdEnd   = regexp.MustCompile(`\^\r?\n`)
	cmdChar  = regexp.MustCompile(`(?s)\^(.)`)
	prompt   = regexp.MustCompile(`^\s*[$#>%]\s+`)
	variable = regexp.MustCompile(`^\$(\{\w+\}|\w+)`)
)

// splitCommand splits one command as a shell does: quotes, escapes, lines that go on. What
// follows it, a pipe perhaps, is left out. Commands of Windows' cmd, with ^, are read too.
func splitCommand(command string) ([]string, []form.Problem) {
	command = prompt.ReplaceAllString(strings.TrimSpace(command), "")
	if cmdLine.MatchString(command) {
		command = cmdChar.ReplaceAllString(cmdEnd.ReplaceAllString(command, " "), "$1")
	}
	s := &shell{text: command}
	s.split()
	return s.words, s.problems
}

// shell reads a command from left to right.
type shell struct {
	text     string
	at       int
	words    []string
	word     strings.Builder
	open     bool // a word has begun, perhaps an empty one
	problems []form.Problem
}

func (s *shell) end() {
	if s.open {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.open = false
}

func (s *shell) split() {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '\\':
			s.escaped()
		case c == '\'':
			s.single()
		case c == '"':
			s.double()
		case c == '$' && strings.HasPrefix(s.text[s.at:], "$'"):
			s.ansi()
		case c == ' ' || c == '\t' || c == '\r':
			s.end()
			s.at++
		case c == '\n' || strings.ContainsRune("|;&<>", rune(c)):
			s.end()
			if c == '\n' && strings.TrimSpace(s.text[s.at:]) == "" {
				return
			}
			s.warn("rest", "what follows the command was left out", "o que vem depois do comando ficou de fora")
			return
		default:
			s.plain(c)
		}
	}
	s.end()
}

func (s *shell) warn(code, en, pt string) {
	s.problems = append(s.problems, form.Problem{Severity: form.Warning, Code: code, Message: form.Label(en, pt)})
}

func (s *shell) plain(c byte) {
	s.open = true
	s.variable(c)
	s.word.WriteByte(c)
	s.at++
}

// variable tells of a $NAME, which stays as it is.
func (s *shell) variable(c byte) {
	if c != '$' {
		return
	}
	if name := variable.FindString(s.text[s.at:]); name != "" {
		s.warn("variable", name+" is a variable of the shell: put its value in its place", name+" é uma variável do shell: ponha o valor no lugar")
	}
}

func (s *shell) escaped() {
	s.at++
	rest := s.text[s.at:]
	for _, line := range []string{"\r\n", "\n"} {
		if strings.HasPrefix(rest, line) {
			s.at += len(line)
			return
		}
	}
	if rest != "" {
		s.open = true
		s.word.WriteByte(rest[0])
		s.at++
	}
}

func (s *shell) single() {
	s.open = true
	text, _, found := strings.Cut(s.text[s.at+1:], "'")
	s.word.WriteString(text)
	if s.at += 1 + len(text); found {
		s.at++
		return
	}
	s.warn("quote", "a quote is not closed", "uma aspa não foi fechada")
}

func (s *shell) double() {
	s.open = true
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return
		case c == '\\' && s.at+1 < len(s.text):
			s.at++
			switch next := s.text[s.at]; {
			case next == '\n':
			case strings.ContainsRune("\"\\$`", rune(next)):
				s.word.WriteByte(next)
			default:
				s.word.WriteByte('\\')
				s.word.WriteByte(next)
			}
		default:
			s.variable(c)
			s.word.WriteByte(c)
		}
	}
	s.warn("quote", "a quote is not closed", "uma aspa não foi fechada")
}

var ansiLetters = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", 'e': "\x1b", 'E': "\x1b"}

// ansi reads $'…', in which browsers write line ends and other alphabets.
func (s *shell) ansi() {
	s.open = true
	for s.at += 2; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if c == '\'' {
			s.at++
			return
		}
		if c != '\\' || s.at+1 >= len(s.text) {
			s.word.WriteByte(c)
			continue
		}
		s.at++
		s.code(s.text[s.at])
	}
	s.warn("quote", "a quote is not closed", "uma aspa não foi fechada")
}

// code writes the character that follows a backslash in $'…'.
func (s *shell) code(c byte) {
	if text, ok := ansiLetters[c]; ok {
		s.word.WriteString(text)
		return
	}
	most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if most == 0 {
		s.word.WriteByte(c)
		return
	}
	n := 0
	for n < most && s.at+1+n < len(s.text) && strings.ContainsRune("0123456789abcdefABCDEF", rune(s.text[s.at+1+n])) {
		n++
	}
	value, err := strconv.ParseUint(s.text[s.at+1:s.at+1+n], 16, 32)
	if err != nil {
		s.word.WriteByte(c)
		return
	}
	if s.at += n; c == 'x' {
		s.word.WriteByte(byte(value))
		return
	}
	s.word.WriteRune(rune(value))
}
