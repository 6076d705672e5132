package web

import (
	"net/http"
	"strings"

	"gancho/web/api"

	"github.com/labstack/echo/v4"
)

// places are the paths at which the editor has a screen: the routes of web/editor/src/app.tsx.
var places = []string{
	"/", "/flows", "/flows/:id", "/runs", "/runs/:id", "/events", "/connections", "/people", "/settings", "/settings/:part", "/setup", "/invite",
}

// page serves the editor at one of its places.
func (s *Server) page(c echo.Context) error {
	s.assets.page(c.Response(), c.Request(), http.StatusOK)
	return nil
}

// nowhere answers a path that nobody serves: a browser shows the editor's screen for that.
func (s *Server) nowhere(c echo.Context) error {
	r := c.Request()
	looks := r.Method == http.MethodGet || r.Method == http.MethodHead
	if looks && strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.assets.page(c.Response(), r, http.StatusNotFound)
		return nil
	}
	return api.WriteStatus(c, http.StatusNotFound)
}
