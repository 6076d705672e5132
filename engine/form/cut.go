package form

// Cut gives so many letters of a text at the most, and … after them where there are more.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}
