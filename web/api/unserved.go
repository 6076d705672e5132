package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// livePath is a stream without an end: nobody can ask for its head.
const livePath = Prefix + "/live"

// Heads serves HEAD as GET; net/http leaves the body out.
func Heads(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, Prefix+"/") && r.URL.Path != livePath {
			get := *r
			get.Method = http.MethodGet
			r = &get
		}
		next.ServeHTTP(w, r)
	})
}

// unserved answers what no route takes: a path that is there says which methods it takes.
func unserved(table []route) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		c.Response().Header().Set("Cache-Control", "no-store")
		methods := methodsOf(table, r.URL.EscapedPath())
		if len(methods) == 0 {
			return WriteStatus(c, http.StatusNotFound)
		}
		if slices.Contains(methods, http.MethodGet) && r.URL.Path != livePath {
			methods = append(methods, http.MethodHead)
			slices.Sort(methods)
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
