package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// unserved answers what no route takes: a path that is there says which methods it takes.
func unserved(table []route) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		c.Response().Header().Set("Cache-Control", "no-store")
		methods := methodsOf(table, r.URL.EscapedPath())
		if len(methods) == 0 {
			return WriteStatus(c, http.StatusNotFound)
		}
		c.Response().Header().Set("Allow", strings.Join(append(methods, http.MethodOptions), ", "))
		if r.Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent) //nolint:wrapcheck // echo's own
		}
		return WriteStatus(c, http.StatusMethodNotAllowed)
	}
}

func methodsOf(table []route, path string) []string {
	if slices.Contains(documents, path) {
		return []string{http.MethodGet}
	}
	asked := strings.Split(strings.TrimPrefix(path, Prefix), "/")
	var methods []string
	for _, r := range table {
		if slices.EqualFunc(strings.Split(r.path, "/"), asked, takes) {
			methods = append(methods, r.method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// takes says whether a part of a route's path is, or stands for, a part of the one asked for.
func takes(part, asked string) bool {
	return part == asked || strings.HasPrefix(part, "{") && asked != ""
}
