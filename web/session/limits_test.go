package session

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// However many strangers try once, what is guessed at goes on being counted, and the memory stays bounded.
func TestStrangersDoNotEmptyTheCountOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limits{now: time.Now}
		for i := range perAccount {
			if wait := l.try(fmt.Sprint("guesser ", i), "ana"); wait > 0 {
				t.Fatalf("try %d has to wait %s", i, wait)
			}
		}
		for i := range 10 * mostTries {
			l.try(fmt.Sprint("stranger ", i), fmt.Sprint("nobody ", i))
			if len(l.tries) > mostTries {
				t.Fatalf("it remembers %d names", len(l.tries))
			}
		}
		if l.try("one more guesser", "ana") == 0 {
			t.Error("the tries for the account were forgotten")
		}
	})
}
