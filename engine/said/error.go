package said

import "gancho/engine/form"

// ErrorView is what went wrong, and in which step.
type ErrorView struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Step    string      `json:"step,omitempty"`
	Name    string      `json:"step_name,omitempty" doc:"what people call the step"`
	Status  int         `json:"status,omitempty"`
	Hint    *form.Words `json:"hint,omitempty" doc:"what a person can do about it"`
}

// Speak says it in a language. There may be nothing to say.
func (v *ErrorView) Speak(lang string) {
	if v != nil {
		v.Message = In(v.Message, lang)
	}
}
