package said

import "gancho/engine/form"

// ErrorView is what went wrong, and in which step.
type ErrorView struct {
	Code    string      `json:"code" doc:"for machines, such as timeout, http_status or canceled"`
	Message string      `json:"message" doc:"what went wrong, in the asker's language"`
	Step    string      `json:"step,omitempty" doc:"path of the step; left out where it belongs to none"`
	Name    string      `json:"step_name,omitempty" doc:"what people call the step"`
	Status  int         `json:"status,omitempty" doc:"HTTP status that a provider answered"`
	Hint    *form.Words `json:"hint,omitempty" doc:"what a person can do about it"`
}

// Speak says it in a language. There may be nothing to say.
func (v *ErrorView) Speak(lang string) {
	if v != nil {
		v.Message = In(v.Message, lang)
	}
}
