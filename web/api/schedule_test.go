package api_test

import (
	"testing"
	"time"
)

func TestNextTimes(t *testing.T) {
	h := newHouse(t)
	got := h.want(200, "GET", "/schedule/next?cron=30+8+*+*+1-5&timezone=America/Sao_Paulo&n=6", "")
	times := got["times"].([]any)
	if len(times) != 6 || len(got["problems"].([]any)) != 0 {
		t.Fatalf("got %v", got)
	}
	for _, one := range times {
		at, err := time.Parse(time.RFC3339, one.(map[string]any)["local"].(string))
		check(t, err)
		if at.Format("15:04 -0700") != "08:30 -0300" || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			t.Errorf("got %v", at)
		}
	}

	changed := 0
	for _, one := range h.want(200, "GET", "/schedule/next?cron=0+12+1+*+*&timezone=America/New_York&n=14", "")["times"].([]any) {
		if one.(map[string]any)["change"].(bool) {
			changed++
		}
	}
	if changed < 2 {
		t.Errorf("the clocks of a year in New York change twice, got only %d", changed)
	}

	bad := h.want(200, "GET", "/schedule/next?cron=61+*+*+*+*&timezone=Mars/Olympus", "")
	if len(bad["times"].([]any)) != 0 || len(bad["problems"].([]any)) != 2 {
		t.Errorf("got %v, want no time and what is wrong with both", bad)
	}
}
